"""Where the standard lies: cut scores by every method the data allow, with their error."""
