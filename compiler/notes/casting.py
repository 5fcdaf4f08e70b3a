"""What each note shows: its classes and how they act, from the manifest's rules; later rules win."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction

from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.model.piece import ClassWeight, Envelope, Rule, Visuals
from ...dsl.values.position import Duration, DurationUnit
from ..time.clock import Clock
from .classes import CLASS_COUNT, class_index
from .selectors import PartNote, selected

PITCH_CLASSES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
DEFAULT_CLASS_COUNT = 12
QUESTIONS_MOST = 5_000_000
"""Of all rules to all notes, one for each thing that a rule says of a note; they take about 20 s."""

Weights = tuple[tuple[int, float], ...]
"""Class indices 0..999 and their shares."""


@dataclass(frozen=True, slots=True)
class VisualNote:
    """A note as the picture sees it; times are exact seconds of the piece.

    `depth`, `truncation` and `hue_deg` are None where the piece's own lane or value holds.
    """

    onset_s: Fraction
    end_s: Fraction
    """When the key is let go."""
    velocity: float
    """0..1."""
    classes: Weights
    attack_s: float
    release_s: float
    kick: float = 1.0
    depth: float | None = None
    truncation: float | None = None
    hue_deg: float | None = None
    layer: int = 0
    """How far in front its classes stand."""


@dataclass(frozen=True, slots=True)
class Cast:
    """All notes as the picture sees them, and how much each rule and class had to do."""

    notes: tuple[VisualNote, ...]
    rule_matches: tuple[int, ...]
    """How many notes each rule of the manifest means."""
    unused_keys: tuple[str, ...]
    """Keys of `visuals.classes` that no note of the piece has."""
    findings: tuple[Diagnostic, ...]


def cast(notes: Sequence[PartNote], visuals: Visuals, parts: Sequence[str], clock: Clock, seed: int) -> Cast:
    """Give each note its classes, envelope and kick."""
    findings: list[Diagnostic] = []
    key_of, table = _class_table(notes, visuals, parts, seed, findings)
    keys = [key_of(entry) for entry in notes]
    envelope = visuals.envelope or Envelope()
    durations = _Durations(clock)
    shown = [
        VisualNote(
            onset_s=clock.seconds(entry.note.onset_qn),
            end_s=clock.seconds(entry.note.onset_qn + entry.note.gate_qn),
            velocity=entry.note.velocity / 127,
            classes=table.get(key, ()),
            attack_s=durations.seconds(entry, envelope.attack),
            release_s=durations.seconds(entry, envelope.release),
        )
        for entry, key in zip(notes, keys, strict=True)
    ]
    matches = []
    too_much = _too_much(visuals.rules, len(notes))
    if too_much is not None:
        findings.append(too_much)
    for rule in visuals.rules:
        if too_much is not None:
            # Not asked: that one means nothing must not be said.
            matches.append(len(notes))
            continue
        mask = selected(rule.where, notes, clock, rule.span, findings)
        matches.append(sum(mask))
        classes = None if rule.classes is None else class_weights(rule.classes, findings)
        for i, meant in enumerate(mask):
            if not meant:
                continue
            entry, was = notes[i], shown[i]
            shown[i] = replace(
                was,
                classes=was.classes if classes is None else classes,
                attack_s=was.attack_s if rule.attack is None else durations.seconds(entry, rule.attack),
                release_s=was.release_s if rule.release is None else durations.seconds(entry, rule.release),
                kick=was.kick if rule.kick is None else rule.kick,
                depth=was.depth if rule.depth is None else rule.depth,
                truncation=was.truncation if rule.truncation is None else rule.truncation,
                hue_deg=was.hue_deg if rule.hue_deg is None else rule.hue_deg,
                layer=was.layer if rule.layer is None else rule.layer,
            )
    heard = set(keys)
    unused = tuple(key for key, _ in visuals.classes if key not in heard)
    return Cast(tuple(shown), tuple(matches), unused, tuple(findings))


def _too_much(rules: Sequence[Rule], note_count: int) -> Diagnostic | None:
    """A finding where to ask the rules of every note would take minutes."""
    asked = 0
    for rule in rules:
        where = rule.where
        asked += note_count * sum(
            len(value) if isinstance(value, tuple) else 1
            for field in fields(where)
            if field.name != "spans" and (value := getattr(where, field.name)) not in ((), None)
        )
        if asked > QUESTIONS_MOST:
            message = (
                f"the rules ask more than {QUESTIONS_MOST:,} questions of the {note_count:,} notes "
                "of the score, which would take minutes"
            )
            return Diagnostic("MV105", rule.span, message, "write fewer rules, or shorter lists")
    return None


def class_weights(written: Sequence[ClassWeight], findings: list[Diagnostic]) -> Weights:
    """Names to indices; what cannot be resolved is left out and reported."""
    found: list[tuple[int, float]] = []
    for entry in written:
        index = class_index(entry.name, entry.span, findings)
        if index is not None:
            found.append((index, entry.weight))
    return tuple(found)


class _Durations:
    """Written durations in seconds at each note; a whole score asks for few different ones."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[Fraction, Duration], float] = {}

    def seconds(self, entry: PartNote, duration: Duration) -> float:
        if duration.unit is DurationUnit.SECONDS:
            return float(duration.value)
        key = (entry.note.onset_qn, duration)
        if key not in self._known:
            self._known[key] = float(self._clock.duration_s(*key))
        return self._known[key]


