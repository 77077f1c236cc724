"""Benchmarks of the work, in the form of `claims.benchmarks`."""
