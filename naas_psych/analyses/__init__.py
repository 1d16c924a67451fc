"""Questions about a study: one folder a chapter, one file an analysis."""
