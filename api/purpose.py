"""The sites of `--for`: what each changes in a piece, and its limits.

The table is data; docs/how-to/sizes-and-files.md names the source of each figure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ..dsl.findings.diagnostics import Diagnostic, Severity
from ..dsl.findings.span import Span

if TYPE_CHECKING:
    from pathlib import Path

    from ..dsl.model.piece import Piece
    from ..dsl.model.video import Video

OPTION = "--for"
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Purpose:
    """The platform of a film; None leaves a setting as the piece has it.

    title          what people call it
    size_px        width and height
    most_side_px   of the longer side: the film is made smaller, in its own shape, where it is larger
    fps, most_fps  the lowest and the highest rate; the piece's own is kept in between
    quality        of `video.quality`
    container      of `video.container`
    loudness_lufs  of `audio.master.loudness`
    seconds        how short and how long a film may be there
    most_bytes     how large the file may be there
    """

    title: str
    size_px: tuple[int, int] | None = None
    most_side_px: int | None = None
    least_fps: Fraction | None = None
    most_fps: Fraction | None = None
    quality: str | None = None
    container: str | None = None
    loudness_lufs: float | None = None
    seconds: tuple[float, float] | None = None
    most_bytes: int | None = None


PURPOSES: Mapping[str, Purpose] = {
    "youtube": Purpose("YouTube", quality="master", container="mp4", loudness_lufs=-14.0),
    "shorts": Purpose(
        "YouTube Shorts",
        size_px=(1080, 1920),
        quality="master",
        container="mp4",
        loudness_lufs=-14.0,
        seconds=(0.0, 180.0),
    ),
    "instagram": Purpose(
        "Instagram reels",
        size_px=(1080, 1920),
        least_fps=Fraction(24),
        most_fps=Fraction(60),
        quality="master",
        container="mp4",
        loudness_lufs=-14.0,
        seconds=(3.0, 900.0),
        most_bytes=300 * MB,
    ),
    "whatsapp": Purpose(
        "WhatsApp",
        most_side_px=960,
        most_fps=Fraction(30),
        quality="web",
        container="mp4",
        loudness_lufs=-14.0,
        most_bytes=16 * MB,
    ),
    "stage": Purpose("a stage's player", quality="web", container="mov"),
}
"""By the words of --for."""

MOVING: Mapping[str, Purpose] = {
    # A GIF counts in hundredths of a second: at 20 frames a second, each frame lasts 5 of them.
    ".gif": Purpose("an animated GIF", most_side_px=480, most_fps=Fraction(20)),
    ".webp": Purpose("an animated WebP", most_side_px=640, most_fps=Fraction(25)),
    ".apng": Purpose("an animated PNG", most_side_px=480, most_fps=Fraction(20)),
}
"""Defaults by the suffix of an animation."""


def purpose_overrides(purpose: Purpose, piece: Piece, explicit: Collection[str] = ()) -> tuple[str, ...]:
    """The overrides that a purpose makes in a manifest, as for --set, without those the piece already has.

    A film that is turned from wide to upright shows the square itself, as far as it fits (`video.frame:
    fill`), where the manifest does not name a frame: mirrored, an upright film would be many small copies.

    explicit   keys that the user has given by an option: they stay
    """
    video, master = piece.video, piece.audio.master
    size_px = _size_px(purpose, video)
    fps = _fps(purpose, video.fps)
    wanted: dict[str, tuple[object, object, str]] = {
        "video.size": (size_px, (video.width_px, video.height_px), f"{size_px[0]}x{size_px[1]}"),
        "video.fps": (fps, video.fps, str(fps)),
    }
    if purpose.quality is not None:
        wanted["video.quality"] = purpose.quality, video.quality, purpose.quality
    if purpose.container is not None:
        from ..renderers.encoding import CONTAINERS

        wanted["video.container"] = purpose.container, video.container, purpose.container
        codecs = CONTAINERS[f".{purpose.container}"].codecs
        if video.codec is not None and video.codec not in codecs:
            wanted["video.codec"] = codecs[0], video.codec, codecs[0]
    if purpose.loudness_lufs is not None:
        # `auto` aims at the same loudness, and keeps the limiter from crushing the music.
        target = f"{purpose.loudness_lufs:g} LUFS"
        wanted["audio.master.loudness"] = purpose.loudness_lufs, master.loudness_lufs, target
    is_turned = size_px[1] > size_px[0] and video.width_px >= video.height_px
    is_written = any(pointer == "/video/frame" for pointer, _ in piece.spans)
    if is_turned and not is_written and "video.size" not in explicit:
        wanted["video.frame"] = "fill", video.frame, "fill"
    changed = {key: text for key, (value, now, text) in wanted.items() if value != now}
    return tuple(f"{key}={text}" for key, text in changed.items() if key not in explicit)


def said_of(purpose: Purpose, before: Piece, after: Piece) -> str:
    """A sentence about what a purpose has changed: each setting now, and in the piece."""
    rows = (
        ("size", *(f"{p.video.width_px}x{p.video.height_px}" for p in (after, before))),
        ("frame", after.video.frame, before.video.frame),
        ("frames a second", str(after.video.fps), str(before.video.fps)),
        ("quality", after.video.quality, before.video.quality),
        ("container", after.video.container, before.video.container),
        ("codec", after.video.codec or "default", before.video.codec or "default"),
        ("loudness", _loudness(after), _loudness(before)),
    )
    changed = [f"{what} {now} (the piece: {own})" for what, now, own in rows if now != own]
    return f"for {purpose.title}: {', '.join(changed) or 'nothing is changed'}"


def too_long(name: str, duration_s: Fraction) -> Iterator[Diagnostic]:
    """A warning where a place takes no film of that length."""
    purpose = PURPOSES[name]
    if purpose.seconds is None or purpose.seconds[0] <= duration_s <= purpose.seconds[1]:
        return
    least, most = purpose.seconds
    takes = f"{least:g} to {most:g} s" if least else f"at most {most:g} s"
    message = f"the film lasts {float(duration_s):.1f} s, and {purpose.title} takes {takes}"
    hint = "choose a passage with --bars"
    if duration_s < least:
        hint = "choose a longer passage"
    yield _warning("MV700", name, message, hint)


def too_large(name: str, film: Path) -> Iterator[Diagnostic]:
    """A warning where a place takes no file of that size."""
    purpose, size = PURPOSES[name], film.stat().st_size
    if purpose.most_bytes is None or size <= purpose.most_bytes:
        return
    message = f"the file has {size / MB:.1f} MB, and {purpose.title} takes {purpose.most_bytes // MB} MB"
    hint = "choose a passage with --bars or a smaller --size, or send the file as a document"
    yield _warning("MV701", name, message, hint)


def _warning(code: str, name: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, Span(OPTION, 1, 1, 1, len(name) + 1), message, hint, Severity.WARNING)


def _size_px(purpose: Purpose, video: Video) -> tuple[int, int]:
    if purpose.size_px is not None:
        return purpose.size_px
    sides = video.width_px, video.height_px
    if purpose.most_side_px is None or max(sides) <= purpose.most_side_px:
        return sides
    scale = Fraction(purpose.most_side_px, max(sides))
    width_px, height_px = (max(16, 2 * round(side * scale / 2)) for side in sides)
    return width_px, height_px


def _fps(purpose: Purpose, fps: Fraction) -> Fraction:
    """The rate that comes nearest to the piece's: every frame shows its own time, so any will do."""
    return max(min(fps, purpose.most_fps or fps), purpose.least_fps or Fraction(0))


def _loudness(piece: Piece) -> str:
    master = piece.audio.master
    if master.most_reduction_db is not None:
        return "auto"
    return "none" if master.loudness_lufs is None else f"{master.loudness_lufs:g} LUFS"
