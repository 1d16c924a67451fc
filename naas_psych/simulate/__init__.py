"""The synthetic pilot: invented candidates, items and judges with a truth that is known."""
