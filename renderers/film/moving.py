"""Finished segments as one picture that moves: an animated GIF, WebP or PNG, for pages and messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av

from ..encoding import CONTAINERS, MOVING_ENCODERS
from .track import segment_reader

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan

WEBP_QUALITY = "80"
WEBP_MATRIX = "ITU601"
ENDLESS = {".gif": {"loop": "0"}, ".webp": {"loop": "0"}, ".apng": {"plays": "0"}}
"""Options of FFmpeg's writers: played again and again."""


def moving_picture(segments: Sequence[Path], output: Path, picture: PicturePlan) -> None:
    """Write the frames of segments as an animated picture; the suffix of `output` says which.

    A GIF has 256 colours, chosen for the whole of it, and dithered by Bayer's pattern, which does not
    shimmer from frame to frame. Its frames last whole hundredths of a second. A WebP and a PNG hold the alpha
    of segments that have one; a PNG loses nothing.
    """
    suffix = output.suffix.lower()
    if suffix == ".gif":
        palette = _palette(segments, picture)
        frames = _reduced(segments, picture, palette)
        _written(frames, output, "rgb8", {}, picture.fps)
        return
    found = _frames(segments, picture.fps)
    first = next(found)
    has_alpha = first.format.name.startswith("yuva")
    if suffix == ".webp":
        options = {"quality": WEBP_QUALITY, "compression_level": "4"}
        pixels = "bgra" if has_alpha else "yuv420p"
    else:
        options, pixels = {"pred": "mixed"}, "rgba" if has_alpha else "rgb24"
    # The samples of a WebP are those of BT.601 (RFC 9649), whatever the segments say.
    matrix = WEBP_MATRIX if pixels == "yuv420p" else None
    frames = (frame.reformat(format=pixels, dst_colorspace=matrix) for frame in chain([first], found))
    _written(frames, output, pixels, options, picture.fps)


def _frames(segments: Sequence[Path], fps: Fraction) -> Iterator[av.VideoFrame]:
    """Every frame, counted through all segments."""
    count = 0
    for segment in segments:
        with av.open(str(segment), "r", format=segment_reader(segment)) as opened:
            for frame in opened.decode(video=0):
                frame.pts, frame.time_base = count, 1 / fps
                count += 1
                yield frame


def _source(graph: av.filter.Graph, picture: PicturePlan) -> Any:
    return graph.add_buffer(
        width=picture.width_px,
        height=picture.height_px,
        format=av.VideoFormat("yuv420p"),
        time_base=1 / picture.fps,
    )


def _palette(segments: Sequence[Path], picture: PicturePlan) -> av.VideoFrame:
    """The 256 colours that serve all frames best: 16x16 pixels."""
    graph = av.filter.Graph()
    source = _source(graph, picture)
    colours = graph.add("format", "rgb24")
    chosen, sink = graph.add("palettegen", "stats_mode=full:reserve_transparent=0"), graph.add("buffersink")
    source.link_to(colours)
    colours.link_to(chosen)
    chosen.link_to(sink)
    graph.configure()
    for frame in _frames(segments, picture.fps):
        source.push(frame)
    source.push(None)
    found = sink.pull()
    assert isinstance(found, av.VideoFrame)
    return found


def _reduced(
    segments: Sequence[Path], picture: PicturePlan, palette: av.VideoFrame
) -> Iterator[av.VideoFrame]:
    """The frames in the colours of a palette."""
    graph = av.filter.Graph()
    source = _source(graph, picture)
    colours = graph.add_buffer(width=16, height=16, format=palette.format, time_base=1 / picture.fps)
    true_colours, use = graph.add("format", "rgb24"), graph.add("paletteuse", "dither=bayer:bayer_scale=4")
    sink = graph.add("buffersink")
    source.link_to(true_colours)
    true_colours.link_to(use, 0, 0)
    colours.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    palette.pts = 0
    colours.push(palette)
    colours.push(None)
    for frame in _frames(segments, picture.fps):
        source.push(frame)
        yield from _pulled(sink)
    source.push(None)
    yield from _pulled(sink)


def _pulled(sink: Any) -> Iterator[av.VideoFrame]:
    while True:
        try:
            yield sink.pull()
        except (av.BlockingIOError, av.EOFError):
            return


def _written(
    frames: Iterator[av.VideoFrame],
    output: Path,
    pixels: str,
    options: dict[str, str],
    fps: Fraction,
) -> None:
    suffix = output.suffix.lower()
    codec = MOVING_ENCODERS[suffix]
    with av.open(str(output), "w", format=CONTAINERS[suffix].format, options=ENDLESS[suffix]) as file:
        stream: Any = None
        for number, frame in enumerate(frames):
            if stream is None:
                stream = file.add_stream(codec, rate=fps, options=options)
                stream.width, stream.height = frame.width, frame.height
                stream.pix_fmt = frame.format.name if codec == "gif" else pixels
                stream.codec_context.time_base = 1 / fps
                stream.codec_context.thread_count = 1
            frame.pts, frame.time_base = number, 1 / fps
            for packet in stream.encode(frame):
                file.mux(packet)
        for packet in stream.encode(None):
            file.mux(packet)
