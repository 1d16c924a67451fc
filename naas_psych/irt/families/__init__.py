"""Families of response models, one file each, behind the protocol of `family.py`."""
