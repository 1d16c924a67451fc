"""The items chapter: difficulty, discrimination, options, key, scores."""
