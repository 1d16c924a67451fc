"""How often outcomes are right and would repeat: from totals alone, without a response model."""
