"""Findings: what is wrong with a piece, where, and how to fix it."""
