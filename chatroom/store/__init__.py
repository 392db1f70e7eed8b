"""What is kept, and how: one database, asked through plain functions."""
