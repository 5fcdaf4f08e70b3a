"""Levels: factors as decibels."""

from math import inf, log10

LOUDER = "record it louder, or export it so that its loudest note comes near full scale"
"""The fix for a recording that is too soft."""


def decibels(factor: float) -> float:
    """20 lg(factor); minus infinity for 0."""
    return 20.0 * log10(factor) if factor > 0.0 else -inf
