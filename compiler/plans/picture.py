"""The picture of a plan: a row of numbers for each frame, and the titles over them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import cos, pi
from pathlib import Path
from typing import TYPE_CHECKING

from ...dsl.model.generators import MOST_CLASSES
from ..lazy_numpy import np
from .steering import Steering

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...store.values.array_types import F32, F64


@dataclass(frozen=True, slots=True)
class Ramp:
    """A fade, in frames from the first of the picture: where it begins, and how long it takes."""

    start: Fraction
    length: Fraction
    """Above 0."""

    def done(self, frame: int) -> float:
        """The progress in the middle of a frame, 0..1, as a raised cosine."""
        along = float((frame + Fraction(1, 2) - self.start) / self.length)
        return (1.0 - cos(pi * min(max(along, 0.0), 1.0))) / 2.0


@dataclass(frozen=True, slots=True)
class LyricStyle:
    """The style of sung words."""

    place: str
    """`bottom`, `middle` or `top`."""
    size: float
    """Height of the letters, as a share of the film's shorter side."""
    lit_color: str
    background: str
    """`box`, `shadow` or `none`."""
    font: Path | None = None


@dataclass(frozen=True, slots=True)
class TitleLook:
    """The typesetting of a title."""

    subtitle: str = ""
    """A smaller line below it."""
    place: str = "middle"
    """`top`, `middle` or `bottom`."""
    size: float = 0.13
    """Size of the letters, as a share of the film's shorter side."""
    font: Path | None = None
    rim: str | None = None
    """Colour of a soft rim around its letters; None for none."""
    ground: str | None = None
    """The whole frame is of this colour, and nothing is written on it."""
    credits: tuple[str, ...] = ()
    """Lines of an end card, of which the text is the title."""


@dataclass(frozen=True, slots=True)
class TitlePlan:
    """A line of text over frames first_frame up to, not at, end_frame."""

    text: str
    first_frame: int
    end_frame: int
    color: str
    shadow: str | None
    rise: Ramp | None = None
    """The fade-in; None if it appears at once."""
    fall: Ramp | None = None
    """The fade-out."""

    style: LyricStyle | None = None
    """The style of sung words; None for a title."""
    lit: int = 0
    """Number of its first characters that have begun to be sung."""
    row: int = 0
    """The row, one for each singer."""
    look: TitleLook = TitleLook()
    """The typesetting of a title; sung words use `style` instead."""

    def opacity(self, frame: int) -> float:
        """The opacity in the middle of a frame, 0..1, in display values."""
        risen = 1.0 if self.rise is None else self.rise.done(frame)
        fallen = 0.0 if self.fall is None else self.fall.done(frame)
        return risen * (1.0 - fallen)

    def cut(self, first: int, end: int) -> TitlePlan:
        """Return the part on frames first up to, not at, end, counted from `first`.

        A fade that does nothing on these frames is left out, so that it does not tell them from others.
        """
        begin, stop = max(self.first_frame, first), min(self.end_frame, end)
        rise, fall = self.rise, self.fall
        if rise is not None and rise.start + rise.length <= begin + Fraction(1, 2):
            rise = None
        if fall is not None and fall.start >= stop - Fraction(1, 2):
            fall = None
        return replace(
            self,
            first_frame=begin - first,
            end_frame=stop - first,
            rise=None if rise is None else replace(rise, start=rise.start - first),
            fall=None if fall is None else replace(fall, start=fall.start - first),
        )


GROUND = "ground"
"""The first word of a generator that paints one colour: `ground #00FF00`, or `ground alpha`."""
TALL_MARGIN = 0.16
"""The bottom margin of a film that is taller than wide, as a share of its height: players lay words and
buttons over it."""
LIGHT_SHAPES = ("spark", "ring", "glow")


