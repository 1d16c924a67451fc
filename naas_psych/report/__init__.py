"""Results in, figures and a report out. No arithmetic on data happens here."""
