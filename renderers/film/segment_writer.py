"""Frames to one segment: a film of one track that starts with a picture of its own, always the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np

from ...store.values.array_types import U8
from ..encoding import ENCODINGS, NVENC, X264, Quality
from .cut import LONGEST_S

BT709 = 1  # ITU-T H.273: ColourPrimaries, TransferCharacteristics, MatrixCoefficients
LIMITED_RANGE = 1  # FFmpeg's AVCOL_RANGE_MPEG
NVENC_PRESET = "p5"

# One thread, because x264's bytes depend on how many there are; as many segments are encoded at once as there
# are cores. cpu-independent makes them equal on processors with other vector units, at no cost that could be
# measured; without scenecut the only picture of its own is the first.
X264_PARAMETERS = "cpu-independent=1:open-gop=0:scenecut=0:chromaloc=1"


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """Size and exact rate of the frames."""

    width_px: int
    height_px: int
    fps: Fraction


class SegmentWriter:
    """A segment being written, a film without sound; a context manager.

    It is an .mp4, a .mov for ProRes, a .webm for VP9 with alpha.

    codec   X264, NVENC, or a name of ENCODINGS

    Frame k is shown from k / fps. The file is whole once the block has ended without an exception; one that
    is cut off is not a film to any reader.
    """

    def __init__(self, path: Path, picture: PictureFormat, quality: Quality, codec: str = X264) -> None:
        self.picture = picture
        self.frames_written = 0
        other = ENCODINGS.get(codec)
        form = "mp4" if other is None else other.segment_format
        self._pixels = "yuv420p" if other is None else other.pixels
        self._file = av.open(str(path), "w", format=form, options={"fflags": "+bitexact"})
        self._stream = self._opened(quality, codec)

    def write_frame(self, planes: U8, alpha: U8 | None = None) -> None:
        """The next frame: (height·3/2, width) uint8, yuv420p, BT.709 limited range.

        alpha   (height, width) uint8, 255 where it covers all; None if there is none
        """
        expected = (self.picture.height_px * 3 // 2, self.picture.width_px)
        if planes.shape != expected or planes.dtype != np.uint8:
            raise ValueError(f"a frame is uint8 {expected}, not {planes.dtype} {planes.shape}")
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        if alpha is not None:
            frame = _with_alpha(frame, alpha)
        if self._pixels != "yuv420p":
            # Limited range of BT.709 on both sides: nothing but the number of samples and bits changes.
            frame.colorspace, frame.color_range = BT709, LIMITED_RANGE
            frame = frame.reformat(format=self._pixels)
        frame.pts = self.frames_written
        frame.time_base = 1 / self.picture.fps
        self._mux(frame)
        self.frames_written += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._mux(None)
        finally:
            self._file.close()

    def _opened(self, quality: Quality, codec: str) -> Any:
        picture = self.picture
        other = ENCODINGS.get(codec)
        if other is not None:
            codec, options = other.encoder, other.options_for(quality)
        elif codec == NVENC:
            options = {"preset": NVENC_PRESET, "rc": "vbr", "cq": str(quality.crf), "b": "0"}
        else:
            parameters = ":".join(filter(None, (X264_PARAMETERS, quality.parameters)))
            options = {"preset": quality.preset, "crf": str(quality.crf), "x264-params": parameters}
        stream: Any = self._file.add_stream(codec, rate=picture.fps, options=options)
        stream.width, stream.height, stream.pix_fmt = picture.width_px, picture.height_px, self._pixels
        stream.time_base = 1 / picture.fps
        context = stream.codec_context
        if other is not None and other.tag:
            context.codec_tag = other.tag
        context.time_base = 1 / picture.fps
        # The same for a segment of any length, as it changes the headers; longer than any of them.
        context.gop_size = int(LONGEST_S * picture.fps) + 1
        context.thread_count = 1
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = LIMITED_RANGE
        return stream

    def _mux(self, frame: av.VideoFrame | None) -> None:
        for packet in self._stream.encode(frame):
            self._file.mux(packet)


def _with_alpha(frame: av.VideoFrame, alpha: U8) -> av.VideoFrame:
    """The frame as yuva420p."""
    found = av.VideoFrame(frame.width, frame.height, "yuva420p")
    planes: list[Any] = list(frame.planes)
    lines = [np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size) for plane in planes]
    for target, source in zip(found.planes, [*lines, alpha], strict=True):
        padded = np.zeros((target.height, target.line_size), np.uint8)
        padded[:, : target.width] = source[:, : target.width]
        target.update(padded.tobytes())
    return found


def nvenc_opens(picture: PictureFormat) -> bool:
    """Whether this machine's GPU encodes H.264 at that size: tested by opening an encoder."""
    try:
        context: Any = av.CodecContext.create(NVENC, "w")
        context.width, context.height, context.pix_fmt = picture.width_px, picture.height_px, "yuv420p"
        context.time_base, context.framerate = 1 / picture.fps, picture.fps
        context.open()
    except (av.FFmpegError, ValueError):  # ValueError: this FFmpeg was built without it
        return False
    return True
