"""The picture of a piece as written: the generator, classes, motion, envelopes, rules and layers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import PurePosixPath

from ..findings.span import THE_MANIFEST, Span
from ..values.position import Duration, DurationUnit
from ..values.selector import Where
from .parameters import NEUTRAL

OTHER = "other"
"""The key of `visuals.classes` for all notes that match no other key."""

DEFAULT_ATTACK = Duration(Fraction(0), DurationUnit.SECONDS)
DEFAULT_RELEASE = Duration(Fraction(1200, 1000), DurationUnit.SECONDS)
DEFAULT_HOLD = DEFAULT_MOVE = Duration(Fraction(1), DurationUnit.BARS)


@dataclass(frozen=True, slots=True)
class ClassWeight:
    """A class as written, a name or an index, and its share."""

    name: str
    weight: float
    span: Span
    is_like: bool = False
    """Whether the name is text whose meaning chooses the class, as written under `like`."""
    picture: PurePosixPath | None = None
    """The file of an own picture or video: the name of the class is that of the file."""
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
    """The time in which the part plays, if written instead of a speed."""
    then: str = "loop"
    """The behaviour after its last picture: `loop`, `back` or `hold`."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope: how the class of a note rises and falls."""

    attack: Duration = DEFAULT_ATTACK
    release: Duration = DEFAULT_RELEASE
    smooth: float = 0.0
    """0 none .. 1: extra smoothing of the class weights, as a share of half a second."""


@dataclass(frozen=True, slots=True)
class Motion:
    """The movement of the noise: `amount` per second at rest and per note, `jitter` 0..1."""

    amount: float = 0.5
    jitter: float = 0.5
    memory: str = "clock"
    """`clock`: one path through the film; `motif`: a phrase that returns brings its images back."""
    walk: str = ""
    """`linger`: from one learned picture to another; `frames`: over real frames; empty: the noise moves."""
    walk_span: Span = THE_MANIFEST
    hold: Duration = DEFAULT_HOLD
    """The time for which a walk stays at a picture."""
    move: Duration = DEFAULT_MOVE
    """The time that a walk takes to the next picture."""


@dataclass(frozen=True, slots=True)
class Light:
    """A light of a note on the stage, in front of the picture."""

    size: float
    """A share of the film's height."""
    decay: Duration
    """The time to 1/e."""
    strength: float
    """The brightness; 0 is no light."""
    color: str | None = None
    """The colour; None uses the picture's own colour at that place."""


LIGHTS = {
    "spark": Light(0.04, Duration(Fraction(1, 8), DurationUnit.WHOLE_NOTES), 1.0),
    "ring": Light(0.25, Duration(Fraction(1, 8), DurationUnit.WHOLE_NOTES), 0.6),
    "glow": Light(0.3, Duration(Fraction(1, 4), DurationUnit.WHOLE_NOTES), 0.5),
}
"""The shapes of stage lights, with the default look of each."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: the actions that are not None, for the notes that `where` matches. Later rules win."""

    where: Where
    span: Span
    pointer: str = ""
    """Its path in the manifest, as a JSON pointer."""
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
    """A layer of the picture: parts with a stream of images of their own, and a place.

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
    """The number of its sector from the left, and the number of sectors."""
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
"""The most layers: each is painted, and with more of them each is only a strip and a film takes far
longer."""


@dataclass(frozen=True, slots=True)
class SpectrumRef:
    """The settings of `mapping: spectrum`, with which the spectrum of a recording moves the picture."""

    file: PurePosixPath | None
    span: Span
    offset_s: float | None = None
    """The time of bar 1 in the recording, in seconds; None for that of the first recorded stem."""
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
    resolution_span: Span | None = None
    """None where it is not written."""
    truncation: float = 1.0
    depth: float = 0.8
    steering: tuple[tuple[str, float], ...] = ()
    """The values of camera, colour and light, by fields of STEERED, whose defaults fill the gaps."""
    motion: Motion = Motion()
    envelope: Envelope | None = None
    classes: tuple[tuple[str, tuple[ClassWeight, ...]], ...] = ()
    """By key: a pitch class C, C#..B for `classes_by: pitch`, globs of parts or lyrics, OTHER for what has no
    key, or "0", "1".. for a list."""
    classes_by: str = "pitch"
    classes_span: Span = THE_MANIFEST
    """The place of `classes_by` in the manifest."""
    keep: int | None = None
    rules: tuple[Rule, ...] = ()
    mapping: str = "notes"
    """The source of the picture's movement: `notes` or `spectrum`."""
    spectrum: SpectrumRef | None = None
    plays: bool = True
    """Whether the film plays the default movements where the piece sets none."""
    layers: tuple[PictureLayer, ...] = ()
    """Back to front; parts that are in none of them are behind all."""
    layer_each_part: bool = False
    """Whether every part is a layer of its own, placed where it is heard."""
    layers_span: Span = THE_MANIFEST

    @property
    def all_classes(self) -> Iterator[ClassWeight]:
        """Every class that is written: under keys, of the piece and of its layers, and in rules."""
        for classes in (self.classes, *(layer.classes for layer in self.layers)):
            for _, weights in classes:
                yield from weights
        for rule in self.rules:
            yield from rule.classes or ()

    def steered(self, field: str) -> float:
        """The value of a parameter of STEERED while no lane moves it."""
        return dict(self.steering).get(field, NEUTRAL[field])

    def of_layer(self, layer: PictureLayer) -> "Visuals":
        """The settings for the notes of a layer."""
        given = {
            key: value
            for key in ("depth", "truncation", "keep", "motion", "envelope")
            if (value := getattr(layer, key)) is not None
        }
        if layer.hue_deg is not None:
            given["steering"] = tuple((dict(self.steering) | {"hue_deg": layer.hue_deg}).items())
        if layer.classes:
            given |= {key: getattr(layer, key) for key in ("classes", "classes_by", "classes_span")}
        return replace(self, **given)
