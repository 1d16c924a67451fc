"""Which columns of a table come first, on a terminal and in the report."""
