"""Benchmarks: ours, the natural way, and the least the database needs, interleaved in one run on the same rows."""
