"""Cuts the film into segments at bar lines; the node of each depends only on what is visible in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from ...dsl.model.parameters import STEERED
from ...store.node import Node
from ...store.packages import packages
from ...store.values.keys import digest_of
from ..decoding.clips import CLIP_VERSION
from ..generators.identity import Recipe, generator_identity
from .cut import segment_bounds

if TYPE_CHECKING:
    from ...compiler.plan import BarMark, PicturePlan, Plan, StreamPlan, TitlePlan

SEGMENT_VERSION = 2
"""Raised when the finish of frames or their encoding changes."""
VIDEO = "video"
"""The name of a segment's file in its record."""
FAINT = "faint"
"""Under this name its record has the words that are hard to read in it, each with its contrast."""

ALWAYS_READ = ("hue", "camera", "light")
"""The words of the first parameters, which are in every key: without them all films would be rendered
again."""


@dataclass(frozen=True, slots=True, eq=False)
class SegmentJob:
    """Some frames of a film, with all that they depend on."""

    node: Node
    picture: PicturePlan
    """These frames alone."""

    @property
    def frame_count(self) -> int:
        return self.picture.frame_count


def segment_jobs(plan: Plan, recipe: Recipe) -> tuple[SegmentJob, ...]:
    """The segments of a film in order; together they are every frame once.

    Raises PieceError where the generator that the piece asks for cannot run.
    """
    from .slices import slice_of

    picture = plan.picture
    bar_frames = [first_frame(mark, picture) for mark in plan.bars]
    bounds = segment_bounds(bar_frames, picture.frame_count, picture.fps)
    reads_of = SegmentReads(picture, recipe)
    names = _names(bounds, bar_frames, plan.bars)
    jobs = []
    for (first, end), name in zip(bounds, names, strict=True):
        part = slice_of(picture, first, end)
        jobs.append(SegmentJob(reads_of.node(part, name), part))
    return tuple(jobs)


def first_frame(mark: BarMark, picture: PicturePlan) -> int:
    """The first frame after a bar line: a frame shows the time of its middle."""
    return ceil(mark.start_s * picture.fps - Fraction(1, 2))


def is_whole(plan: Plan) -> bool:
    """Whether every bar lasts a whole number of frames, so that an inserted bar only shifts the rest."""
    return all((mark.start_s * plan.picture.fps).denominator == 1 for mark in plan.bars)


class SegmentReads:
    """The inputs of a film's segments; those that they share are computed once."""

    def __init__(self, picture: PicturePlan, recipe: Recipe) -> None:
        """picture   of the whole film, or of any segment of it

        Raises PieceError where the generator that the piece asks for cannot run here.
        """
        from ..encoding import ENCODINGS, QUALITIES

        quality, other = QUALITIES[picture.quality], ENCODINGS.get(recipe.codec)
        encoded = f"{recipe.codec} {quality.preset} crf {quality.crf} {quality.parameters}".rstrip()
        if other is not None:
            encoded = f"{other.title} by {other.encoder} {sorted(other.options_for(quality).items())}"
        self._common = {
            "generator": generator_identity(picture, recipe),
            "resolution": str(picture.resolution),
            "size": f"{picture.width_px}x{picture.height_px}",
            "rate": str(picture.fps),
            "frame": f"{picture.frame}, {picture.upscale}",
            "encoder": f"{encoded}; {packages('av')}",
        }
        self._size = picture.width_px, picture.height_px
        self._drawn: dict[tuple[object, ...], str] = {}
        self._sheet = ""
        if picture.score is not None:
            from ..engraving.sheet_nodes import VIEW_VERSION, sheet_node

            self._sheet = f"{VIEW_VERSION}, {sheet_node(picture.score, *self._size).key}"

    def node(self, part: PicturePlan, name: str) -> Node:
        """The node of some frames; their inputs have the names that reports give to changes."""
        reads = self._common | {
            "motion": digest_of(part.noise if part.walk is None else (part.noise, part.walk)),
            "classes": digest_of((part.class_indices, part.class_weights)),
            "brightness": digest_of(part.brightness),
            **_steering(part),
            "stage": digest_of(part.lights),
            "truncation": digest_of(part.truncation),
            "titles": digest_of(
                [(t.first_frame, t.end_frame, t.rise, t.fall, self._title(t)) for t in part.titles]
            ),
        }
        for number, stream in enumerate(part.streams, 1):
            reads |= _stream_reads(number, stream)
        seen = set(part.class_indices.tolist())
        if shown := [picture for picture in part.pictures if picture.index in seen]:
            reads["pictures"] = digest_of([(picture.index, picture.sha256) for picture in shown])
        if parts := [(picture.index, picture.clip) for picture in shown if picture.clip is not None]:
            reads["videos"] = f"{CLIP_VERSION}: {digest_of((parts, part.clips))}; {packages('Pillow')}"
        if part.score is not None:
            reads["score"] = digest_of((self._sheet, replace(part.score, text="")))
        return Node.of("segment", SEGMENT_VERSION, name, reads)

    def _title(self, title: TitlePlan) -> str:
        """The identity of a title as drawn here: another machine may have other fonts."""
        said = title.text, title.color, title.shadow, title.style, title.lit, title.row, title.look
        if said not in self._drawn:
            from ..picture.title import drawn_title

            self._drawn[said] = digest_of(drawn_title(title, *self._size))
        return self._drawn[said]


def _stream_reads(number: int, stream: StreamPlan) -> dict[str, str]:
    """The inputs that segments of a layered film have from a layer; other films have none."""
    return {
        f"layer {number}: motion": digest_of(stream.noise),
        f"layer {number}: classes": digest_of((stream.class_indices, stream.class_weights)),
        f"layer {number}: place": digest_of(
            (stream.strength, stream.across, stream.reach, stream.home, stream.contrast)
        ),
        f"layer {number}: colours": digest_of((stream.hue_deg, stream.truncation)),
    }


def _names(
    bounds: Sequence[tuple[int, int]], bar_frames: Sequence[int], bars: Sequence[BarMark]
) -> Iterator[str]:
    """The names of segments for people: the bars that begin in it, or the one that it is a part of."""
    starts = [first for first, _ in bounds]
    for first, end in bounds:
        before = bisect_left(bar_frames, first)
        begun = bars[before : bisect_left(bar_frames, end)]
        if len(begun) > 1:
            yield f"bars {_said(begun[0])} to {_said(begun[-1])}"
        elif begun:
            yield f"bar {_said(begun[0])}"
        elif before:
            part = bisect_right(starts, first) - bisect_left(starts, bar_frames[before - 1])
            yield f"bar {_said(bars[before - 1])}, part {part}"
        else:
            yield "before the first bar"


def _said(mark: BarMark) -> str:
    return str(mark.bar) if mark.pass_number == 1 else f"{mark.bar} (time {mark.pass_number})"


def _steering(part: PicturePlan) -> dict[str, str]:
    """The controls of the frames, by the words of reports; a word for nothing that moves is left out."""
    words: dict[str, list[object]] = {}
    for parameter in STEERED:
        words.setdefault(parameter.reads, []).append(part.steering.lane(parameter.field))
    return {
        word: digest_of(lanes[0] if len(lanes) == 1 else tuple(lanes))
        for word, lanes in words.items()
        if word in ALWAYS_READ or any(lane is not None for lane in lanes)
    }
