"""How often outcomes are right and would repeat, by a response model."""
