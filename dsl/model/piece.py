"""Piece: a manifest as parsed, every value typed, every place still as written."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import PurePosixPath

from ..findings.span import THE_MANIFEST, Span
from ..values.position import Duration, DurationUnit, Place, PlaceRange
from ..values.selector import Where
from .lane import Lane

AUTO_LUFS = -14.0
"""What `loudness: auto` aims at: what video sites play at, as docs/how-to/sizes-and-files.md says."""
AUTO_REDUCTION_DB = 4.0
AUTO_GAIN_DB = 30.0
"""`loudness: auto` raises recordings by no more: peaks at -27 dBFS are far below what anybody records."""

Spans = tuple[tuple[str, Span], ...]
"""JSON pointers of the manifest and where they stand."""

OTHER = "other"
"""The key of `visuals.classes` for all notes that have none of the others."""

DEFAULT_ATTACK = Duration(Fraction(0), DurationUnit.SECONDS)
DEFAULT_RELEASE = Duration(Fraction(1200, 1000), DurationUnit.SECONDS)
DEFAULT_HOLD = DEFAULT_MOVE = Duration(Fraction(1), DurationUnit.BARS)
DEFAULT_LYRIC_FADE = Duration(Fraction(1, 5), DurationUnit.SECONDS)


@dataclass(frozen=True, slots=True)
class ScoreRef:
    """A score file and what its author promises about it."""

    file: PurePosixPath
    span: Span
    tail_s: Fraction = Fraction(3)
    numbering: str = "file"
    """`file` counts measures from 1; `printed` uses the printed numbers."""
    expect_bars: int | None = None
    expect_meter: tuple[tuple[Place, str], ...] = ()
    expect_tempo: tuple[tuple[Place, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A group of tracks whose notes drive the picture: globs over track names."""

    name: str
    tracks: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Effect:
    """One link of a chain: a plugin and its parameters in their natural units."""

    plugin: str
    parameters: tuple[tuple[str, float], ...]
    span: Span
    label: str = ""
    """The name by which a lane addresses it; the plugin's own where none is written."""
    per_beat: tuple[str, ...] = ()
    """Parameters whose value counts cycles per beat (`2/b`) instead of hertz."""
    vst3: "Vst3 | None" = None
    """The plugin's file, where `plugin` is vst3; its numbers are in `parameters`."""


@dataclass(frozen=True, slots=True)
class Vst3:
    """A plugin of the user's: what the table of plugins does not know."""

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
    """Where the soundfont is named, if not in the stem."""
    offset_s: float | None = None
    """Where bar 1 stands in the recording."""
    aligned: bool = False
    """Whether the recording is moved to where its notes are found."""
    plays: str | None = None
    """The part that a recording plays, where it is said."""


@dataclass(frozen=True, slots=True)
class Send:
    """A share of a bus that goes to a return."""

    to: str
    span: Span
    level: float
    """Linear."""
    is_before: bool = False
    """Taken before the chain."""


@dataclass(frozen=True, slots=True)
class Return:
    """Where buses send a share of their sound: a chain, not moved."""

    name: str
    span: Span
    chain: tuple[Effect, ...]
    gain: float = 1.0


@dataclass(frozen=True, slots=True)
class Master:
    """What the finished sound is brought to; `loudness: auto` unless the manifest says something else."""

    loudness_lufs: float | None = AUTO_LUFS
    most_reduction_db: float | None = AUTO_REDUCTION_DB
    """The sound stays below its loudness where the limiter would turn down by more; None: it does not."""
    ceiling_dbtp: float = -1.0
    is_dithered: bool = True

    @property
    def is_auto(self) -> bool:
        """Whether the manifest leaves the loudness to us."""
        return self.most_reduction_db is not None


@dataclass(frozen=True, slots=True)
class Spread:
    """Notes apart from each other, around the place of their bus: offsets in ears, -1..1."""

    by: str
    """`pitch`: from the lowest to the highest; `order`: from the first to the last."""
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Bus:
    """What sounds together and moves together: stems through a chain, then to a place between the ears."""

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
    """`pink` or `stem`: what the loudness is kept constant for."""
    sofa: PurePosixPath | None = None
    """The measured head of `hrtf`; None means an installed one."""
    spread: "Spread | None" = None
    """How its notes stand apart; None means all in one place."""
    sends: tuple[Send, ...] = ()


