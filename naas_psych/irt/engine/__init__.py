"""The engine: from packed scores to a maximum of the likelihood, and its errors."""
