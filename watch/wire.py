"""The words between the server and its page: frozen dataclasses, as JSON both ways.

A field is a key of the same name. All times are seconds from the film's first frame. File names are those
inside the piece, as "effects.yaml". docs/watch-wire.md lists the endpoints and shows each message.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

Severity = Literal["error", "warning", "note"]
Level = Literal["none", "still", "coarse", "draft", "full"]
State = Literal["stale", "waiting", "rendering", "kept"]
NodeKind = Literal["value", "peak", "low", "high", "turns", "rest"]

# What the server pushes: events of GET /events


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, as `musicvis check` says it."""

    code: str
    severity: Severity
    message: str
    hint: str
    file: str
    """Inside the piece; or an option, as "--bars"."""
    line: int
    """From 1; 0 for the file as a whole."""
    column: int
    place: str
    """In the music, as "bar 7 beat 3"; empty where none is known."""
    s: float | None
    """The same in seconds."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text of the piece that edits may change, as the server read it."""

    name: str
    digest: str
    """Sha256 of its bytes: an edit names it, and is refused where the file has changed since."""


@dataclass(frozen=True, slots=True)
class Node:
    """A handle on a lane: where it stands, and what dragging it writes.

    kind        `value`: the value there; `peak`: where a swing turns round; `low`, `high`: the ends of a
                shape that goes round and round; `turns`: how often an orbit goes round, v is that number;
                `rest`: a point that keeps what is there: only its place can be moved
    writes      pointers that get the new value together, as the value that arrives and the one that holds
                from here; empty where the value cannot be changed
    alone       the pointers that belong to this point alone: what Alt and dragging writes
    at_pointer  pointer of the place; empty for handles that have no place of their own
    point       pointer of the whole point, to delete it; the lane's is `Lane.pointer`
    """

    i: int
    """Of its point, from 0."""
    s: float
    v: float
    at: str
    """The place as written, "4|1"."""
    kind: NodeKind
    shape: str
    line: int
    writes: tuple[str, ...]
    alone: tuple[str, ...]
    at_pointer: str
    point: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane as a curve, with its handles."""

    id: str
    """What tells it from all others: its name, or that of the lane that it is laid over, with its mode."""
    name: str
    """Of the parameter."""
    label: str
    """What the composer calls a lane that is laid over another one; else empty."""
    file: str
    line: int
    pointer: str
    """Of the list of points in its file; empty where it has none (a mirror, a legacy file)."""
    mirror_of: str
    """Name of another lane; empty for a lane that has points."""
    mode: str
    """`set`; or `add`, `multiply`: it is laid over another one, and its values are its own."""
    low: float
    high: float
    """What values may be; where a parameter has no end, what the curve reaches."""
    unit: str
    """As people say it: "", "Hz", "ms", "°", "x"."""
    values: tuple[float, ...]
    """value k stands at k / `Lanes.rate_hz` seconds: what acts, with all that is laid over it."""
    own: tuple[float, ...]
    """The same without what is laid over it; empty where that is nothing."""
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Lanes:
    """Event `lanes`: sent first after a save, while the rest is still worked out."""

    version: int
    rate_hz: float
    files: tuple[TextFile, ...]
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar as played."""

    bar: int
    """As the composer counts."""
    pass_number: int
    s: float
    meter: str
    beats: tuple[float, ...]
    """Seconds of each beat, the first included."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """From where on a tempo holds."""

    s: float
    quarters_per_minute: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A rehearsal mark."""

    s: float
    name: str


@dataclass(frozen=True, slots=True)
class Gain:
    """A level that the page may change: of a stem, a bus or a return."""

    name: str
    """For people: "scores/vibes.mscz", "bus"."""
    file: str
    line: int
    pointer: str
    """Empty where no gain is written."""
    value: float
    """Linear."""


@dataclass(frozen=True, slots=True)
class Row:
    """A bus: its notes, its lanes, its levels."""

    bus: str
    space: str
    """`balance`, `binaural` or `hrtf`."""
    ear: str
    """The name of the lane that moves it; empty where none does."""
    notes: tuple[tuple[float, float, int, int], ...]
    """Onset in seconds, length in seconds, MIDI pitch, velocity 1..127; by onset."""
    lanes: tuple[str, ...]
    """Names of all lanes that change this bus, the ear first."""
    gains: tuple[Gain, ...]
    line: int
    """In piece.yaml; 0 where the bus is not written."""


@dataclass(frozen=True, slots=True)
class ClassKey:
    """A key of `visuals.classes`, or of a layer, and the subject that it stands for."""

    key: str
    """As "A#", a part, "other"; of a layer, with its name before it: "vibes: A#"."""
    text: str
    """The name of the class, if its number or a synonym is written, too; or a mix in words."""
    file: str
    line: int
    pointer: str
    """Empty where it is not one name that could be exchanged."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How strongly one class is seen."""

    name: str
    weights: str
    """Base64 of a byte for each step: 255 is all of the picture."""


