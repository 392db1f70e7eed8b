"""The servers of others, each in a few lines: what one peer sends goes to all, as it came."""
