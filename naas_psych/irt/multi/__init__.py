"""Response models with several traits: two or three dimensions, and bifactor tests."""
