"""Lanes that notes play: selects the notes, and makes their strokes and courses."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from ...dsl.findings.collector import Findings
from ...dsl.model.lane import By, Lane, Played
from ...dsl.values.position import Duration, DurationUnit
from ..lazy_numpy import np
from ..notes.band import Band
from ..notes.durations import Durations
from ..notes.selectors import selected
from ..recent import recent
from ..score.part_note import PartNote
from ..time.clock import Clock
from .curve import PlayedBy
from .playing import Course, Heard, contour, density, loudness, side, steps, strokes

if TYPE_CHECKING:
    from ...store.values.array_types import F64


def chosen(lane: Lane, played: Played, band: Band, clock: Clock, findings: Findings) -> list[PartNote]:
    """The notes that play a lane, by their onsets; a finding if there are none."""
    faults = Findings()
    mask = selected(played.where, band.notes, clock, lane.span, faults)
    findings += faults
    notes = [entry for entry, meant in zip(band.notes, mask, strict=True) if meant]
    if not notes and band.notes and not faults:
        message = f"no note plays {lane.label or lane.name}: none matches its part and where"
        hint = "`musicvis notes` lists what the parts play there"
        findings.warn("MV670", lane.span, message, hint)
    return sorted(notes, key=lambda entry: entry.note.onset_qn)


@recent(16)
def played_by(
    played: Played,
    notes: Sequence[PartNote],
    clock: Clock,
    rest: float,
    shortest_s: float,
    end_s: float,
    ears: F64 | None,
) -> PlayedBy:
    """The movement that notes give to a lane.

    rest         where it is without them
    shortest_s   no stroke rises in less
    end_s        courses go on until then
    ears         where each note is, NaN where nobody knows; for by: ear alone
    """
    heard = heard_of(notes, clock)
    if played.by is By.NOTES:
        lengths = Durations(clock)

        def each(duration: Duration) -> F64:
            return np.array([lengths.seconds(entry, duration) for entry in notes])

        struck = strokes(
            heard,
            attacks_s=np.maximum(each(played.attack), shortest_s),
            holds_s=each(played.hold),
            decays_s=each(played.decay),
            velocity=played.velocity,
            most=played.most,
            is_long=played.is_long,
        )
        if played.in_decibels:
            return PlayedBy(struck, rest=rest, ratio=10.0 ** (played.amount / 20.0))
        # For a factor laid over another value, the share is one of 1.
        return PlayedBy(struck, rest=rest, way=played.amount)
    bars_s = sorted({0.0, *(float(clock.seconds(measure.start_qn)) for measure in clock.measures)})
    times_s = steps(np.array(bars_s), end_s)
    widths_s = lengths_at(played.over, clock, times_s)
    if played.by is By.LOUDNESS:
        share = loudness(heard, times_s, widths_s)
    elif played.by is By.CONTOUR:
        share = contour(heard, times_s, widths_s)
    elif played.by is By.EAR:
        assert ears is not None
        share = side(heard, np.where(np.isnan(ears), 0.0, ears), times_s, widths_s)
    else:
        share = density(heard, beats_at(clock, times_s), times_s, widths_s)
    return PlayedBy(course=Course(times_s, played.low + (played.high - played.low) * share))


@recent(4)
def onsets_of(notes: Sequence[PartNote], clock: Clock) -> F64:
    """The onset of each note, in seconds of the piece."""
    return np.array([float(clock.seconds(entry.note.onset_qn)) for entry in notes], np.float64)


def heard_of(notes: Sequence[PartNote], clock: Clock) -> Heard:
    """Notes in seconds of the piece."""
    plain = [entry.note for entry in notes]
    return Heard(
        np.array([float(clock.seconds(note.onset_qn)) for note in plain]),
        np.array([float(clock.seconds(note.onset_qn + note.gate_qn)) for note in plain]),
        np.array([note.velocity / 127 for note in plain]),
        np.array([float(note.pitch) for note in plain]),
    )


def lengths_at(duration: Duration, clock: Clock, times_s: F64) -> F64:
    """The length of a duration at each time, at the tempo of the last bar line or tempo change before it."""
    if duration.unit is DurationUnit.SECONDS:
        return np.full(times_s.shape, float(duration.value))
    starts = sorted({*clock.tempo_starts_qn, *(measure.start_qn for measure in clock.measures)})
    lengths_s = np.array([float(clock.duration_s(start, duration)) for start in starts])
    starts_s = np.array([float(clock.seconds(start)) for start in starts])
    return np.asarray(lengths_s[(starts_s.searchsorted(times_s, "right") - 1).clip(0)])


def beats_at(clock: Clock, times_s: F64) -> F64:
    """The length of a beat at each time, in seconds."""
    return lengths_at(Duration(Fraction(1), DurationUnit.BEATS), clock, times_s)
