"""Response models on plain arrays: numpy, scipy and numba only, no study, no option, no file."""
