"""Trains a generator on the user's pictures and videos."""
