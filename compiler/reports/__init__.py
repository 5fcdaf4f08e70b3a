"""Answers for people: what acts at a place, and every note as a row."""
