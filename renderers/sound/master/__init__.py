"""The master: loudness, limiter, dither."""