def _class_table(
    notes: Sequence[PartNote],
    visuals: Visuals,
    parts: Sequence[str],
    seed: int,
    findings: list[Diagnostic],
) -> tuple["_KeyOf", dict[str, Weights]]:
    """How a note names its key, and the classes of each key."""
    table = {key: class_weights(written, findings) for key, written in visuals.classes}
    if not visuals.classes:
        table = {str(i): ((index, 1.0),) for i, index in enumerate(default_classes(seed))}
    is_list = all(key.isdecimal() for key in table)
    lyrics = list(dict.fromkeys(entry.note.lyric for entry in notes if entry.note.lyric is not None))
    return _KeyOf(visuals.classes_by, len(table) if is_list else 0, tuple(parts), tuple(lyrics)), table


def spectrum_classes(
    visuals: Visuals, seed: int, findings: list[Diagnostic]
) -> tuple[tuple[Weights, ...], tuple[Weights, ...]]:
    """What the 12 pitch classes show where a spectrum moves the picture: by pitch class from C, or by power.

    A list of 12 goes from C, unless it is to be sorted; a shorter one always goes by power.
    """
    table = {key: class_weights(written, findings) for key, written in visuals.classes}
    if not table:
        table = {str(i): ((index, 1.0),) for i, index in enumerate(default_classes(seed))}
    if not all(key.isdecimal() for key in table):
        return tuple(table.get(name, ()) for name in PITCH_CLASSES), ()
    listed = tuple(table[str(number)] for number in range(len(table)))
    is_sorted = len(listed) < len(PITCH_CLASSES) or (
        visuals.spectrum is not None and visuals.spectrum.sort_classes_by_power
    )
    return ((), listed) if is_sorted else (listed, ())


@dataclass(frozen=True, slots=True)
class _KeyOf:
    """The key of `visuals.classes` that a note has: its name, or its place in a list of so many classes.

    In a list, pitch classes count from C, parts from the first, lyrics by their first occurrence, loudness
    from soft to loud in equal steps of velocity; what goes past the end of the list begins it again.
    """

    by: str
    list_length: int
    parts: tuple[str, ...]
    lyrics: tuple[str, ...]

    def __call__(self, entry: PartNote) -> str:
        note = entry.note
        if self.by == "loudness":
            steps = max(self.list_length, 1)
            return str(min((note.velocity - 1) * steps // 127, steps - 1))
        if self.by == "part":
            name, place = entry.part, self.parts.index(entry.part)
        elif self.by == "lyric":
            if note.lyric is None:
                return ""
            name, place = note.lyric, self.lyrics.index(note.lyric)
        else:
            name, place = PITCH_CLASSES[note.pitch % 12], note.pitch % 12
        return str(place % self.list_length) if self.list_length else name


def default_classes(seed: int) -> tuple[int, ...]:
    """Twelve classes for a piece that names none: drawn from all by the piece's seed."""
    import numpy as np

    draw = np.random.Generator(np.random.Philox(seed)).choice(CLASS_COUNT, DEFAULT_CLASS_COUNT, replace=False)
    return tuple(int(index) for index in draw)
