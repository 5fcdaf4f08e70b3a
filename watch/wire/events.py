"""Events: what the server pushes to its page through GET /events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]
Level = Literal["none", "still", "coarse", "draft", "full"]
State = Literal["stale", "waiting", "rendering", "kept"]
NodeKind = Literal["value", "peak", "low", "high", "turns", "rest"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding, as `musicvis check` reports it."""

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
    """The place in the music, e.g. "bar 7 beat 3"; empty if unknown."""
    s: float | None
    """The place in seconds."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text of the piece that edits may change, as the server read it."""

    name: str
    digest: str
    """Sha256 of its bytes: an edit names it, and is refused where the file has changed since."""


@dataclass(frozen=True, slots=True)
class Node:
    """A handle on a lane: its place, and the change that dragging it writes.

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
    """Index of its point, from 0."""
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
    """The identifier: its name, or that of the lane that it is laid over, with its mode."""
    name: str
    """Name of the parameter."""
    label: str
    """The composer's name for a lane that is laid over another one; otherwise empty."""
    file: str
    line: int
    pointer: str
    """Pointer to the list of points in its file; empty if it has none (a mirror, a legacy file)."""
    mirror_of: str
    """Name of another lane; empty for a lane that has points."""
    mode: str
    """`set`; or `add`, `multiply`: it is laid over another one, and its values are its own."""
    low: float
    high: float
    """The range of values; a parameter without a limit has the range of its curve."""
    unit: str
    """The unit as written for people: "", "Hz", "ms", "°", "x"."""
    values: tuple[float, ...]
    """The effective values with all lanes over it: value k is at k / `Lanes.rate_hz` seconds."""
    own: tuple[float, ...]
    """The values without the lanes over it; empty if there are none."""
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
    """The bar as the composer counts."""
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
    """0 where no gain is written."""
    pointer: str
    """Of a bus, also where no gain is written: a change writes it. Of a stem, empty then."""
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
    """E.g. "A#", a part, "other"; for a layer, with its name before it: "vibes: A#"."""
    text: str
    """The name of the class, if its number or a synonym is written, too; or a mix in words."""
    file: str
    line: int
    pointer: str
    """Empty where it is not one name that could be exchanged."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The visibility of one class."""

    name: str
    weights: str
    """Base64 of a byte for each step: 255 is all of the picture."""


@dataclass(frozen=True, slots=True)
class Classes:
    """The visible classes over the time of the film, the most visible first."""

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
    """The onset of each note that it matches."""
    range_text: str
    """The range as written; empty if it has none."""
    range_pointer: str
    range_s: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment: frames first to first + frames (exclusive), rendered and appended as one.

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
    """Event `segment`: a change of one segment, which `key` identifies.

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
    """Event `edited`: the edits that can be undone or redone have changed."""

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