@dataclass(frozen=True, slots=True)
class Audio:
    """The sound of a piece. No buses means one bus for each part, with the default chain."""

    buses: tuple[Bus, ...] = ()
    default_chain: tuple[Effect, ...] = ()
    returns: tuple[Return, ...] = ()
    master: Master = Master()
    sounds: PurePosixPath | None = None
    """The soundfont that plays what does not say who plays it; None for the built-in instruments."""


@dataclass(frozen=True, slots=True)
class ClassWeight:
    """A class as written, a name or an index, and its share."""

    name: str
    weight: float
    span: Span
    is_like: bool = False
    """Whether the name is words whose meaning is looked up, as written under `like`."""
    picture: PurePosixPath | None = None
    """The file of the piece that is shown, where it is an own picture or video: its name is the file's."""
    clip: "Clip | None" = None
    """The part of a video; its name then tells it from other parts of the same file."""


@dataclass(frozen=True, slots=True)
class Clip:
    """The part of a video that each note starts, and how it runs from the note on."""

    from_s: Fraction = Fraction(0)
    to_s: Fraction | None = None
    """None for the end of the file."""
    speed: Fraction = Fraction(1)
    length: Duration | None = None
    """How long the part lasts, where that is written in place of a speed."""
    then: str = "loop"
    """What comes after it: `loop`, `back` or `hold`."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """How a note's class rises and falls."""

    attack: Duration = DEFAULT_ATTACK
    release: Duration = DEFAULT_RELEASE
    smooth: float = 0.0
    """0 none .. 1: extra smoothing of the class weights, as a share of half a second."""


@dataclass(frozen=True, slots=True)
class Motion:
    """How the noise moves: `amount` per second at rest and by each note, `jitter` 0..1 its irregularity."""

    amount: float = 0.5
    jitter: float = 0.5
    memory: str = "clock"
    """`clock`: one path through the film; `motif`: a phrase that returns brings its images back."""
    walk: str = ""
    """`linger`: from one learned picture to another; `frames`: over real frames; empty: the noise moves."""
    walk_span: Span = THE_MANIFEST
    hold: Duration = DEFAULT_HOLD
    """How long a walk lingers at a picture."""
    move: Duration = DEFAULT_MOVE
    """How long it takes to the next one."""


@dataclass(frozen=True, slots=True)
class Light:
    """A light that a note sets on the stage, before the picture."""

    size: float
    """Of the film's height."""
    decay: Duration
    """The time to 1/e."""
    strength: float
    """0 is none at all."""
    color: str | None = None
    """None takes the picture's own where it stands."""


LIGHTS = {
    "spark": Light(0.04, Duration(Fraction(1, 8), DurationUnit.WHOLE_NOTES), 1.0),
    "ring": Light(0.25, Duration(Fraction(1, 8), DurationUnit.WHOLE_NOTES), 0.6),
    "glow": Light(0.3, Duration(Fraction(1, 4), DurationUnit.WHOLE_NOTES), 0.5),
}
"""The shapes of the stage, and how each looks where nothing else is written."""


@dataclass(frozen=True, slots=True)
class Rule:
    """For the notes that `where` means: the actions that are not None. Later rules win."""

    where: Where
    span: Span
    pointer: str = ""
    """Where it stands, as a JSON pointer."""
    classes: tuple[ClassWeight, ...] | None = None
    depth: float | None = None
    kick: float | None = None
    attack: Duration | None = None
    release: Duration | None = None
    truncation: float | None = None
    hue_deg: float | None = None
    layer: int | None = None
    spark: Light | None = None
    ring: Light | None = None
    glow: Light | None = None


