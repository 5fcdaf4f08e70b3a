"""A compiled piece as the page shows it: bars, notes, classes, rules, findings."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

import numpy as np

from ..compiler.classes.table import ClassTable
from ..compiler.heard_piece import Heard
from ..compiler.plan import BusPlan, PicturePlan, Plan
from ..compiler.recent import recent
from ..compiler.reports.note_list import matched_rules
from ..compiler.sound.plan_sound import buses_of
from ..compiler.time.clock import Clock
from ..dsl.findings.collector import Findings
from ..dsl.findings.diagnostics import Diagnostic, Severity
from ..dsl.model.audio import Bus
from ..dsl.model.visuals import ClassWeight
from ..dsl.text.yaml_source import Source, escaped
from .curves import VALUES_MOST
from .texts import Texts
from .wire import events

FINDINGS_MOST = 200
SEVERITIES = tuple(Severity)
"""As they are declared: the gravest first."""
CLASSES_MOST = 24
LEAST_SEEN = 0.02
"""A class that is never more of the picture is not drawn."""


def findings_shown(findings: Sequence[Diagnostic], texts: Texts) -> tuple[events.Finding, ...]:
    """Findings in the words of `musicvis check`: errors first, then warnings, then notes."""
    ordered = sorted(findings, key=lambda found: SEVERITIES.index(found.severity))
    return tuple(_finding(found, texts) for found in ordered[:FINDINGS_MOST])


def _finding(found: Diagnostic, texts: Texts) -> events.Finding:
    place = found.place
    return events.Finding(
        code=found.code,
        severity=found.severity.value,
        message=found.message,
        hint=found.hint,
        file=texts.name_of(found.file),
        line=found.line,
        column=found.column,
        place="" if place is None else f"bar {place.bar} beat {place.beat}",
        s=None if place is None else place.time_s,
    )


@recent(2)
def bars_shown(clock: Clock) -> tuple[events.Bar, ...]:
    """Every bar as played, with its beats."""
    found = []
    for measure in clock.measures:
        position = clock.position(measure.start_qn)
        beat_qn = measure.meter.beat_qn
        count = max(1, -(-measure.length_qn // beat_qn))
        beats = (clock.seconds(measure.start_qn + k * beat_qn) for k in range(count))
        found.append(
            events.Bar(
                bar=position.bar,
                pass_number=measure.pass_number,
                s=_s(clock.seconds(measure.start_qn)),
                meter=str(measure.meter),
                beats=tuple(_s(beat) for beat in beats),
            )
        )
    return tuple(found)


def tempi_shown(clock: Clock) -> tuple[events.Tempo, ...]:
    """Every change of tempo."""
    starts = zip(clock.tempo_starts_s, clock.seconds_per_quarter, strict=True)
    return tuple(events.Tempo(_s(start), round(float(60 / pace), 3)) for start, pace in starts)


def marks_shown(clock: Clock) -> tuple[events.Mark, ...]:
    """Rehearsal marks, each as many times as it is passed."""
    return tuple(events.Mark(_s(clock.seconds(mark.onset_qn)), mark.name) for mark in clock.marks)


def rows_shown(heard: Heard, plan: Plan, texts: Texts) -> tuple[events.Row, ...]:
    """The buses in written order."""
    source = texts.root_source
    buses = {bus.name: bus for bus in buses_of(heard.piece, heard.parts)}
    # Only computed for a bus whose sound has no notes: an hour has many of them.
    by_part = cache(lambda: _notes_by_part(heard))
    names = [lane.name for lane in heard.piece.lanes]
    returns = [back.name for back in heard.piece.audio.returns]
    owners = (*buses, *returns)
    rows = []
    for planned in plan.sound.buses:
        bus = buses[planned.name]
        ear = bus.ear or bus.name
        own = [name for name in names if _owner(name, owners) == bus.name and name != ear]
        rows.append(
            events.Row(
                bus=bus.name,
                space=bus.space,
                ear=ear if ear in names else "",
                notes=_notes_of(planned, bus, by_part),
                lanes=tuple(dict.fromkeys([*([ear] if ear in names else []), *own])),
                gains=tuple(_gains(bus, source, texts.manifest)),
                line=source.key_span(f"/audio/buses/{escaped(bus.name)}").line
                if heard.piece.audio.buses
                else 0,
            )
        )
    return tuple(rows)


def picture_lanes(heard: Heard) -> tuple[str, ...]:
    """Names of lanes that move no bus."""
    found = (lane.name for lane in heard.piece.lanes if lane.name.startswith(("visuals.", "video.")))
    return tuple(dict.fromkeys(found))


def _line(source: Source, pointer: str) -> int:
    return source.key_span(pointer).line if pointer in source.values else 0


def _owner(name: str, owners: Sequence[str]) -> str:
    """The bus or return of a lane: the longest name that it begins with."""
    fitting = [owner for owner in owners if name == owner or name.startswith(f"{owner}.")]
    return max(fitting, key=len, default="")


def _notes_by_part(heard: Heard) -> Mapping[str, list[tuple[float, float, int, int]]]:
    found: dict[str, list[tuple[float, float, int, int]]] = {}
    clock = heard.clock
    for entry in heard.notes:
        note = entry.note
        begin = clock.seconds(note.onset_qn)
        length = clock.seconds(note.onset_qn + note.gate_qn) - begin
        row = (_s(begin), round(float(length), 4), note.pitch, note.velocity)
        found.setdefault(entry.part, []).append(row)
    return found


def _notes_of(
    planned: BusPlan, bus: Bus, by_part: Callable[[], Mapping[str, list[tuple[float, float, int, int]]]]
) -> tuple[tuple[float, float, int, int], ...]:
    """The notes of a bus; for recordings, the notes that they should contain, if known."""
    rows = [
        (_s(note.onset_s), round(note.length_s, 4), note.pitch, note.velocity)
        for stem in planned.stems
        for note in stem.notes or stem.reference
        if note.onset_s >= 0
    ]
    if not rows:
        parts = [stem.plays or stem.part or bus.name for stem in bus.stems]
        rows = [row for part in dict.fromkeys(parts) for row in by_part().get(part, ())]
    return tuple(sorted(rows))


def _gains(bus: Bus, source: Source, file: str) -> Iterator[events.Gain]:
    """The level of a bus, which the page can write in any case, and those of its stems."""
    pointer = f"/audio/buses/{escaped(bus.name)}"
    yield events.Gain("bus", file, _line(source, f"{pointer}/gain"), f"{pointer}/gain", bus.gain)
    for k, stem in enumerate(bus.stems if pointer in source.values else ()):
        name = str(stem.score or stem.file or stem.part or f"stem {k + 1}")
        of_stem = f"{pointer}/stems/{k}/gain"
        line = _line(source, of_stem)
        yield events.Gain(name, file, line, of_stem if line else "", stem.gain)


def classes_shown(heard: Heard, picture: PicturePlan, texts: Texts) -> events.Classes:
    """The visibility of each class, the most visible first, and the keys that choose them."""
    named = list(_class_rows(picture))
    step = max(1, -(-picture.frame_count // VALUES_MOST))
    seen = [(name, row) for name, row in named if row.size and float(row.max()) >= LEAST_SEEN]
    seen.sort(key=lambda pair: -float(pair[1].sum()))
    shown = tuple(events.Shown(name, _bytes_of(row[::step])) for name, row in seen[:CLASSES_MOST])
    return events.Classes(float(picture.fps / step), shown, tuple(_keys(heard, texts)))


def _class_rows(picture: PicturePlan) -> Iterator[tuple[str, np.ndarray[tuple[int], np.dtype[np.float32]]]]:
    """The name of each class, and its visibility in each frame; with layers, those of each layer."""
    if not picture.streams:
        names, weights = picture.by_name()
        yield from zip(names, weights.T, strict=True)
        return
    total = sum(stream.strength for stream in picture.streams)
    for stream in picture.streams:
        share = stream.strength / total
        names, weights = stream.by_name()
        for name, row in zip(names, weights.T, strict=True):
            yield f"{stream.name}: {name}", share * row


def _bytes_of(weights: np.ndarray[tuple[int], np.dtype[np.float32]]) -> str:
    whole = np.clip(np.rint(weights * 255.0), 0, 255).astype(np.uint8)
    return base64.b64encode(whole.tobytes()).decode("ascii")


def _keys(heard: Heard, texts: Texts) -> Iterator[events.ClassKey]:
    source, visuals = texts.root_source, heard.piece.visuals
    written = [("", "/visuals/classes", entry) for entry in visuals.classes]
    for layer in visuals.layers:
        above = f"/visuals/layers/{escaped(layer.name)}/classes"
        written += [(f"{layer.name}: ", above, entry) for entry in layer.classes]
    for of, above, (name, weights) in written:
        key, pointer = of + name, f"{above}/{escaped(name)}"
        value = _value_at(source, pointer)
        is_name = isinstance(value, str | int) and not isinstance(value, bool)
        names = [_class_name(weight, heard.classes) for weight in weights]
        words = ", ".join(f"{name} {part.weight:.0%}" for name, part in zip(names, weights, strict=True))
        yield events.ClassKey(
            key=key,
            text=names[0] if is_name and names else words,
            file=texts.manifest,
            line=source.key_span(pointer).line,
            pointer=pointer if is_name else "",
        )


def _class_name(written: ClassWeight, table: ClassTable) -> str:
    """The name of a class that is written as a number, a synonym or a name."""
    if written.picture is not None or written.is_like:
        return written.name
    index = table.index(written.name, written.span, Findings())
    return written.name if index is None else table.name(index)


def rules_shown(heard: Heard, texts: Texts) -> tuple[events.Rule, ...]:
    """The rules, and when each note begins that they mean."""
    source, clock = texts.root_source, heard.clock
    hits: dict[int, list[float]] = {}
    if heard.piece.visuals.rules:
        for entry, numbers in zip(heard.notes, matched_rules(heard), strict=True):
            for number in numbers:
                hits.setdefault(number, []).append(_s(clock.seconds(entry.note.onset_qn)))
    found = []
    for n, rule in enumerate(heard.piece.visuals.rules, 1):
        pointer = rule.pointer
        written = _value_at(source, f"{pointer}/where/range")
        is_text = isinstance(written, str | int) and len(rule.where.ranges) == 1
        stretch = clock.locate_range(rule.where.ranges[0], Findings()) if is_text else None
        found.append(
            events.Rule(
                n=n,
                words=_words(_value_at(source, pointer)),
                file=texts.manifest,
                line=rule.span.line,
                hits=tuple(dict.fromkeys(hits.get(n, ()))),
                range_text=str(written) if is_text else "",
                range_pointer=f"{pointer}/where/range" if is_text else "",
                range_s=None
                if stretch is None
                else (_s(clock.seconds(stretch[0])), _s(clock.seconds(stretch[1]))),
            )
        )
    return tuple(found)


def _words(rule: object) -> str:
    """A rule in a line: its selector and its actions."""
    if not isinstance(rule, dict):
        return ""
    where = rule.get("where")
    meant = _listed(where) if isinstance(where, dict) else ""
    done = _listed({key: value for key, value in rule.items() if key != "where"})
    return f"{meant or 'every note'}: {done}"


def _listed(block: Mapping[str, object]) -> str:
    return ", ".join(f"{key} {_plain(value)}" for key, value in block.items())


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key} {_plain(item)}" for key, item in value.items())
    if isinstance(value, list):
        return " or ".join(map(_plain, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value_at(source: Source, pointer: str) -> object:
    """The value at a pointer; None if there is none."""
    try:
        return source.at(pointer)
    except LookupError:
        return None


def _s(seconds: object) -> float:
    return round(float(seconds), 4)  # type: ignore[arg-type]
