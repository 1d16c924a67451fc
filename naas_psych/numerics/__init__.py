"""The statistics of testing on plain arrays: numpy and scipy only, no study, no option, no file."""
