"""Frames and samples to one video file: H.264 with AAC in mp4, or with FLAC in mkv, in sync."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av.packet import Packet

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]

BT709 = 1  # ITU-T H.273: ColourPrimaries, TransferCharacteristics, MatrixCoefficients
LIMITED_RANGE = 1  # FFmpeg's AVCOL_RANGE_MPEG
AAC_BIT_RATE = 256_000
X264, NVENC = "libx264", "h264_nvenc"
NVENC_PRESET = "p5"

# x264's bytes depend on its thread count, so that it is the same on every machine, however many cores there
# are. cpu-independent makes them equal on processors with other vector units, at no cost that could be
# measured.
ENCODER_THREADS = 4
X264_PARAMETERS = "cpu-independent=1:open-gop=0:chromaloc=1"


@dataclass(frozen=True, slots=True)
class Quality:
    """How hard x264 works, and how much it may lose: crf 18 looks like the original, more is coarser."""

    preset: str
    crf: int
    parameters: str = ""
    """Of x264, in place of the preset's own."""


# 1080p of the embedded generator, ms of CPU time a frame, Mbit/s and PSNR of Y': veryfast 70, 20.1, 42.2;
# superfast 41, 24.5, 42.5; with veryfast's look-ahead 42, 22.1, 42.1; ultrafast crf 23 15, 21.9, 38.4.
FINAL = Quality("superfast", 18, "mbtree=1:rc-lookahead=10")
DRAFTED = Quality("ultrafast", 23)


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of file: FFmpeg's name of it, the codec of its sound, and options of the writer."""

    format: str
    audio_codec: str
    options: Mapping[str, str]


# bitexact leaves out versions and random identifiers: the same film is the same bytes.
CONTAINERS: Mapping[str, Container] = {
    ".mp4": Container("mp4", "aac", {"movflags": "+faststart", "fflags": "+bitexact"}),
    ".mkv": Container("matroska", "flac", {"fflags": "+bitexact"}),
}


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """Size and exact rate of the frames."""

    width_px: int
    height_px: int
    fps: Fraction