@dataclass(frozen=True, slots=True)
class Classes:
    """What the picture shows over the time of the film, the most seen first."""

    rate_hz: float
    """Steps a second."""
    shown: tuple[Shown, ...]
    keys: tuple[ClassKey, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of `visuals.rules`, or of a layer."""

    n: int
    """From 1."""
    words: str
    file: str
    line: int
    hits: tuple[float, ...]
    """When each note begins that it means."""
    range_text: str
    """As written; empty where it has none."""
    range_pointer: str
    range_s: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Segment:
    """Frames first up to, not at, first + frames: what is rendered and appended at once.

    key     of the draft of this version: it changes when the picture does
    media   what GET /media/segment/ can give for it now; empty where nothing can be shown yet
    level   of that media
    """

    first: int
    frames: int
    s: float
    end_s: float
    name: str
    """"bar 6"."""
    key: str
    state: State
    level: Level
    media: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Event `piece`: everything about one version of the piece but its lanes, which came before.

    ok          whether there is a plan; else all but the findings is of the last version that had one
    good        the version that everything but the findings is of; 0 where there was never one
    """

    version: int
    ok: bool
    good: int
    title: str
    manifest: str
    """The name of the piece's folder, for the title of the tab."""
    duration_s: float
    fps: float
    width_px: int
    height_px: int
    findings: tuple[Finding, ...]
    bars: tuple[Bar, ...]
    tempi: tuple[Tempo, ...]
    marks: tuple[Mark, ...]
    rows: tuple[Row, ...]
    picture_lanes: tuple[str, ...]
    """Names of lanes that change the picture or the film, not a bus."""
    classes: Classes
    rules: tuple[Rule, ...]
    segments: tuple[Segment, ...]
    can_undo: bool
    can_redo: bool
    can_open: bool
    """Whether the server knows an editor: POST /open-in-editor works."""


@dataclass(frozen=True, slots=True)
class SegmentNews:
    """Event `segment`: something new about one segment; `key` says of which.

    s, end_s   where this media stands: at the film's own rate its ends may be a frame off those of the draft
    """

    version: int
    first: int
    key: str
    state: State
    level: Level
    media: str
    s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Sound:
    """Event `sound`: a sound to be played, in chunks.

    A chunk that is named as before has the same samples. All but the last are `chunk_s` long.
    """

    version: int
    digest: str
    provisional: bool
    """Mixed for the moment, without the master: the exact one follows."""
    sample_rate_hz: int
    chunk_s: float
    duration_s: float
    chunks: tuple[str, ...]
    """For GET /media/sound/CHUNK."""
    buses: tuple[str, ...]
    """Names by number, for `?buses=`; empty while single buses cannot be heard."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Event `progress`: of POST /render, or of the sound that is being made.

    what    `film` or `sound`
    file    the finished film, once done; a path for people
    error   what stopped it, once stopped
    """

    version: int
    what: Literal["film", "sound"]
    done: int
    total: int
    text: str
    file: str
    error: str


@dataclass(frozen=True, slots=True)
class Edited:
    """Event `edited`: what can be undone has changed."""

    version: int
    can_undo: bool
    can_redo: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """Event `trouble`: the server cannot do something, as a disk is full; an empty text: it can again."""

    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Bye:
    """Event `bye`: the server ends."""

    version: int


Message = Lanes | Piece | SegmentNews | Sound | Progress | Edited | Trouble | Bye
EVENTS: Mapping[type, str] = {
    Lanes: "lanes",
    Piece: "piece",
    SegmentNews: "segment",
    Sound: "sound",
    Progress: "progress",
    Edited: "edited",
    Trouble: "trouble",
    Bye: "bye",
}

# What the page asks: bodies of POST requests


@dataclass(frozen=True, slots=True)
class Look:
    """POST /look: what is looked at and heard, so that it is rendered first."""

    s: float
    a: float
    b: float
    """The visible stretch."""
    loop: tuple[float, float] | None = None
    full: bool = False
    """Whether the visible stretch is wanted in the film's own quality."""
    playing: bool = False
    page: str = ""
    """Which page looks: a name that it gives itself, also to `GET /events?page=`."""


@dataclass(frozen=True, slots=True)
class Change:
    """One scalar of a file gets another value.

    value   a number in the unit of the lane (linear for levels): it is written in the unit and with the
            digits that stand there, `50%`, `-6 dB`; or a text, written as it is: a place, a class
    """

    pointer: str
    value: float | str


@dataclass(frozen=True, slots=True)
class NewPoint:
    """A point to be added to a lane.

    pointer   of the lane's list
    at        its place, "7|3"
    value     what is reached there, in the unit of the lane
    """

    pointer: str
    at: str
    value: float


@dataclass(frozen=True, slots=True)
class NewShape:
    """Another shape for what a point does.

    pointer   of the point
    shape     a name of `GET /shapes`
    """

    pointer: str
    shape: str


@dataclass(frozen=True, slots=True)
class Edit:
    """POST /edit and POST /try: one change of one file, which is one step of undo.

    Exactly one of `changes`, `add`, `remove` and `shape` is given. `remove` is the pointer of a point.
    """

    file: str
    digest: str
    changes: tuple[Change, ...] = ()
    add: NewPoint | None = None
    remove: str = ""
    shape: NewShape | None = None


@dataclass(frozen=True, slots=True)
class OpenInEditor:
    """POST /open-in-editor."""

    file: str
    line: int


# What the page is answered


@dataclass(frozen=True, slots=True)
class Done:
    """200 to POST /edit, /undo, /redo: the file, and its digest now."""

    file: str
    digest: str
    version: int
    """That was read last: lanes of a newer one are of this text, or of one that came after it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request was not met: the file has changed meanwhile, it would break the piece, there is none."""

    error: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """200 to POST /try: the lanes of that file as they would be; nothing was written."""

    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """200 to GET /explain?s=SECONDS or ?at=PLACE: all that acts there, in words."""

    at: str
    s: float
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    """A heading and its lines."""


@dataclass(frozen=True, slots=True)
class Found:
    """200 to GET /classes?q=WORDS: names of classes, the nearest first."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShapeShown:
    """A shape that a stretch of a lane may have."""

    name: str
    family: str
    """`level`, `ease`, `way`, `periodic`, `swing` or `round`."""
    curve: tuple[float, ...]
    """How it runs from 0 to 1, at equal steps; a repeating one three times."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """200 to GET /shapes: all of them, in the order of the language's table."""

    shapes: tuple[ShapeShown, ...]


@dataclass(frozen=True, slots=True)
class Meter:
    """How loud a bus is, over time."""

    bus: str
    peaks: str
    """Base64 of a byte for each step: 255 is full scale, 0 is -60 dB or less, even in decibels."""


@dataclass(frozen=True, slots=True)
class Meters:
    """200 to GET /meters/DIGEST of a sound: levels for the mixer, and the waveform of the whole."""

    rate_hz: float
    """Steps a second of the buses."""
    buses: tuple[Meter, ...]
    wave_hz: float
    """Steps a second of the waveform."""
    low: str
    """Base64 of a signed byte for each step: the lowest sample of the mix, 127 is full scale. Empty while the
    exact sound is made; then GET it again for the next digest."""
    high: str


class WireError(ValueError):
    """JSON that is not what was asked for."""


def plain(value: Any) -> Any:
    """A message as plain JSON values."""
    if is_dataclass(value):
        return {part.name: plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value


def written(value: Any) -> bytes:
    """A message as the bytes of its JSON."""
    return json.dumps(plain(value), separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def read(kind: type, data: bytes) -> Any:
    """The value of a class that bytes of JSON hold; raises WireError for anything else."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise WireError("the request is not JSON") from error
    return made(kind, found, kind.__name__)


def made(kind: Any, value: Any, where: str) -> Any:
    """A plain value as one of a type; raises WireError, which names where it does not fit."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _one_of(get_args(kind), value, where)
    if origin is Literal:
        if value not in get_args(kind) or not isinstance(value, str):
            raise WireError(f"{where} is none of {', '.join(get_args(kind))}")
        return value
    if origin is tuple:
        return _tuple(get_args(kind), value, where)
    if isinstance(kind, type) and is_dataclass(kind):
        return _object(kind, value, where)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value) if abs(value) < 1 << 53 else None
    if type(value) is not kind or (kind is float and not isfinite(value)):
        raise WireError(f"{where} is not of type {kind.__name__}")
    return value


def _object(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise WireError(f"{where} is not an object")
    hints = _hints(kind)
    if strange := sorted(value.keys() - hints.keys()):
        raise WireError(f"{where} has no {strange[0][:40]!r}")
    for part in fields(kind):
        if part.name not in value and part.default is MISSING:
            raise WireError(f"{where}.{part.name} is missing")
    return kind(**{name: made(hints[name], item, f"{where}.{name}") for name, item in value.items()})


def _tuple(kinds: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise WireError(f"{where} is not a list")
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(made(kinds[0], item, f"{where}[{k}]") for k, item in enumerate(value))
    if len(value) != len(kinds):
        raise WireError(f"{where} has {len(value)} items, not {len(kinds)}")
    return tuple(made(kind, item, where) for kind, item in zip(kinds, value, strict=True))


def _one_of(kinds: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and NoneType in kinds:
        return None
    others = [kind for kind in kinds if kind is not NoneType]
    for kind in others:
        try:
            return made(kind, value, where)
        except WireError:
            if len(others) == 1:
                raise
    raise WireError(f"{where} is of none of the types that it may have")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
