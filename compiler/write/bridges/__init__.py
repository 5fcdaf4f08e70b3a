"""Bridges: bars, notes and lanes as files that other programs read, and their schedules as lanes."""