class FilmWriter:
    """A film being written: frames and samples in order, each stream at its own pace; a context manager.

    Frame k is shown from k / fps, sample n is heard at n / sample_rate. The file is whole once the block has
    ended without an exception. Memory does not grow with the film as long as neither stream runs far ahead of
    the other.
    """

    def __init__(
        self,
        path: Path,
        picture: PictureFormat,
        sample_rate_hz: int | None,
        quality: Quality = FINAL,
        title: str = "",
        on_gpu: bool = False,
    ) -> None:
        """Open the file.

        sample_rate_hz   None for a silent film
        on_gpu           encode with NVENC where it opens (many GPUs for computing have none), else x264

        Raises ValueError for a suffix that is no film.
        """
        container = CONTAINERS.get(path.suffix.lower())
        if container is None:
            raise ValueError(f"a film ends in {' or '.join(CONTAINERS)}, not {path.suffix or 'nothing'}")
        self.picture = picture
        self.frames_written = 0
        self.samples_written = 0
        self._waiting = np.zeros((0, 2), np.float32)
        self._file = av.open(str(path), "w", format=container.format, options=dict(container.options))
        if title:
            self._file.metadata["title"] = title
        self._video = self._video_stream(quality, NVENC if on_gpu and nvenc_opens(picture) else X264)
        self._audio = self._audio_stream(container.audio_codec, sample_rate_hz) if sample_rate_hz else None

    def write_frame(self, planes: U8) -> None:
        """The next frame: (height·3/2, width) uint8, yuv420p, BT.709 limited range."""
        expected = (self.picture.height_px * 3 // 2, self.picture.width_px)
        if planes.shape != expected or planes.dtype != np.uint8:
            raise ValueError(f"a frame is uint8 {expected}, not {planes.dtype} {planes.shape}")
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = self.frames_written
        frame.time_base = 1 / self.picture.fps
        self._mux(self._video.encode(frame))
        self.frames_written += 1

    def write_sound(self, samples: F32) -> None:
        """The next samples: (n, 2) float32, ±1 full scale; what lies beyond is clipped."""
        if self._audio is None:
            raise ValueError("this film was opened without sound")
        if samples.ndim != 2 or samples.shape[1] != 2:
            raise ValueError(f"samples have shape (n, 2), not {samples.shape}")
        self._waiting = np.concatenate([self._waiting, samples.astype(np.float32, copy=False)])
        size = self._audio.codec_context.frame_size
        whole = len(self._waiting) // size * size
        for start in range(0, whole, size):
            self._encode_sound(self._waiting[start : start + size])
        self._waiting = self._waiting[whole:]

    def __enter__(self) -> FilmWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._file.close()

    def _finish(self) -> None:
        if self._audio is not None:
            if len(self._waiting):
                self._encode_sound(self._waiting)
            self._mux(self._audio.encode(None))
        self._mux(self._video.encode(None))

    def _video_stream(self, quality: Quality, codec: str) -> Any:
        picture = self.picture
        if codec == NVENC:
            options = {"preset": NVENC_PRESET, "rc": "vbr", "cq": str(quality.crf), "b": "0"}
        else:
            parameters = ":".join(filter(None, (X264_PARAMETERS, quality.parameters)))
            options = {"preset": quality.preset, "crf": str(quality.crf), "x264-params": parameters}
        stream: Any = self._file.add_stream(codec, rate=picture.fps, options=options)
        stream.width, stream.height, stream.pix_fmt = picture.width_px, picture.height_px, "yuv420p"
        stream.time_base = 1 / picture.fps
        context = stream.codec_context
        context.time_base = 1 / picture.fps
        context.gop_size = max(1, round(2 * picture.fps))  # a place to seek to, every two seconds
        if codec == X264:
            context.thread_count, context.thread_type = ENCODER_THREADS, "FRAME"
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = LIMITED_RANGE
        return stream

    def _audio_stream(self, codec: str, sample_rate_hz: int) -> Any:
        stream = self._file.add_stream(codec, rate=sample_rate_hz)
        context: Any = stream.codec_context
        context.layout = "stereo"
        context.time_base = Fraction(1, sample_rate_hz)
        if codec == "aac":
            context.format, context.bit_rate = "fltp", AAC_BIT_RATE
        else:
            context.format = "s32"  # FFmpeg's FLAC keeps the upper 24 bits
        context.open()
        return stream

    def _encode_sound(self, samples: F32) -> None:
        assert self._audio is not None
        context = self._audio.codec_context
        if context.format.name == "fltp":
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), "fltp", "stereo")
        else:
            frame = av.AudioFrame.from_ndarray(_as_24_bits(samples).reshape(1, -1), "s32", "stereo")
        frame.sample_rate = context.sample_rate
        frame.time_base = Fraction(1, frame.sample_rate)
        frame.pts = self.samples_written
        self._mux(self._audio.encode(frame))
        self.samples_written += len(samples)

    def _mux(self, packets: list[Packet[Any]]) -> None:
        for packet in packets:
            self._file.mux(packet)


def nvenc_opens(picture: PictureFormat) -> bool:
    """Whether this machine's GPU encodes H.264 of that size: asked by opening an encoder."""
    try:
        context: Any = av.CodecContext.create(NVENC, "w")
        context.width, context.height, context.pix_fmt = picture.width_px, picture.height_px, "yuv420p"
        context.time_base, context.framerate = 1 / picture.fps, picture.fps
        context.open()
    except (av.FFmpegError, ValueError):  # ValueError: this FFmpeg was built without it
        return False
    return True


def sound_of_frames(frame_count: int, picture: PictureFormat, sample_rate_hz: int) -> Iterator[int]:
    """For each frame, how many samples sound until its end: ceil((k + 1) / fps · rate)."""
    for frame in range(1, frame_count + 1):
        yield -(-frame * sample_rate_hz // picture.fps)


def _as_24_bits(samples: F32) -> NDArray[np.int32]:
    """Full scale ±1 as 24-bit integers in the upper bits of 32, to the nearest step."""
    steps = np.clip(np.rint(samples.astype(np.float64) * 2**23), -(2**23), 2**23 - 1)
    return steps.astype(np.int32) << 8
