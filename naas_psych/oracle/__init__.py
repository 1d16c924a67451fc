"""What the toolkit finds in a study whose truth is known: hits, misses and false alarms."""
