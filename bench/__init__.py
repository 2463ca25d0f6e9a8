"""Benchmarks: `make bench`. Each module measures side by side, in one run, and prints ratios."""
