"""Qualities, containers and codecs of films, as data; loads no library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

X264, NVENC = "libx264", "h264_nvenc"


@dataclass(frozen=True, slots=True)
class Quality:
    """The effort of x264 and its quality: crf 18 looks like the original, higher values are coarser."""

    preset: str
    crf: int
    parameters: str = ""
    """Options of x264, in place of the preset's own."""
    others: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Settings of the other encoders for about the same quality, by FFmpeg's names of encoder and option."""


PRORES = "prores_ks"
X265, VPX, SVT = "libx265", "libvpx-vp9", "libsvtav1"

# 1080p of the embedded generator, ms of CPU time a frame, Mbit/s and PSNR of Y': veryfast 70, 20.1, 42.2;
# superfast 41, 24.5, 42.5; with veryfast's look-ahead 42, 22.1, 42.1; ultrafast crf 23 15, 21.9, 38.4.
# On other frames superfast with that look-ahead took 28.7, 17.6, 43.5; with B-frames in a fixed order 25.3,
# 17.3, 43.4; with motion of whole pixels besides 21.5, 17.8, 43.3; with 8x8 blocks alone 18.7, 17.7, 43.4.
QUALITIES: Mapping[str, Quality] = {
    "draft": Quality(
        "ultrafast",
        23,
        others={
            X265: {"preset": "ultrafast", "crf": "26"},
            VPX: {"deadline": "realtime", "cpu-used": "8", "crf": "38"},
            SVT: {"preset": "12", "crf": "40"},
            PRORES: {"profile": "proxy"},
        },
    ),
    "web": Quality(
        "veryfast",
        27,
        others={
            X265: {"preset": "fast", "crf": "28"},
            VPX: {"deadline": "good", "cpu-used": "4", "crf": "36"},
            SVT: {"preset": "8", "crf": "38"},
            PRORES: {"profile": "lt"},
        },
    ),
    "master": Quality(
        "superfast",
        18,
        "mbtree=1:rc-lookahead=10:b-adapt=0:subme=0:partitions=i8x8",
        others={
            X265: {"preset": "fast", "crf": "20"},
            VPX: {"deadline": "good", "cpu-used": "4", "crf": "24"},
            SVT: {"preset": "8", "crf": "24"},
            PRORES: {"profile": "hq"},
        },
    ),
}
"""By the words of `video.quality`."""


@dataclass(frozen=True, slots=True)
class Codec:
    """A way to code the picture: what people call it, FFmpeg's encoder, and what it needs of a segment."""

    title: str
    encoder: str
    pixels: str = "yuv420p"
    """FFmpeg's name of the samples that it is given; frames are made as yuv420p."""
    options: Mapping[str, str] = field(default_factory=dict)
    """The encoder's fixed options: one thread, so that the same frames give the same bytes."""
    segment_format: str = "mp4"
    tag: str = ""
    """The four letters that players look for, where FFmpeg would write others."""

    @property
    def has_alpha(self) -> bool:
        """Whether its pictures have an alpha channel."""
        return self.pixels.startswith("yuva")

    def options_for(self, quality: Quality) -> dict[str, str]:
        """The settings of an encoder other than x264 for a quality, by FFmpeg's names."""
        return {**quality.others.get(self.encoder, {}), **self.options}


CODECS: Mapping[str, Codec] = {
    "h264": Codec("H.264", X264),
    "h265": Codec(
        "H.265",
        X265,
        options={"x265-params": "pools=none:frame-threads=1:wpp=0:info=0:open-gop=0:scenecut=0:log-level=0"},
        tag="hvc1",  # Apple's players open no other
    ),
    "vp9": Codec("VP9", VPX, options={"b": "0", "row-mt": "0"}),
    "av1": Codec("AV1", SVT, options={"svtav1-params": "lp=1"}),
    "prores": Codec("ProRes 422", PRORES, "yuv422p10le", {"vendor": "apl0"}, "mov"),
    "prores4444": Codec("ProRes 4444", PRORES, "yuv444p10le", {"vendor": "apl0", "profile": "4444"}, "mov"),
}
"""By the words of `video.codec`."""
PRORES_ALPHA, VP9_ALPHA = "prores4444 alpha", "vp9 alpha"
ENCODINGS: Mapping[str, Codec] = {
    **CODECS,
    PRORES_ALPHA: Codec(
        "ProRes 4444 with alpha",
        PRORES,
        "yuva444p10le",
        {"vendor": "apl0", "profile": "4444", "alpha_bits": "16"},
        "mov",
    ),
    VP9_ALPHA: Codec(
        "VP9 with alpha",
        VPX,
        "yuva420p",
        # libvpx codes no alpha beside reference pictures that are never shown.
        {"b": "0", "row-mt": "0", "auto-alt-ref": "0"},
        "webm",
    ),
}
"""The encodings of segments, including those that no word of `video.codec` chooses."""


