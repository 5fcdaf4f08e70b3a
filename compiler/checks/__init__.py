"""Warnings that need the score: about the piece, its lanes, and what the composer expects."""
