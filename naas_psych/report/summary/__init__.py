"""The first layer of the report: at most four pages in plain words, every number cited."""
