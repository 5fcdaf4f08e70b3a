"""Lanes: computes values at any time from points and shapes."""