@dataclass(frozen=True, slots=True)
class PictureLayer:
    """A layer of the picture: parts with a stream of their own, and where it stands.

    What is None, or empty, is as in the Visuals around it.
    """

    name: str
    span: Span
    parts: tuple[str, ...]
    """Globs over parts."""
    parts_span: Span
    place: str = "ear"
    """`ear`: where it is heard; `sector`; `back`, `front`: across the whole film, behind or before others."""
    sector: tuple[int, int] = (1, 1)
    """Its number from the left, and of how many."""
    width: float | None = None
    """Share of the film's width."""
    depth: float | None = None
    truncation: float | None = None
    hue_deg: float | None = None
    keep: int | None = None
    motion: Motion | None = None
    envelope: Envelope | None = None
    classes: tuple[tuple[str, tuple[ClassWeight, ...]], ...] = ()
    classes_by: str = "pitch"
    classes_span: Span = THE_MANIFEST


LAYERS_MOST = 4
"""Each layer is painted: with more of them, none is more than a strip, and a film takes far longer."""


@dataclass(frozen=True, slots=True)
class SpectrumRef:
    """How the spectrum of a recording moves the picture, where `mapping: spectrum` says that it does."""

    file: PurePosixPath | None
    span: Span
    offset_s: float | None = None
    """Where bar 1 stands in the recording; None for that of the first recording among the stems."""
    pitch_sensitivity: float = 220.0
    tempo_sensitivity: float = 0.25
    smooth_factor: float = 20.0
    num_classes: int = 12
    sort_classes_by_power: bool = False


@dataclass(frozen=True, slots=True)
class Visuals:
    """The picture's rules."""

    generator: str = "auto"
    generator_span: Span = THE_MANIFEST
    weights: PurePosixPath | None = None
    """A folder of the piece, or the name of weights in the user's own store."""
    weights_span: Span = THE_MANIFEST
    weights_sha256: str | None = None
    resolution: int = 512
    truncation: float = 1.0
    depth: float = 0.8
    hue_deg: float = 0.0
    """All colours turned by this angle."""
    zoom: float = 1.0
    """Above 1 the camera is closer by this factor."""
    rotation_deg: float = 0.0
    """The picture turned clockwise."""
    exposure: float = 1.0
    """A factor of its light."""
    bloom: float = 1.0
    contrast: float = 1.0
    saturation: float = 1.0
    """Both of the finished picture."""
    pan_x: float = 0.0
    """The camera moved to the right, in half heights."""
    pan_y: float = 0.0
    lamp_azimuth_deg: float = 0.0
    """The lamp turned clockwise from where the noise puts it."""
    lamp_height_deg: float = 0.0
    """The lamp raised from there."""
    motion: Motion = Motion()
    envelope: Envelope | None = None
    classes: tuple[tuple[str, tuple[ClassWeight, ...]], ...] = ()
    """By key: a pitch class C, C#..B for `classes_by: pitch`, globs of parts or lyrics, OTHER for what has no
    key, or "0", "1".. for a list."""
    classes_by: str = "pitch"
    classes_span: Span = THE_MANIFEST
    """Where `classes_by` stands."""
    keep: int | None = None
    rules: tuple[Rule, ...] = ()
    mapping: str = "notes"
    """What moves the picture: `notes` or `spectrum`."""
    spectrum: SpectrumRef | None = None
    plays: bool = True
    """Whether the film plays by itself where the piece says nothing of it."""
    layers: tuple[PictureLayer, ...] = ()
    """Back to front; parts that are in none of them stand behind all."""
    layer_each_part: bool = False
    """Whether every part is a layer, placed where it is heard."""
    layers_span: Span = THE_MANIFEST

    @property
    def all_classes(self) -> Iterator[ClassWeight]:
        """Every class that is written: under keys, of the piece and of its layers, and in rules."""
        for classes in (self.classes, *(layer.classes for layer in self.layers)):
            for _, weights in classes:
                yield from weights
        for rule in self.rules:
            yield from rule.classes or ()

    def of_layer(self, layer: PictureLayer) -> "Visuals":
        """What holds for the notes of a layer."""
        given = {
            key: value
            for key in ("depth", "truncation", "hue_deg", "keep", "motion", "envelope")
            if (value := getattr(layer, key)) is not None
        }
        if layer.classes:
            given |= {key: getattr(layer, key) for key in ("classes", "classes_by", "classes_span")}
        return replace(self, **given)


