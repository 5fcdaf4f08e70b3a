"""Several recordings of one piece: whether they are equally long, and in step with each other."""

from collections.abc import Iterator, Sequence

import numpy as np

from ....dsl.findings.diagnostics import Diagnostic, Severity
from ....dsl.findings.span import Span
from ....store.values.array_types import F64
from .decode import Recording
from .flux import flux
from .spectra import FPS

LENGTH_SLACK_S = 1.0
STEP_MOST_S, STEP_SLACK_S = 0.2, 0.03
CLEAR, CLEARER = 0.25, 1.6
"""A lag is reported if the fluxes correlate this well with it, and this many times better than without it."""


def misfits(sources: Sequence[Recording]) -> Iterator[Diagnostic]:
    """A warning for a recording that is longer or shorter than the others, or late against all of them."""
    longest = max(sources, key=lambda source: source.length_s)
    for source in sources:
        if longest.length_s - source.length_s > LENGTH_SLACK_S:
            yield _warning(
                source,
                f"{source.name} lasts {source.length_s:.1f} s and {longest.name} {longest.length_s:.1f} s",
                "export all stems from the first bar to the last; this one ends in silence",
            )
    rises = [_even(flux(source.samples).whole) for source in sources]
    for number, source in enumerate(sources):
        others = [rise for i, rise in enumerate(rises) if i != number]
        lag_s = _lag_s(rises[number], _sum(others)) if others else 0.0
        if abs(lag_s) > STEP_SLACK_S:
            side = "late" if lag_s > 0.0 else "early"
            yield _warning(
                source,
                f"{source.name} seems to be {abs(lag_s) * 1000:.0f} ms {side} against the others",
                f"if it is, write offset: that of the others {'+' if lag_s > 0 else '-'} {abs(lag_s):.3f}s",
            )


def _lag_s(rise: F64, others: F64) -> float:
    """The lag of one recording behind the others, in seconds; 0 if it is not clear."""
    size = min(len(rise), len(others))
    rise, others = rise[:size], others[:size]
    scale = float(np.linalg.norm(rise) * np.linalg.norm(others))
    most = int(STEP_MOST_S * FPS)
    if scale < 1e-9 or size < 4 * most:
        return 0.0
    lags = range(-most, most + 1)
    alike = np.array(
        [
            float(rise[max(0, lag) : size + min(0, lag)] @ others[max(0, -lag) : size - max(0, lag)])
            for lag in lags
        ]
    )
    alike /= scale
    # A frame beside is not a lag: the peak without one is the best of three.
    near = float(alike[most - 1 : most + 2].max())
    best = int(alike.argmax())
    is_clear = alike[best] > CLEAR and alike[best] > CLEARER * max(near, 0.0)
    return (best - most) / FPS if is_clear else 0.0


def _even(rise: F64) -> F64:
    """The flux, soft and loud onsets more alike, around 0."""
    root = np.sqrt(rise / (np.percentile(rise, 99) + 1e-9))
    return np.asarray(root - root.mean())


def _sum(rises: Sequence[F64]) -> F64:
    total = np.zeros(max(len(rise) for rise in rises))
    for rise in rises:
        total[: len(rise)] += rise
    return total


def _warning(source: Recording, message: str, hint: str) -> Diagnostic:
    return Diagnostic("MV546", Span(str(source.path)), message, hint, Severity.WARNING)
