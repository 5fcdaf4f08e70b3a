"""The sound of a piece as written: buses, their stems and chains, returns and the master."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from ..findings.span import Span

AUTO_LUFS = -14.0
"""The target of `loudness: auto`: the level at which video sites play, as docs/how-to/sizes-and-files.md
says."""

AUTO_REDUCTION_DB = 4.0
AUTO_GAIN_DB = 30.0
"""The most that `loudness: auto` raises recordings: peaks at -27 dBFS are far below usual recordings."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One link of a chain: a plugin and its parameters in their natural units."""

    plugin: str
    parameters: tuple[tuple[str, float], ...]
    span: Span
    label: str = ""
    """The name by which a lane addresses it; by default that of the plugin."""
    per_beat: tuple[str, ...] = ()
    """Parameters whose value counts cycles per beat (`2/b`) instead of hertz."""
    vst3: "Vst3 | None" = None
    """The plugin's file, where `plugin` is vst3; its numbers are in `parameters`."""


@dataclass(frozen=True, slots=True)
class Vst3:
    """The settings of a user's VST3 plugin, which is not in the table of plugins."""

    file: PurePosixPath
    preset: PurePosixPath | None = None
    words: tuple[tuple[str, str | bool], ...] = ()
    """Parameters whose value is a word or a switch."""


@dataclass(frozen=True, slots=True)
class Stem:
    """One source of a bus: exactly one of a part of the score, another score file, or an audio file."""

    span: Span
    gain: float = 1.0
    """Linear."""
    part: str | None = None
    score: PurePosixPath | None = None
    file: PurePosixPath | None = None
    tracks: tuple[str, ...] = ()
    """Globs over the tracks of `score`; empty means all."""
    by: str = ""
    """The program that plays it: musescore or fluidsynth; empty for the built-in instruments."""
    soundfont: PurePosixPath | None = None
    soundfont_span: Span | None = None
    """The place where the soundfont is named, if that is not in the stem."""
    offset_s: float | None = None
    """The time of bar 1 in the recording, in seconds."""
    aligned: bool = False
    """Whether the recording is shifted so that it matches the notes of the score."""
    plays: str | None = None
    """The part that a recording plays, if it is written."""


@dataclass(frozen=True, slots=True)
class Send:
    """A share of a bus that goes to a return."""

    to: str
    span: Span
    level: float
    """Linear."""
    is_before: bool = False
    """Whether the signal is taken before the chain."""


@dataclass(frozen=True, slots=True)
class Return:
    """A return: an effects chain, shared by buses that send to it, at a fixed place."""

    name: str
    span: Span
    chain: tuple[Effect, ...]
    gain: float = 1.0


@dataclass(frozen=True, slots=True)
class Master:
    """The target of the finished sound; `loudness: auto` by default."""

    loudness_lufs: float | None = AUTO_LUFS
    most_reduction_db: float | None = AUTO_REDUCTION_DB
    """The most gain reduction by the limiter: the sound stays softer rather than exceed it; None: no
    limit."""
    ceiling_dbtp: float = -1.0
    is_dithered: bool = True

    @property
    def is_auto(self) -> bool:
        """Whether `loudness` is `auto`."""
        return self.most_reduction_db is not None


@dataclass(frozen=True, slots=True)
class Spread:
    """The spread of notes around the place of their bus: offsets in ears, -1..1."""

    by: str
    """`pitch`: from the lowest to the highest; `order`: from the first to the last."""
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Bus:
    """A bus: stems that share an effects chain and then a place between the ears."""

    name: str
    span: Span
    stems: tuple[Stem, ...]
    chain: tuple[Effect, ...] = ()
    gain: float = 1.0
    ear: str | None = None
    """Name of the lane; None means the lane of the bus's own name."""
    space: str = "balance"
    """`balance` for loudspeakers; `binaural` and `hrtf` for headphones."""
    width_deg: float = 0.0
    """The angle between the two channels, for headphones."""
    level: str = "pink"
    """The reference for constant loudness: `pink` or `stem`."""
    sofa: PurePosixPath | None = None
    """The measured head of `hrtf`; None means an installed one."""
    spread: "Spread | None" = None
    """The spread of its notes; None keeps them all in one place."""
    sends: tuple[Send, ...] = ()


@dataclass(frozen=True, slots=True)
class Audio:
    """The sound of a piece. No buses means one bus for each part, with the default chain."""

    buses: tuple[Bus, ...] = ()
    default_chain: tuple[Effect, ...] = ()
    returns: tuple[Return, ...] = ()
    master: Master = Master()
    sounds: PurePosixPath | None = None
    """The default soundfont; None for the built-in instruments."""
