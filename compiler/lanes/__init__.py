"""Lanes: points and shapes to values at any time."""
