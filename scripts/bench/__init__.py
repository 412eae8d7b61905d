"""What the benchmarks share: costs and tables, dumps, and the plain pipeline."""
