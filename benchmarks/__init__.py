"""What the toolkit costs, measured beside a named peer in the same run: `python -m benchmarks`."""
