"""Frames and sound to one finished video file."""
