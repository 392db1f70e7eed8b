"""The journey of a message: from the socket to the log, and to everybody who reads it."""