@dataclass(frozen=True, slots=True, eq=False)
class WalkPlan:
    """A walk through the pictures that a model has learned; times are seconds of the piece.

    way        `linger` for straight ways, `frames` for ways over real frames
    leaves_s   float64 (stops,), when it sets out for each stop; of the first, where it begins, as arrives_s
    arrives_s  float64 (stops,)
    classes    int64 (stops,), the class of each stop
    places     of each stop: what with the seed chooses one of the pictures of that class
    layers     the times that each frame shows (frames,), and how much of them is seen over the layer before
    """

    way: str
    seed: int
    leaves_s: F64
    arrives_s: F64
    classes: NDArray[np.int64]
    places: tuple[str, ...]
    layers: tuple[tuple[F64, F32], ...]

    def at(self, times_s: F64) -> tuple[NDArray[np.int64], F64]:
        """The stop that it goes to or lingers at, and how far it is on the way from the one before, 0..1."""
        stops = (self.leaves_s.searchsorted(times_s, "right") - 1).clip(0)
        length_s = self.arrives_s[stops] - self.leaves_s[stops]
        into_s = times_s - self.leaves_s[stops]
        along = np.where(length_s > 0, into_s / np.where(length_s > 0, length_s, 1.0), 1.0)
        return stops, along.clip(0.0, 1.0)

    def thinned(self, step: int) -> WalkPlan:
        """The walk on every step-th frame."""
        layers = tuple((times_s[::step].copy(), share[::step].copy()) for times_s, share in self.layers)
        return replace(self, layers=layers)

    def cut(self, first: int, end: int) -> WalkPlan:
        """The walk on frames first up to, not at, end, with the stops that they need."""
        layers = tuple((times_s[first:end].copy(), share[first:end].copy()) for times_s, share in self.layers)
        seen = np.concatenate([self.at(times_s)[0] for times_s, _ in layers])
        low, high = (max(int(seen.min()) - 1, 0), int(seen.max()) + 1) if seen.size else (0, 1)
        return replace(
            self,
            leaves_s=self.leaves_s[low:high].copy(),
            arrives_s=self.arrives_s[low:high].copy(),
            classes=self.classes[low:high].copy(),
            places=self.places[low:high],
            layers=layers,
        )


