"""Fairness: groups matched on the test item by item, gaps in scores and outcomes, and people."""
