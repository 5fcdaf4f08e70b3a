"""Cues for lights: timing tracks of xLights, and a file of OSC bundles."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction
from xml.sax.saxutils import quoteattr

from ....dsl.values.pitch_classes import pitch_name
from .timeline import Cue, Timeline, printable

Mark = tuple[Fraction, Fraction, str]


def xtiming(timeline: Timeline) -> str:
    """Timing tracks of xLights (.xtiming): bars, sections, the notes of each part, and the syllables
    sung.

    Times are whole milliseconds. The marks of a track do not overlap there: a note ends where the next
    one begins, and notes that begin together are one mark.
    """
    tracks: list[tuple[str, list[Mark]]] = [("Bars", timeline.bar_spans())]
    if timeline.sections:
        tracks.append(("Sections", timeline.section_spans()))
    for part, cues in timeline.parts().items():
        tracks.append((part, _apart(cues, words=False)))
        if any(cue.lyric for cue in cues):
            tracks.append((f"{part} words", _apart([cue for cue in cues if cue.lyric], words=True)))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<timings>"]
    for name, marks in tracks:
        lines.append(f'<timing name={quoteattr(printable(name))} SourceVersion="2024.01">')
        lines.append("<EffectLayer>")
        for start_s, end_s, label in marks:
            first, last = round(start_s * 1000), round(end_s * 1000)
            if first < last:
                said = quoteattr(printable(label))
                lines.append(f'<Effect label={said} starttime="{first}" endtime="{last}"/>')
        lines += ["</EffectLayer>", "</timing>"]
    return "\n".join([*lines, "</timings>", ""])


def osc(timeline: Timeline) -> bytes:
    """OSC bundles in the order of time, each behind its length as int32.

    It is the form of SuperCollider's scores for non-realtime synthesis: the time tag of a bundle counts
    from the first frame (32 bits of seconds, 32 of fractions). Messages: `/musicvis/bar` name;
    `/musicvis/section` title; `/musicvis/note` part, pitch, velocity, seconds; `/musicvis/lane` name,
    value, whenever the value of a frame differs from that of the frame before.
    """
    found: list[tuple[Fraction, bytes]] = []
    found += [(at_s, _message("/musicvis/section", title)) for at_s, _, title in timeline.section_spans()]
    found += [(at_s, _message("/musicvis/bar", name)) for at_s, _, name in timeline.bar_spans()]
    for cue in timeline.cues:
        length_s = float(cue.end_s - cue.start_s)
        found.append((cue.start_s, _message("/musicvis/note", cue.part, cue.pitch, cue.velocity, length_s)))
    for name, values in timeline.lanes.items():
        for frame, value in enumerate(values.tolist()):
            if frame == 0 or value != values[frame - 1]:
                found.append((frame / timeline.fps, _message("/musicvis/lane", name, float(value))))
    found.sort(key=lambda entry: entry[0])
    return b"".join(_bundle(at_s, message) for at_s, message in found)


def _apart(cues: list[Cue], *, words: bool) -> list[Mark]:
    """Marks that do not overlap, one for all notes that begin together, with their names or their words."""
    return list(_marks(cues, words))


def _marks(cues: list[Cue], words: bool) -> Iterator[Mark]:
    starts = sorted({cue.start_s for cue in cues})
    at: dict[Fraction, list[Cue]] = {start_s: [] for start_s in starts}
    for cue in cues:
        at[cue.start_s].append(cue)
    for start_s, following_s in zip(starts, [*starts[1:], None], strict=True):
        together = at[start_s]
        end_s = max(cue.end_s for cue in together)
        if words:
            label = " ".join(cue.lyric for cue in together if cue.lyric)
        else:
            label = " ".join(pitch_name(cue.pitch) for cue in sorted(together, key=lambda cue: cue.pitch))
        yield start_s, end_s if following_s is None else min(end_s, following_s), label


def _message(address: str, *values: str | int | float) -> bytes:
    """An OSC 1.0 message: address, types, values, each padded to four bytes."""
    types, data = ",", b""
    for value in values:
        if isinstance(value, str):
            types, data = types + "s", data + _padded(value)
        elif isinstance(value, int):
            types, data = types + "i", data + struct.pack(">i", value)
        else:
            types, data = types + "f", data + struct.pack(">f", value)
    return _padded(address) + _padded(types) + data


def _bundle(at_s: Fraction, message: bytes) -> bytes:
    seconds, rest = divmod(at_s, 1)
    tag = struct.pack(">II", int(seconds), int(rest * 2**32))
    inside = b"#bundle\0" + tag + struct.pack(">i", len(message)) + message
    return struct.pack(">i", len(inside)) + inside


def _padded(text: str) -> bytes:
    data = text.replace("\0", "").encode() + b"\0"
    return data + b"\0" * (-len(data) % 4)
