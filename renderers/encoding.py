"""How films are encoded: qualities, containers and codecs, in words; no library is loaded for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

X264, NVENC = "libx264", "h264_nvenc"


@dataclass(frozen=True, slots=True)
class Quality:
    """How hard x264 works, and how much it may lose: crf 18 looks like the original, more is coarser."""

    preset: str
    crf: int
    parameters: str = ""
    """Options of x264, in place of the preset's own."""


# 1080p of the embedded generator, ms of CPU time a frame, Mbit/s and PSNR of Y': veryfast 70, 20.1, 42.2;
# superfast 41, 24.5, 42.5; with veryfast's look-ahead 42, 22.1, 42.1; ultrafast crf 23 15, 21.9, 38.4.
QUALITIES: Mapping[str, Quality] = {
    "draft": Quality("ultrafast", 23),
    "web": Quality("veryfast", 27),
    "master": Quality("superfast", 18, "mbtree=1:rc-lookahead=10"),
}
"""By the words of `video.quality`."""


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of film: what it holds, FFmpeg's name of it, options of its writer, how its sound is stored."""

    holds: str
    format: str
    options: Mapping[str, str]
    audio_codec: str
    track_suffix: str
    """Container of a file that holds the sound alone."""
    track_format: str


# bitexact leaves out versions and random identifiers: the same film is the same bytes.
CONTAINERS: Mapping[str, Container] = {
    ".mp4": Container(
        "H.264 and AAC", "mp4", {"movflags": "+faststart", "fflags": "+bitexact"}, "aac", ".m4a", "mp4"
    ),
    ".mkv": Container("H.264 and FLAC", "matroska", {"fflags": "+bitexact"}, "flac", ".mka", "matroska"),
}
"""By suffix; `video.container` names one without its point, and the first is the default."""

SOUND_SUFFIXES = (".wav", ".flac")
"""Suffixes of files that hold a sound alone."""
