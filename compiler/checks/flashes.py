"""Finds what could flash in a piece, and reports where the flash guard weakens it."""

from collections.abc import Iterator
from fractions import Fraction

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.findings.span import Span
from ...dsl.model.lane import By, Lane
from ...dsl.model.piece import Piece
from ...dsl.model.visuals import LIGHTS
from ...dsl.values.position import Duration, DurationUnit
from ..flashes import MOST, Flashing
from ..time.clock import Clock
from ..time.passage import Film

LIGHT_OF_ALL = ("video.brightness", "visuals.exposure")
WIDE = 0.3
"""A light of this share of the film's height may cover a quarter of it with others."""
SLOW = {
    DurationUnit.SECONDS: Fraction(3, 10),
    DurationUnit.WHOLE_NOTES: Fraction(1, 8),
    DurationUnit.BEATS: Fraction(1, 2),
    DurationUnit.BARS: Fraction(1, 8),
}
"""The averaging time, by unit, from which on a movement does not flash."""


def may_flash(piece: Piece) -> tuple[Span, ...]:
    """The places where the manifest moves the light of the whole picture, or sets wide lights."""
    return (*(lane.span for lane in piece.lanes if _is_quick(lane)), *_wide_lights(piece))


def _is_quick(lane: Lane) -> bool:
    if lane.name not in LIGHT_OF_ALL:
        return False
    if lane.played is None or lane.played.by is By.NOTES:
        return True
    return not _is_slow(lane.played.over)


def _is_slow(over: Duration) -> bool:
    return over.value >= SLOW[over.unit]


def _wide_lights(piece: Piece) -> Iterator[Span]:
    for rule in piece.visuals.rules:
        # A ring is a thin line, however large.
        lights = [getattr(rule, shape) for shape in LIGHTS if shape != "ring"]
        if any(light is not None and light.strength > 0 and light.size >= WIDE for light in lights):
            yield rule.span


def held_finding(
    spans: tuple[Span, ...], before: Flashing, after: Flashing, share: float, film: Film, clock: Clock
) -> Diagnostic:
    """The finding for a movement that would flash: how much, and the share of it that remains."""
    # To the nearest quarter of a crotchet: a frame begins nowhere in particular.
    at_qn = Fraction(round(4 * clock.quarters(film.start_s + before.frame / film.fps)), 4)
    place = clock.musical_place(at_qn)
    done = (
        f"musicvis weakens the light there to {share:.0%}"
        if after.count <= MOST
        else f"{after.count} remain, from fades in video.post"
    )
    message = (
        f"the picture would flash {before.count} times in the second from {place.bar}|{place.beat}, "
        f"more than {MOST} may harm people with epilepsy; {done}"
    )
    hint = "write a smaller amount or a longer decay, or let fewer notes play it"
    return Diagnostic("MV672", spans[0], message, hint, Severity.WARNING, place)
