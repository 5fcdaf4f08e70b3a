"""Decodes the user's pictures and videos: with limits, upright, opaque, in the colours of sRGB."""
