"""Two groups on one scale: items freed in turn, and how far the parameters of items differ."""