@dataclass(frozen=True, slots=True)
class Container:
    """A container: its content, FFmpeg's name for it, options of its muxer, and the codec of its sound."""

    holds: str
    format: str
    options: Mapping[str, str]
    audio_codec: str
    """FFmpeg's name; empty for pictures that move without a sound."""
    track_suffix: str
    """Container of a file that holds the sound alone."""
    track_format: str
    codecs: tuple[str, ...] = ("h264",)
    """The codecs, of CODECS, that it can contain; the first one is the default."""
    has_chapters: bool = True
    """Whether players find chapters in it."""


# bitexact leaves out versions and random identifiers: the same film is the same bytes.
EXACT = {"fflags": "+bitexact"}
CONTAINERS: Mapping[str, Container] = {
    ".mp4": Container(
        "H.264 and AAC",
        "mp4",
        {"movflags": "+faststart", **EXACT},
        "aac",
        ".m4a",
        "mp4",
        ("h264", "h265", "av1"),
    ),
    ".mkv": Container(
        "H.264 and FLAC", "matroska", EXACT, "flac", ".mka", "matroska", ("h264", "h265", "av1", "vp9")
    ),
    ".webm": Container("VP9 and Opus", "webm", EXACT, "libopus", ".webm", "webm", ("vp9", "av1")),
    ".mov": Container(
        "ProRes and PCM", "mov", EXACT, "pcm_s24le", ".mov", "mov", ("prores", "prores4444", "h264", "h265")
    ),
    ".gif": Container("a picture that moves", "gif", {}, "", "", "", has_chapters=False),
    ".webp": Container("a picture that moves", "webp", {}, "", "", "", has_chapters=False),
    ".apng": Container("a picture that moves", "apng", {}, "", "", "", has_chapters=False),
}
"""By suffix; `video.container` names one without its point, and the first is the default."""

FILMS = tuple(suffix for suffix, container in CONTAINERS.items() if container.audio_codec)
"""Suffixes of films with a sound."""
MOVING_PICTURES = tuple(suffix for suffix in CONTAINERS if suffix not in FILMS)
MOVING_ENCODERS = {".gif": "gif", ".webp": "libwebp_anim", ".apng": "apng"}
"""FFmpeg's encoders for animations, by suffix."""
ALPHA_CODECS: Mapping[str, tuple[str | None, str]] = {
    ".mov": ("prores4444", PRORES_ALPHA),
    ".webm": ("vp9", VP9_ALPHA),
    # Their segments are a film's, of which the pictures are made at the end.
    ".webp": (None, PRORES_ALPHA),
    ".apng": (None, PRORES_ALPHA),
}
"""The suffixes of what holds alpha: its codec by the word of `video.codec`, and what its segments are."""

SOUND_SUFFIXES = (".wav", ".flac")
"""Suffixes of files that hold a sound alone."""


def codec_for(suffix: str, named: str | None) -> Codec:
    """The codec of a film with that suffix; `named` is `video.codec`.

    Raises KeyError for a codec that the container cannot hold.
    """
    container = CONTAINERS[suffix]
    name = named or container.codecs[0]
    if suffix in MOVING_PICTURES:
        # Its segments are an ordinary film's, which are turned into pictures at the end.
        return CODECS["h264"]
    if name not in container.codecs:
        raise KeyError(name)
    return CODECS[name]
