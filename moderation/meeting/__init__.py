"""The rules of a meeting: commands are decided into entries, entries fold into the meeting."""
