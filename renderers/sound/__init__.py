"""Stems, effects, movement and mix."""
