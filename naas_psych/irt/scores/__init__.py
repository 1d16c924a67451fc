"""Persons and information on a calibrated scale."""
