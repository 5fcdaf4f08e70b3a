"""The frame of a MusicXML file: everything but its notes, from the guarded XML."""

from collections.abc import Iterator, Sequence

from ..guard.faults import fault
from ..guard.xml import Node
from ..model import Meter, Track
from ..playback.written import WrittenBar
from .directions import jumps_resolved
from .values import number, whole
from .walk import Bar, Frame, Walk

# music21 takes time with the square of the bars: two seconds for 2,000 with a time signature, 30 without.
MAX_BARS = 4000
MAX_BARS_WITHOUT_METRE = 500
MAX_PARTS = 256
# The same square, in a bar: half a minute for 40,000. Four voices of 128th notes in chords have some 2,000.
MAX_NOTES_IN_BAR = 8192


def read_frame(root: Node, name: str) -> Frame:
    """The frame of a <score-partwise>.

    Raises PieceError MV406 for another kind of document, MV407 for numbers that make no sense: music21 is
    only given files that passed here.
    """
    if root.tag != "score-partwise":
        hint = "save it as a part-wise MusicXML file"
        raise fault(
            "MV406", name, f"its root element is <{root.tag[:40]}>, not <score-partwise>", hint, root.line
        )
    parts = list(root.each("part"))
    if not parts or len(parts) > MAX_PARTS:
        raise fault("MV406", name, f"{len(parts)} parts; 1 to {MAX_PARTS} are read", line=root.line)
    counts = {len(list(part.each("measure"))) for part in parts}
    if len(counts) != 1 or not 1 <= max(counts) <= MAX_BARS:
        raise fault(
            "MV407", name, f"its parts must have the same number of bars, 1 to {MAX_BARS}", line=root.line
        )
    for part in parts:
        for measure in part.each("measure"):
            if sum(node.tag == "note" for node in measure.children) > MAX_NOTES_IN_BAR:
                raise fault(
                    "MV407", name, f"more than {MAX_NOTES_IN_BAR} notes in one bar", line=measure.line
                )
    if max(counts) > MAX_BARS_WITHOUT_METRE:
        for part in parts:
            if not any(node.has("time") for node in next(part.each("measure")).each("attributes")):
                message = f"a part of {max(counts)} bars that does not begin with a time signature"
                raise fault("MV408", name, message, "write a time signature into its first bar", part.line)
    frame = _head(root, parts, name)
    bars = [Bar() for _ in range(max(counts))]
    first_staff = 0
    for part, track in zip(parts, frame.tracks, strict=True):
        staves = tuple(range(first_staff, first_staff + track.staff_count))
        first_staff += track.staff_count
        Walk(frame, bars, name, staves, is_first=part is parts[0]).part(part)
    meter = Meter(4, 4)
    for bar in bars:
        meter = bar.meter or meter
        frame.bars.append(
            WrittenBar(
                bar.length_qn or meter.bar_qn,
                meter,
                bar.printed,
                bar.repeat_start,
                bar.repeat_count,
                bar.jump,
                tuple(dict.fromkeys(bar.markers)),
            )
        )
    frame.bars = jumps_resolved(frame.bars)
    return frame


def _head(root: Node, parts: Sequence[Node], name: str) -> Frame:
    title = ""
    for holder, tag in (("work", "work-title"), ("", "movement-title")):
        node = root.child(holder) if holder else root
        if node is not None and not title:
            title = node.value(tag)
    listing = root.child("part-list")
    described = {} if listing is None else {p.attributes.get("id", ""): p for p in listing.each("score-part")}
    frame = Frame(title, [])
    for part in parts:
        identity = part.attributes.get("id", "")
        node = described.get(identity)
        if node is None:
            raise fault("MV407", name, f"part {identity[:40]!r} is not in the part list", line=part.line)
        program, channel = 0, 0
        for midi in node.each("midi-instrument"):
            program = program or number(midi, "midi-program", name, 1, 128, 1) - 1
            channel = channel or number(midi, "midi-channel", name, 1, 16, 1)
            if midi.has("midi-unpitched"):
                frame.drum_keys[midi.attributes.get("id", "")] = (
                    number(midi, "midi-unpitched", name, 1, 128, 1) - 1
                )
        staves = [s for a in _attributes(part) for s in a.each("staves")]
        count = whole(staves[0], name, 1, 16) if staves else 1
        frame.tracks.append(
            Track(
                node.value("part-name") or identity,
                program=program,
                is_drums=channel == 10,
                staff_count=count,
            )
        )
    return frame


def _attributes(part: Node) -> Iterator[Node]:
    for measure in part.each("measure"):
        yield from measure.each("attributes")
