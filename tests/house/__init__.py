"""Checks on the house itself: what every room must keep to, wherever it stands."""
