"""Limits and checks that a score file must pass before it is parsed."""
