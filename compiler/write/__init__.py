"""Manifests that the program writes: a first one for a score, lanes from an older format."""
