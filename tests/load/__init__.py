"""Benchmarks: run by `make bench`, each prints one JSON object per line; nothing here is asserted by the suite."""
