"""Pictures and videos of the user's, decoded: with limits, upright, opaque, in the colours of sRGB."""
