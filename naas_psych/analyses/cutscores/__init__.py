"""What each pass mark would do: outcomes, wrong outcomes, groups, resits, several components."""
