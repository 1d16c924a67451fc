"""Conditional maximum likelihood: items without any assumption about the persons."""
