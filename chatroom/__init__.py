"""The journey of a message: sockets, logs, the bus, people and pages. `moderation` decides, this delivers."""
