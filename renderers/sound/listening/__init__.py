"""Listening: a recording to beats, bars, pitch classes and notes."""
