"""Parts of a MusicXML file: their measures, their staves, and the instruments that play them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..guard.faults import fault
from ..guard.sightings import Sighting, Sightings
from ..guard.xml import Node
from ..model import Track
from .values import whole

MAX_PARTS = 256
MAX_STAVES = 16
MAX_BARS = 20_000
# A bar of 128th notes in four voices of chords has some 2,000.
MAX_NOTES_IN_BAR = 8192
MAX_TRACKS = 512
_PERCUSSION_CHANNEL = 10
_IMPOSSIBLE = "write a number from 1 to 128, a channel from 1 to 16"


@dataclass(slots=True)
class Instrument:
    """One <score-instrument> with what <midi-instrument> says of it."""

    name: str = ""
    sound: str = ""
    program: int = 0
    is_drums: bool = False
    key: int | None = None
    """The MIDI key of a percussion instrument."""

    @property
    def sounds_like(self) -> tuple[int, bool]:
        """Instruments of a part that agree in this share a track: the drums of a kit, two oboes."""
        return (0 if self.is_drums else self.program, self.is_drums)


@dataclass(slots=True)
class Part:
    """One part before its music is read."""

    name: str
    measures: list[Node]
    staves: tuple[int, ...]
    """Indices in the whole score."""
    instruments: dict[str, Instrument]
    """By id, in the order of the file; never empty."""
    leading: Instrument
    """Plays the notes that name no instrument."""
    tracks: dict[tuple[int, bool], int] = field(default_factory=dict)
    """The track of each sound that plays."""


def read_parts(root: Node, name: str, sightings: Sightings) -> list[Part]:
    """The parts in the order of the file.

    Raises PieceError MV406 for another kind of document, MV408 for more bars or notes than music has.
    """
    if root.tag not in ("score-partwise", "score-timewise"):
        message = f"its root element is <{root.tag[:40]}>, not <score-partwise>"
        raise fault("MV406", name, message, "save it as a MusicXML file", root.line)
    columns = _partwise(root) if root.tag == "score-partwise" else _timewise(root)
    if not columns or len(columns) > MAX_PARTS:
        raise fault("MV406", name, f"{len(columns)} parts; 1 to {MAX_PARTS} are read", line=root.line)
    _check_sizes([measures for _, measures in columns], name, root)
    listing = root.child("part-list")
    described = {} if listing is None else {p.attributes.get("id", ""): p for p in listing.each("score-part")}
    parts: list[Part] = []
    first_staff = 0
    for identity, measures in columns:
        node = described.get(identity)
        title = identity[:40] if node is None else (node.value("part-name") or identity)[:200]
        if node is None:
            sightings.add("MV422", "a part is not in the part list", Sighting(1, part=title))
        count = _staff_count(measures)
        staves = tuple(range(first_staff, first_staff + count))
        first_staff += count
        instruments = _instruments(node, measures, title, sightings)
        leading = instruments.get(_first_named(measures)) or next(iter(instruments.values()))
        parts.append(Part(title, measures, staves, instruments, leading))
    longest = max(len(part.measures) for part in parts)
    for part in parts:
        if len(part.measures) < longest:
            where = Sighting(len(part.measures) + 1, part=part.name)
            message = f"a part ends before the score, which has {longest} bars; musicvis adds rests"
            sightings.add("MV424", message, where, "fill the part up with rests")
    return parts


def _partwise(root: Node) -> list[tuple[str, list[Node]]]:
    return [(part.attributes.get("id", ""), list(part.each("measure"))) for part in root.each("part")]


def _timewise(root: Node) -> list[tuple[str, list[Node]]]:
    """The measures of each part; a part that a measure leaves out rests there."""
    measures = list(root.each("measure"))
    columns: dict[str, list[Node]] = {}
    # Each empty bar is a node: parts times bars are counted before they are made.
    for measure in measures:
        for part in measure.each("part"):
            columns.setdefault(part.attributes.get("id", ""), [])
    if len(columns) > MAX_PARTS or len(measures) > MAX_BARS:
        return [(identity, measures) for identity in columns]
    for measure in measures:
        inside = {part.attributes.get("id", ""): part for part in measure.each("part")}
        for identity, column in columns.items():
            part_node = inside.get(identity)
            children = () if part_node is None else part_node.children
            column.append(Node("measure", measure.attributes, measure.line, children=children))
    return list(columns.items())


def _check_sizes(columns: Sequence[Sequence[Node]], name: str, root: Node) -> None:
    longest = max(len(measures) for measures in columns)
    if not longest:
        raise fault("MV407", name, "the score holds no bars", line=root.line)
    if longest > MAX_BARS:
        raise fault("MV408", name, f"{longest} bars, at most {MAX_BARS}", line=root.line)
    for measures in columns:
        for measure in measures:
            if len(measure.children) > MAX_NOTES_IN_BAR and (
                sum(node.tag == "note" for node in measure.children) > MAX_NOTES_IN_BAR
            ):
                message = f"more than {MAX_NOTES_IN_BAR} notes in one bar"
                raise fault("MV407", name, message, line=measure.line)


def _staff_count(measures: Sequence[Node]) -> int:
    """The most staves that the part ever has: a second one may begin late."""
    count = 1
    for measure in measures:
        for node in measure.children:
            if node.tag == "attributes":
                count = max(count, whole(node.value("staves", "1"), 1, MAX_STAVES) or 1)
    return count


def _instruments(
    node: Node | None, measures: Sequence[Node], title: str, sightings: Sightings
) -> dict[str, Instrument]:
    found: dict[str, Instrument] = {}
    states_channel = False
    if node is not None:
        for listed in node.each("score-instrument"):
            instrument = Instrument(
                listed.value("instrument-name")[:200], listed.value("instrument-sound")[:80]
            )
            found[listed.attributes.get("id", "")] = instrument
        for midi in node.each("midi-instrument"):
            instrument = found.setdefault(midi.attributes.get("id", ""), Instrument())
            states_channel |= set_midi(instrument, midi, Sighting(1, part=title), sightings)
    if not found:
        found[""] = Instrument()
    if not states_channel and any(instrument.key is None for instrument in found.values()):
        unpitched = _is_unpitched(measures)
        for instrument in found.values():
            instrument.is_drums = unpitched
    return found


def _first_named(measures: Sequence[Node]) -> str:
    """The id of the instrument of the part's first note, if it names one."""
    for measure in measures:
        for node in measure.children:
            if node.tag == "note" and not node.has("rest"):
                instrument = node.child("instrument")
                return "" if instrument is None else instrument.attributes.get("id", "")
    return ""


