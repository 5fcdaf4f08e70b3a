"""Levels: factors as decibels."""

from math import inf, log10


def decibels(factor: float) -> float:
    """20 lg(factor); minus infinity for 0."""
    return 20.0 * log10(factor) if factor > 0.0 else -inf
