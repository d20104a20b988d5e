"""Benchmarks that anyone can run: ratios and figures measured in one run, printed, never asserted on absolute time."""
