"""Reads a checked manifest into the model, one file for each section."""