@dataclass(frozen=True, slots=True)
class Post:
    """Something that happens to the finished picture from `at` for a while."""

    at: Place
    span: Span
    length: Duration | None = None
    """The written `for`; None where an entry needs none or lasts to the end."""
    speed: Fraction | None = None
    """Speed of the picture's own time: 1/7.5 is slow motion, -1 runs backwards."""
    fade_in: Duration | None = None
    fade_out: Duration | None = None
    title: str | None = None
    subtitle: str | None = None
    color: str = "#FFFFFF"
    shadow: str | None = None
    place: str = "middle"
    """Of the title: `top`, `middle` or `bottom`."""
    size: float = 0.13
    """Of the title's letters, as a share of the film's shorter side."""
    font: PurePosixPath | None = None
    font_span: Span = THE_MANIFEST


@dataclass(frozen=True, slots=True)
class Lyrics:
    """The words that are sung, on the screen."""

    span: Span
    parts: tuple[str, ...] = ()
    """Globs over parts; empty means all that sing."""
    show: str = "line"
    place: str = "bottom"
    size: float = 0.055
    """Share of the film's shorter side."""
    font: PurePosixPath | None = None
    font_span: Span = THE_MANIFEST
    color: str = "#FFFFFF"
    lit: str = "#FFD24A"
    background: str = "box"
    fade: Duration = DEFAULT_LYRIC_FADE


@dataclass(frozen=True, slots=True)
class EngravedScore:
    """The written score beside the picture."""

    span: Span
    show: str = "strip"
    """`strip`: one line that passes the cursor; `page`: pages that are turned."""
    parts: tuple[str, ...] = ()
    """Globs over the parts of the score; empty means all."""
    parts_span: Span = THE_MANIFEST
    place: str = "bottom"
    height: float = 0.3
    """Share of the film's height."""
    ink: str = "#101010"
    lit: str = "#C4302B"
    """Colour of the notes that sound, and of the cursor."""
    ground: str = "#FFFFFF"
    opacity: float = 0.85
    """Of the ground."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the film ends, after the last bar line."""

    span: Span
    fade: Duration | None = None
    """How long the picture takes to go; None for as long as the sound rings, or shorter before credits."""
    ground: str = "#000000"
    """The colour that it leaves."""
    credits: tuple[str, ...] = ()
    """Lines of an end card, below the title of the piece: `Music: Ada Byron`."""
    font: PurePosixPath | None = None
    font_span: Span = THE_MANIFEST


CREDITS_TAIL_S = Fraction(7)
"""The ring-out of a film with credits, where its score says none."""


@dataclass(frozen=True, slots=True)
class Video:
    """The finished film."""

    width_px: int = 1920
    height_px: int = 1080
    fps: Fraction = Fraction(30)
    frame: str = "mirror"
    """`mirror`: square, mirrored to the right, mirrored edges; `fit` and `fill`: the square alone."""
    upscale: str = "bicubic"
    container: str = "mp4"
    codec: str | None = None
    """How the picture is coded; None for what the container holds by default."""
    background: str = "picture"
    """What words and lights stand on: the `picture`, a colour #RRGGBB, or `alpha`, nothing at all."""
    quality: str = "master"
    """How it is encoded: `draft`, `web` or `master`."""
    post: tuple[Post, ...] = ()
    lyrics: Lyrics | None = None
    score: EngravedScore | None = None
    ending: Ending | None = None
    """None for a soft end: the picture goes with the sound, unless the piece fades it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A whole manifest."""

    title: str
    seed: int
    score: ScoreRef
    span: Span
    parts: tuple[Part, ...] = ()
    audio: Audio = Audio()
    lanes: tuple[Lane, ...] = ()
    visuals: Visuals = Visuals()
    video: Video = Video()
    spans: Spans = field(default=(), repr=False)
    selection: PlaceRange | None = None
    """The passage to compile: `--bars 5..8`."""
    limit_s: Fraction | None = None
    """The first so many seconds: `--seconds 30`."""
    is_loop: bool = False
    """What is compiled meets its own beginning at its end: `--loop`."""
