"""Stems: each part's sound, synthesised, played by a program, or recorded."""
