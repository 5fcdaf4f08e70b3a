"""Small scores made by hand, and the original piece's tempo and metre map as data."""

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from musicvis.compiler.score.model import Measure, Meter, Note, RehearsalMark, Score, TempoMark, Track
from musicvis.compiler.time.clock import Clock
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.findings.span import Span
from musicvis.dsl.values.position import Place

SPAN = Span("piece.yaml", 1, 1, 1, 2)

MakeScore = Callable[..., Score]
MakePlace = Callable[..., Place]


def score_of(
    meters: Sequence[str],
    tempi: Sequence[tuple[Fraction | int, Fraction | int]] = ((0, 60),),
    notes: Sequence[tuple[Any, ...]] = (),
    marks: Sequence[tuple[str, Fraction | int]] = (),
    tracks: Sequence[str] = ("Piano",),
    lengths: dict[int, Fraction] | None = None,
    bars: Sequence[tuple[int, int]] | None = None,
    **changes: Any,
) -> Score:
    """A score: one metre for each bar; notes as (onset, length, pitch) and, after that, velocity and track.

    lengths  what bars play that are not full, by index; bars: their numbers and passes, else 1, 2, 3 ...
    """
    measures: list[Measure] = []
    start = Fraction(0)
    for i, text in enumerate(meters):
        numerator, denominator = map(int, text.split("/"))
        meter = Meter(numerator, denominator)
        length = (lengths or {}).get(i, meter.bar_qn)
        bar, pass_number = bars[i] if bars else (i + 1, 1)
        measures.append(Measure(bar, pass_number, start, length, meter, printed=str(bar)))
        start += length
    made = []
    for onset, length, pitch, *rest in notes:
        velocity, track = (*rest, *(80, 0)[len(rest) :])
        onset = Fraction(onset)
        home = max((m for m in measures if m.start_qn <= onset), key=lambda m: m.start_qn)
        into = onset - home.start_qn
        made.append(
            Note(
                onset_qn=onset,
                length_qn=Fraction(length),
                gate_qn=Fraction(length),
                pitch=pitch,
                velocity=velocity,
                track=track,
                staff=1,
                voice=1,
                bar=home.bar,
                pass_number=home.pass_number,
                onset_in_bar_qn=into,
                beat=into / home.meter.beat_qn + 1,
            )
        )
    return Score(
        title="",
        tracks=tuple(Track(name) for name in tracks),
        notes=tuple(sorted(made, key=lambda n: (n.onset_qn, n.track, n.pitch))),
        measures=tuple(measures),
        tempi=tuple(TempoMark(Fraction(at), Fraction(bpm)) for at, bpm in tempi),
        marks=tuple(RehearsalMark(name, Fraction(at)) for name, at in marks),
        **changes,
    )


def place_of(text: str, **fields: Any) -> Place:
    """`7|3` or `end` as a Place; other fields by name."""
    if text == "end":
        return Place(text, SPAN, at_end=True, **fields)
    if text.startswith("@"):
        mark, _, beat = text[1:].partition("|")
        return Place(text, SPAN, mark=mark, beat=Fraction(beat or 1), **fields)
    bar, _, beat = text.partition("|")
    return Place(text, SPAN, bar=int(bar), beat=Fraction(beat or 1), **fields)


def located(clock: Clock, text: str, **fields: Any) -> Fraction:
    """The quarter note of a place that must be there."""
    findings = Findings()
    found = clock.locate(place_of(text, **fields), findings)
    assert found is not None, findings
    return found


@pytest.fixture(scope="session")
def make_score() -> MakeScore:
    return score_of


@pytest.fixture(scope="session")
def make_place() -> MakePlace:
    return place_of


@pytest.fixture(scope="session")
def locate() -> Callable[..., Fraction]:
    return located


@pytest.fixture(scope="session")
def original() -> dict[str, Any]:
    """Bars, times and ear positions of the original piece (see the file)."""
    data: dict[str, Any] = json.loads((Path(__file__).parent / "pan_checkpoints.json").read_text())
    return data


@pytest.fixture(scope="session")
def original_clock(original: dict[str, Any]) -> Clock:
    """The clock of the original piece: its metres and tempi by hand, without its file."""
    ppq = original["ppq"]
    signatures = original["time_signatures"]
    ticks = [tick for tick, _ in signatures] + [31680]
    meters = []
    for (start, (numerator, denominator)), end in zip(signatures, ticks[1:], strict=True):
        bar_ticks = 4 * ppq * numerator // denominator
        meters += [f"{numerator}/{denominator}"] * ((end - start) // bar_ticks)
    tempi = [(Fraction(tick, ppq), Fraction(60_000_000, us)) for tick, us in original["tempi_us_per_quarter"]]
    return Clock.from_score(score_of(meters, tempi))


@pytest.fixture(scope="session")
def original_effects(original: dict[str, Any]) -> str:
    """The lanes of the original piece in the legacy form, its slip included: `ear_mid` at marimba 13.1."""

    def end_of(text: str) -> dict[str, Any]:
        if text == "end":
            return {"m2": "end"}
        bar, _, beat = text.partition(".")
        return {"m2": int(bar), "b2": float(beat)}

    sets: dict[str, list[dict[str, Any]]] = {}
    for name, lane in original["lanes"].items():
        for start, end, effect, v0, v1, _ in lane["segments"]:
            bar, _, beat = start.partition(".")
            written = {"effect": effect, "m1": int(bar), "b1": float(beat), **end_of(end)}
            if effect != "none":
                written["ear_i"] = v0
            if effect == "whole_cosine":
                written["ear_mid"] = v1
            elif effect != "none" and v0 != v1:
                written["ear_f"] = v1
            if effect == "sawtooth":
                written["cycles"] = "per_beat"
            if (name, start) == ("marimba", "13.1"):
                written["ear_mid"] = 0
            sets.setdefault(name, []).append(written)
    return json.dumps(sets, indent=1)
