"""The rules of a case and of the desk: the same shape as a meeting's, and small."""
