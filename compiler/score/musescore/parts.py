"""Parts of a MuseScore file: instruments, their programs, staves, and how they play articulations."""

from dataclasses import dataclass, field

from ..guard.xml import Node
from ..model import Track
from .values import refuse, whole

MAX_STAVES = 512


@dataclass(frozen=True, slots=True)
class Instrument:
    """The instrument that plays a part from some place on."""

    track: Track
    gates: dict[str, int] = field(default_factory=dict)
    """Percent of the written length a key is held, by articulation; "" without any."""
    velocities: dict[str, int] = field(default_factory=dict)
    """Percent of the velocity, by articulation."""
    is_muted: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One part; `staves` are the indices of its staves in the whole score."""

    instrument: Instrument
    staves: tuple[int, ...]
    primary_staves: frozenset[int]
    """The staves that sound; the others are linked copies, as tablature beside a staff."""
    percussion_staves: frozenset[int] = frozenset()
    """The staves for percussion: grace notes of a drumset are flams there only."""


def read_parts(score: Node, name: str) -> list[Part]:
    """The parts of a <Score> in order."""
    parts = []
    staff_count = 0
    for node in score.each("Part"):
        staves = list(node.each("Staff"))
        indices = tuple(range(staff_count, staff_count + len(staves)))
        staff_count += len(staves)
        if staff_count > MAX_STAVES:
            refuse(name, node, f"more than {MAX_STAVES} staves")
        primary = [index for index, staff in zip(indices, staves, strict=True) if not staff.has("linkedTo")]
        percussion = [
            index
            for index, staff in zip(indices, staves, strict=True)
            if any(kind.attributes.get("group") == "percussion" for kind in staff.each("StaffType"))
        ]
        instrument = read_instrument(node, node.child("Instrument"), len(indices), name)
        parts.append(Part(instrument, indices, frozenset(primary), frozenset(percussion)))
    return parts


def read_instrument(part: Node, instrument: Node | None, staff_count: int, name: str) -> Instrument:
    """The instrument of a part, or one that a change within the part brings."""
    if instrument is None:
        return Instrument(Track(part.value("trackName") or "Part", staff_count=max(staff_count, 1)))
    channels = list(instrument.each("Channel"))
    is_drums = instrument.value("useDrumset") == "1"
    program = _program(channels[0], name) if channels else 0
    own_name = _text(instrument, "longName") or _text(instrument, "trackName")
    title = _text(part, "trackName") if part is not instrument else ""
    track = Track(
        name=title or own_name or "Part",
        instrument=instrument.value("instrumentId") or instrument.attributes.get("id", ""),
        program=program,
        is_drums=is_drums,
        staff_count=max(staff_count, 1),
    )
    gates: dict[str, int] = {}
    velocities: dict[str, int] = {}
    # A channel may override the instrument's table; only the first channel is read, as MuseScore asks channel
    # 0.
    for table in [instrument, *channels[:1]]:
        for node in table.each("Articulation"):
            articulation = node.attributes.get("name", "")
            gate, velocity = node.child("gateTime"), node.child("velocity")
            if gate is not None:
                gates[articulation] = whole(name, gate, gate.text.strip().rstrip("%"), 0, 1000)
            if velocity is not None:
                velocities[articulation] = whole(name, velocity, velocity.text.strip().rstrip("%"), 0, 1000)
    is_muted = bool(channels) and channels[0].value("mute") == "1"
    return Instrument(track, gates, velocities, is_muted)


def _program(channel: Node, name: str) -> int:
    node = channel.child("program")
    return 0 if node is None else whole(name, node, node.attributes.get("value", "0"), 0, 127)


def _text(node: Node, tag: str) -> str:
    child = node.child(tag)
    return "" if child is None else child.all_text()
