"""Cached plans and scores, and the questions to the disk that they depend on."""
