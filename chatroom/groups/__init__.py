"""The standing places: rooms and their door, formats, the ways a group has set."""
