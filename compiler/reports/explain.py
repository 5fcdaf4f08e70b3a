"""Everything that acts at one place of a piece: what sounds, what is shown and why, what moves and how."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import Span
from ...dsl.values.position import Duration, DurationUnit, Place, PlaceRange, parse_place
from ...dsl.values.units import Quarters
from ..checks.expectations import meter_text
from ..compile import compiled
from ..heard_piece import Heard, cast_of, hear
from ..notes.class_keys import Weights
from ..time.clock import frame_at
from ..words.sung import sung_words
from .finished import Happening, finished
from .movements import Movement, movements_at, place_text
from .note_list import matched_rules

if TYPE_CHECKING:
    from ...dsl.load import Loaded
    from ..plan import PicturePlan, StreamPlan

PLACE = "PLACE"
"""The file that findings about the place itself name."""
LEAST_SHARE = 0.005
"""Classes that are less visible than this are left out."""


@dataclass(frozen=True, slots=True)
class SoundingNote:
    """A note whose key is down: places as written, the classes it shows, the numbers of its rules."""

    part: str
    pitch: int
    velocity: int
    since: str
    until: str
    begins: bool
    classes: Weights
    class_names: tuple[str, ...]
    rules: tuple[int, ...]
    word: str | None = None
    """The word that is sung."""
    looks: tuple[str, ...] = ()
    """The embedded generator's way to show each class: "drawn", "as harp", "only a pattern"; empty for
    others."""


@dataclass(frozen=True, slots=True)
class StageLight:
    """A light on the stage: its shape, where it is, each -1..1, and how much of it is left."""

    shape: str
    across: float
    up: float
    strength: float


@dataclass(frozen=True, slots=True)
class VideoAt:
    """The progress of an own video: seconds into its part, or the share of a part with a `for`."""

    name: str
    passed: float
    is_share: bool


@dataclass(frozen=True, slots=True)
class ShownLayer:
    """A layer of the picture: its place, the room that it takes beside the others, and its classes."""

    name: str
    across: float | None
    """-1 left .. 1 right; None where it is across the whole film."""
    share: float
    """Its share of the strengths of all layers."""
    shown: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """One place of a piece, with all that acts there."""

    position: str
    time_s: float
    frame: int | None
    """None after the film's last frame."""
    meter: str
    quarters_per_minute: float
    section: str
    """The last rehearsal mark, empty before the first."""
    notes: tuple[SoundingNote, ...]
    shown: tuple[tuple[str, float], ...]
    """Names of classes and their weights, the strongest first; what is missing to 1 is empty."""
    rules: tuple[tuple[int, Span], ...]
    """The rules that any of the notes meets: their numbers and where they are."""
    movements: tuple[Movement, ...]
    brightness: float
    post: tuple[Happening, ...]
    lights: tuple[StageLight, ...] = ()
    """On the stage, the strongest first."""
    videos: tuple[VideoAt, ...] = ()
    """The own videos that run, one for each note that has started it and is still seen."""
    layers: tuple[ShownLayer, ...] = ()
    """Layers of the picture, back to front; none if it has no layers."""


def moment_at(loaded: "Loaded", text: str) -> tuple[Moment, tuple[Diagnostic, ...]]:
    """All that acts at a place, `6|6` or `@B` or `end-1s`, and what else is wrong with the piece.

    Raises PieceError where the place does not exist or the piece cannot be compiled.
    """
    findings = Findings()
    heard = hear(loaded, findings)
    return moment_in(heard, text, findings), tuple(findings)


def moment_in(heard: Heard, text: str, findings: Findings) -> Moment:
    """The moment, for a piece whose score is read; further errors go to the findings."""
    place = parse_place(text, Span(PLACE, 1, 1, 1, len(text) + 1))
    if isinstance(place, Diagnostic):
        raise PieceError([place])
    at = heard.clock.locate(place, findings)
    if at is None or findings.has_errors:
        raise PieceError(findings)
    clock, piece = heard.clock, heard.piece
    notes = tuple(_sounding(heard, at))
    frame = _frame_of(heard, at, any(note.begins for note in notes))
    picture = None if frame is None else _picture_of(heard, frame, place.span, findings)
    numbers = sorted({number for note in notes for number in note.rules})
    marks = [mark.name for mark in sorted(clock.marks, key=lambda mark: mark.onset_qn) if mark.onset_qn <= at]
    time_s = clock.seconds(at)
    return Moment(
        position=str(clock.position(at)),
        time_s=float(time_s),
        frame=frame,
        meter=meter_text(clock.measures[clock.measure_index(at)]),
        quarters_per_minute=float(60 / clock.pace(at)),
        section=marks[-1] if marks else "",
        notes=notes,
        shown=() if picture is None else _shown(picture),
        rules=tuple((number, piece.visuals.rules[number - 1].span) for number in numbers),
        movements=tuple(movements_at(heard, at)),
        brightness=0.0 if picture is None else float(picture.brightness[0]),
        post=tuple(finished(heard, picture, time_s)),
        lights=() if picture is None else tuple(_lights(picture)),
        videos=() if picture is None else tuple(_videos(picture)),
        layers=() if picture is None else tuple(_layers(picture)),
    )


