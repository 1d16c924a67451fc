"""How well a calibration describes items, pairs, persons and the whole."""