def set_midi(instrument: Instrument, midi: Node, where: Sighting, sightings: Sightings) -> bool:
    """Applies a <midi-instrument> to an instrument; returns whether it states a channel."""
    values: dict[str, int | None] = {"midi-program": None, "midi-channel": None, "midi-unpitched": None}
    for child in midi.children:
        if child.tag in values:
            value = whole(child.text, 1, 16 if child.tag == "midi-channel" else 128)
            values[child.tag] = value
            if value is None:
                message = f"<{child.tag}> holds a number that MIDI does not have, and is ignored"
                sightings.add("MV422", message, where, _IMPOSSIBLE)
    if values["midi-program"] is not None:
        instrument.program = values["midi-program"] - 1
    if values["midi-unpitched"] is not None:
        instrument.key = values["midi-unpitched"] - 1
    channel = values["midi-channel"]
    if channel is not None:
        instrument.is_drums = channel == _PERCUSSION_CHANNEL
    elif instrument.key is not None:
        instrument.is_drums = True
    return channel is not None


def _is_unpitched(measures: Sequence[Node]) -> bool:
    """Whether all notes of a part are unpitched: percussion that has no MIDI settings."""
    unpitched = 0
    for measure in measures:
        for node in measure.children:
            if node.tag == "note":
                if node.has("pitch"):
                    return False
                unpitched += node.has("unpitched")
    return unpitched > 0


class Tracks:
    """The tracks of the score: one for each part, and one for each further sound that plays in it."""

    def __init__(self, parts: Sequence[Part], name: str) -> None:
        self.name = name
        self.tracks: list[Track] = []
        for part in parts:
            self._add(part, part.leading, part.name)

    def of(self, part: Part, instrument: Instrument) -> int:
        """The track on which an instrument of a part plays. Raises PieceError MV408 for too many of them."""
        track = part.tracks.get(instrument.sounds_like)
        return self._add(part, instrument, instrument.name or part.name) if track is None else track

    def _add(self, part: Part, instrument: Instrument, name: str) -> int:
        if len(self.tracks) >= MAX_TRACKS:
            raise fault("MV408", self.name, f"more than {MAX_TRACKS} instruments")
        index = part.tracks[instrument.sounds_like] = len(self.tracks)
        self.tracks.append(
            Track(name, instrument.sound, instrument.program, instrument.is_drums, len(part.staves))
        )
        return index
