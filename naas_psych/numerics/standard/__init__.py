"""Cut scores from the ratings of judges and from what they say of persons."""