@dataclass(frozen=True, slots=True, eq=False)
class ScorePlan:
    """The written score beside the picture, and what sounds of it on each frame.

    text            MusicXML, whose notes and bars have ids: compiler/score/notation/ids.py
    mode            strip: one line that passes the cursor; page: pages that are turned
    place           top or bottom
    height          of the score, as a share of the film's height
    opacity         of the ground, 0..1
    bar_lengths_qn  float64 (bars,), of the written bars
    places          float64 (frames, 2): index of the written bar, and quarter notes into it
    ahead           float64 (frames, 2): index of the bar that a page is turned to now, or -1, and how much of
                    the turning has passed, 0..1
    sounding        int64 (n, 5): first frame, frame after the last, and bar index, chord and note of a head
    """

    text: str
    mode: str
    place: str
    height: float
    ink: str
    lit: str
    ground: str
    opacity: float
    bar_lengths_qn: F64
    places: F64
    ahead: F64
    sounding: NDArray[np.int64]

    def cut(self, first: int, end: int) -> ScorePlan:
        """The score on frames first up to, not at, end, counted from `first`."""
        rows = self.sounding[(self.sounding[:, 0] < end) & (self.sounding[:, 1] > first)].copy()
        rows[:, :2] = (rows[:, :2] - first).clip(0, end - first)
        places, ahead = self.places[first:end].copy(), self.ahead[first:end].copy()
        return replace(self, places=places, ahead=ahead, sounding=rows)

    def thinned(self, step: int) -> ScorePlan:
        """The score on every step-th frame."""
        rows = self.sounding.copy()
        rows[:, :2] = -(-rows[:, :2] // step)
        rows = rows[rows[:, 0] < rows[:, 1]]
        places, ahead = self.places[::step].copy(), self.ahead[::step].copy()
        return replace(self, places=places, ahead=ahead, sounding=rows)

    def repeats(self) -> NDArray[np.bool_]:
        """For each frame but the first, whether it shows what the frame before it shows: (frames - 1,)."""
        same: NDArray[np.bool_] = (self.places[1:] == self.places[:-1]).all(1)
        same &= (self.ahead[1:] == self.ahead[:-1]).all(1)
        edges = self.sounding[:, :2].ravel()
        same[edges[(edges > 0) & (edges <= len(same))] - 1] = False
        return same


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """The part of a video that is shown, in seconds of the file.

    to_s           None for the end of the file
    is_stretched   whether what passes is told in shares of the part, 0..1, and not in seconds
    then           what comes after it: `loop`, `back` or `hold`
    rate           so many pictures of a second of the file are kept at most
    """

    from_s: float
    to_s: float | None
    is_stretched: bool
    then: str
    rate: int = 30


@dataclass(frozen=True, slots=True)
class OwnPicture:
    """A picture of the piece's own that is shown as a class is, or one of the layers of a video.

    index    of its class, after those of the generator's own table
    name     as the piece names the file; for a part of a video with the part
    sha256   of the file's bytes: a renderer that finds other bytes shows nothing
    clip     of a video
    """

    index: int
    name: str
    path: Path
    sha256: str
    clip: ClipPlan | None = None


@dataclass(frozen=True, slots=True, eq=False)
class StreamPlan:
    """A layer of the picture: its own stream of latents, and its place among the other layers.

    noise          float32 (frames, latent size), as in a PicturePlan, like the classes, hue and truncation
    strength       float32 (frames,), above 0: how much of the place where it stands it takes from others
    across         float32 (frames,), the middle of its place, -1 left .. 1 right
    reach          how far from there it has fallen to 1/e, in half widths of the film; 0: it is everywhere
    home           where its subject stands, -1..1, through the whole film
    contrast       how far it lets what is high in it stand before the others
    class_names    the default name of each class, as class_indices
    """

    name: str
    noise: F32
    class_indices: NDArray[np.int64]
    class_weights: F32
    strength: F32
    across: F32
    reach: float
    home: float
    contrast: float
    class_names: tuple[str, ...] = ()
    hue_deg: F32 | None = None
    truncation: F32 | None = None

    def by_name(self) -> tuple[tuple[str, ...], F32]:
        """The classes as people know them, as of a PicturePlan."""
        return _by_name(self.class_names, self.class_weights)

    def classes(self, first: int, end: int, class_count: int) -> F32:
        """Class vectors of frames first up to, not at, end: float32 (end - first, class_count)."""
        dense = np.zeros((end - first, class_count), np.float32)
        dense[:, self.class_indices] = self.class_weights[first:end]
        return dense


@dataclass(frozen=True, slots=True, eq=False)
class PicturePlan:
    """The latents and what happens to each finished frame.

    noise          float32 (frames, latent size), truncation applied: within ±2·truncation
    class_indices  int64 (k,), the classes of the generator's own table that occur, ascending
    class_weights  float32 (frames, k), each row >= 0 with sum <= 1; what is missing to 1 is empty
    brightness     float32 (frames,), 0 black .. 1: the fades
    steering       what steers camera, colour and light of each frame
    truncation     float32 (frames,), above 0; None where it is 1 on every frame
    lights         float32 (lights, 9), what stands on the stage, ascending by frame; None where nothing does:
                   frame, shape (of LIGHT_SHAPES), place -1 left .. 1 right, place -1 below .. 1 above, size
                   as a share of the film's height, strength, and linear R, G, B; R below 0 for the picture's
                   own colour there
    """

    noise: F32
    class_indices: NDArray[np.int64]
    class_weights: F32
    brightness: F32
    fps: Fraction
    width_px: int
    height_px: int
    frame: str
    upscale: str
    generator: str
    weights: Path | None
    resolution: int
    generator_seed: int
    titles: tuple[TitlePlan, ...] = ()
    class_names: tuple[str, ...] = ()
    """The default name of each class, as class_indices."""
    steering: Steering = field(default_factory=Steering)
    truncation: F32 | None = None
    lights: F32 | None = None
    quality: str = "master"
    """The quality of the encoding: draft, web or master."""
    weights_sha256: str | None = None
    """The required sha256 of the weights file, if the piece states it."""
    class_count: int = MOST_CLASSES
    """The number of classes in the generator's table."""
    walk: WalkPlan | None = None
    """The walk through learned pictures; the noise is then the tremble around it."""
    pictures: tuple[OwnPicture, ...] = ()
    """All own pictures of the piece, whether or not these frames show them."""
    score: ScorePlan | None = None
    """The score beside the picture."""
    clips: F32 | None = None
    """The progress of each video on each frame: float32 (frames, pictures), in the order of `pictures`.

    It counts from the onset of the note that started it, in seconds of the video or, where it is stretched,
    in shares of its part; 0 for what is not seen. None where no video is."""
    streams: tuple[StreamPlan, ...] = ()
    """The layers that are painted instead, back to front; the noise above is then the first one's, and the
    class weights say how much of each class the layers show together. Two at least, or none."""

    @property
    def frame_count(self) -> int:
        return int(self.noise.shape[0])

    def by_name(self) -> tuple[tuple[str, ...], F32]:
        """The classes as people know them, a video's layers as one: their names, and their weights."""
        return _by_name(self.class_names, self.class_weights)

    def classes(self, first: int, end: int) -> F32:
        """Class vectors of frames first up to, not at, end: float32 (end - first, class_count)."""
        dense = np.zeros((end - first, self.class_count), np.float32)
        dense[:, self.class_indices] = self.class_weights[first:end]
        return dense


def _by_name(class_names: tuple[str, ...], weights: F32) -> tuple[tuple[str, ...], F32]:
    names = tuple(dict.fromkeys(class_names))
    columns = [[k for k, other in enumerate(class_names) if other == name] for name in names]
    if len(names) == len(class_names):
        return names, weights
    return names, np.stack([weights[:, own].sum(axis=1) for own in columns], axis=1)
