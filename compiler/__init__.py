"""Compiles a piece to an exact plan: pure; numpy, no torch, no files but the score's."""
