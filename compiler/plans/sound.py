"""The sound of a plan: buses, stems and effects, in seconds from the first sample."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..lanes.curve import Curve


@dataclass(frozen=True, slots=True)
class SoundingNote:
    """One note for a synthesiser: seconds from the first sample of the film."""

    onset_s: float
    length_s: float
    """The time that the key is held; the instrument's own decay may end earlier or later."""
    pitch: int
    velocity: int
    """1..127."""
    program: int
    is_drums: bool
    ear: float = 0.0
    """Added to the place of its bus: where this note is among the others; a bus has at most 16."""
    channel: int | None = None
    """The stem's channel whose controllers move it; None for none."""
    round_s: float = 0.0
    """For a loop: how much later it begins than in the first round; it sounds the same in every round."""


Moves = tuple[tuple[float, float], ...]
"""(seconds from the first sample, value from there on), ascending; the first value holds before, too."""


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """The controllers of a MIDI channel while its notes sound."""

    gain: Moves
    """Linear, of volume and expression."""
    ear: Moves
    """-1 left .. +1 right, within the stem."""
    bend: Moves
    """Semitones."""


@dataclass(frozen=True, slots=True)
class StemPlan:
    """One source: an audio file to read, a score or notes for another program, or notes for our synthesiser.

    `by` names the other program: musescore plays `score`, fluidsynth plays `notes` with `soundfont`.
    """

    name: str
    gain: float
    notes: tuple[SoundingNote, ...] | None = None
    file: Path | None = None
    file_offset_s: float = 0.0
    """The film starts this far into the file, or into what MuseScore makes of the score."""
    by: str = ""
    score: Path | None = None
    soundfont: Path | None = None
    reference: tuple[SoundingNote, ...] = ()
    """For a file or a score: all notes that it should hold, in seconds from the first bar."""
    is_aligned: bool = False
    """Whether the file is shifted to where its notes are found."""
    is_shifted: bool = False
    """Whether the manifest gives an offset, so that its author is aware of the lag."""
    channels: tuple[ChannelPlan, ...] = ()
    """For notes: what moves them while they sound."""


@dataclass(frozen=True, slots=True)
class EffectPlan:
    """One effect of a chain, its constants and the parameters that a lane moves."""

    plugin: str
    label: str
    constants: tuple[tuple[str, float], ...]
    automation: tuple[tuple[str, Curve], ...] = ()
    file: Path | None = None
    """The path of a VST3; the caller of the compile has trusted its code."""
    preset: Path | None = None
    settings: tuple[tuple[str, float | str | bool], ...] = ()
    """For a VST3: values by the names that the plugin gives its parameters."""


@dataclass(frozen=True, slots=True)
class SendPlan:
    """A share of a bus that goes to a return."""

    to: str
    gain: Curve
    """Linear."""
    is_before: bool = False
    """Taken from the sum of the stems, before the chain; else from what the bus gives to the mix."""


@dataclass(frozen=True, slots=True)
class ReturnPlan:
    """The plan of a return: the sum of the sends of buses, through an effects chain at a fixed place."""

    name: str
    chain: tuple[EffectPlan, ...]
    gain: Curve
    """Linear."""


@dataclass(frozen=True, slots=True)
class MasterPlan:
    """The target of the finished mix."""

    loudness_lufs: float | None = None
    """Integrated loudness by EBU R128; None leaves it as it is."""
    ceiling_dbtp: float = -1.0
    """No true peak is higher: a limiter holds them."""
    is_dithered: bool = True
    """For 24 bits; 16 bits are always dithered."""
    most_reduction_db: float | None = None
    """The mix stays below its loudness where the limiter would turn down by more; None: it does not."""
    most_gain_db: float = 60.0
    """The most that a mix is raised: a softer one is noise, or a mistake."""


@dataclass(frozen=True, slots=True)
class BusPlan:
    """Stems, summed, through a chain, moved between the ears."""

    name: str
    stems: tuple[StemPlan, ...]
    chain: tuple[EffectPlan, ...]
    gain: Curve
    """Linear."""
    ear: Curve
    """-1 left .. +1 right."""
    space: str = "balance"
    """`balance` for two loudspeakers; `binaural` or `hrtf` for headphones."""
    azimuth_deg: Curve | None = None
    """Clockwise from the front, unwrapped: 90 right, 180 behind, 360 in front again. In place of `ear`."""
    elevation_deg: Curve | None = None
    """Up from the horizon; None is 0."""
    distance: Curve | None = None
    """1 is where the recording is, 2 is twice as far and 6 dB softer; None is 1."""
    width_deg: float = 0.0
    """The angle between the two channels, for headphones; 0 makes one source of them."""
    level: str = "pink"
    """The reference for constant loudness: `pink` noise, or the `stem` itself."""
    sofa: Path | None = None
    """The measured head of `hrtf`."""
    ear_offset: float = 0.0
    """Added to the whole lane: -1..1 of ear, 90 degrees of azimuth."""
    sends: tuple[SendPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class SoundPlan:
    """The whole sound: stereo, `sample_count` samples long, sample n at n / sample_rate_hz seconds."""

    sample_rate_hz: int
    sample_count: int
    buses: tuple[BusPlan, ...]
    fade_out_s: float = 0.0
    """A raised-cosine fade over the last seconds, for a passage that is cut."""
    fade_in_s: float = 0.0
    returns: tuple[ReturnPlan, ...] = ()
    master: MasterPlan = MasterPlan()
    seed: int = 0
    """Seed of the dither."""
    unheard_count: int = 0
    """The number of first samples that are made and dropped: in a loop, the round before the audible one."""
    seam_count: int = 0
    """The number of last samples that are crossfaded into those before the audible ones, for a loop of a
    recording."""

    @property
    def heard_count(self) -> int:
        """The number of audible samples in the film."""
        return self.sample_count - self.unheard_count