def _frame_of(heard: Heard, at: Quarters, begins: bool) -> int | None:
    """The frame on screen; where notes begin, the first that shows them. None after the end of the film."""
    fps, time_s = heard.piece.video.fps, heard.clock.seconds(at)
    end_s = heard.clock.end_s + heard.piece.score.tail_s
    if time_s >= end_s:
        return None
    # A frame shows the moment in its middle, so the frame into which an onset falls may be too early for it.
    first = ceil(time_s * fps - Fraction(1, 2)) if begins else int(frame_at(time_s, fps))
    return min(first, ceil(end_s * fps) - 1)


def _picture_of(heard: Heard, frame: int, span: Span, findings: Findings) -> "PicturePlan":
    """The plan of a film that is this one frame."""
    piece, clock = heard.piece, heard.clock
    last_s = clock.end_s + piece.score.tail_s
    within_s = (frame / piece.video.fps + min((frame + 1) / piece.video.fps, last_s)) / 2
    start, end = (
        Place("end", span, at_end=True, offset=Duration(s - clock.end_s, DurationUnit.SECONDS))
        for s in (within_s, last_s)
    )
    one = replace(piece, selection=PlaceRange("", span, start, end), limit_s=1 / piece.video.fps)
    compilation = compiled(one, heard.files, findings)
    if compilation.plan is None:
        raise PieceError(compilation.diagnostics)
    return compilation.plan.picture


def _sounding(heard: Heard, at: Fraction) -> Iterator[SoundingNote]:
    shown = cast_of(heard).notes
    rules = matched_rules(heard)
    sung = sung_words(heard.notes)
    for i, entry in enumerate(heard.notes):
        note = entry.note
        if note.onset_qn <= at < note.onset_qn + note.gate_qn:
            yield SoundingNote(
                part=entry.part,
                pitch=note.pitch,
                velocity=note.velocity,
                since=str(heard.clock.position(note.onset_qn)),
                until=place_text(note.onset_qn + note.gate_qn, heard.clock),
                begins=note.onset_qn == at,
                classes=shown[i].classes,
                class_names=tuple(heard.classes.name(index) for index, _ in shown[i].classes),
                rules=rules[i],
                word=sung.text_at(i),
                looks=tuple(heard.classes.look(index) for index, _ in shown[i].classes),
            )


def _layers(picture: "PicturePlan") -> Iterator[ShownLayer]:
    total = sum(float(stream.strength[0]) for stream in picture.streams)
    for stream in picture.streams:
        across = round(float(stream.across[0]), 3) if stream.reach > 0 else None
        yield ShownLayer(stream.name, across, round(float(stream.strength[0]) / total, 3), _shown(stream))


def _shown(picture: "PicturePlan | StreamPlan") -> tuple[tuple[str, float], ...]:
    names, weights = picture.by_name()
    pairs = zip(names, weights[0].tolist(), strict=True)
    return tuple(
        (name, weight) for name, weight in sorted(pairs, key=lambda pair: -pair[1]) if weight >= LEAST_SHARE
    )


def _videos(picture: "PicturePlan") -> Iterator[VideoAt]:
    if picture.clips is None:
        return
    for own, passed in zip(picture.pictures, picture.clips[0].tolist(), strict=True):
        if own.clip is not None and passed > 0:
            yield VideoAt(own.name, round(passed, 3), own.clip.is_stretched)


def _lights(picture: "PicturePlan") -> Iterator[StageLight]:
    from ..plan import LIGHT_SHAPES

    for row in () if picture.lights is None else picture.lights.tolist():
        yield StageLight(LIGHT_SHAPES[int(row[1])], round(row[2], 3), round(row[3], 3), round(row[5], 3))
