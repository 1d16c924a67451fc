"""Response models: calibration, fit, information and person scores."""
