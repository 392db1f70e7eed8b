"""The rules of a moderated meeting and of what may be written in it: pure, no I/O, no clock, no randomness."""
