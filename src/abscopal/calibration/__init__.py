"""Fitting the model to published trials, and nothing but the calibration trials."""
