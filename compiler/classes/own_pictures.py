"""The pictures and videos of a piece's own that its classes and rules name, in the order of the manifest.

A video has two layers, each a class of its own: notes take turns at them, so that one note's picture can go
while the next one's comes.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.model.generators import GeneratorKind
from ...dsl.model.visuals import ClassWeight, Visuals
from ...dsl.text.format import scalar_text
from ...dsl.text.video_header import MOST_SHOWN_S, VideoHeader
from .table import ClassTable

PICTURES_MOST = 200
LAYERS = 2
"""Layers of a video: how many of its playbacks can be seen at once."""
PAINTED = ("auto", "embedded")
"""The generators that show own pictures: by itself a piece with some is painted by the embedded one."""


def written_pictures(visuals: Visuals) -> tuple[ClassWeight, ...]:
    """Each picture once, as it is written first."""
    first: dict[str, ClassWeight] = {}
    for entry in visuals.all_classes:
        if entry.picture is not None:
            first.setdefault(entry.name, entry)
    return tuple(first.values())


def picture_faults(pictures: tuple[ClassWeight, ...], kind: GeneratorKind) -> Iterator[Diagnostic]:
    """The findings about pictures that can be made before any of them is read."""
    if pictures and kind.name not in PAINTED:
        message = f"{kind.name} cannot show own pictures: the embedded generator paints them"
        hint = "write generator: embedded, or train a model of your pictures with `musicvis train`"
        yield Diagnostic("MV720", pictures[0].span, message, hint)
    if len(pictures) > PICTURES_MOST:
        message = f"the piece names {len(pictures)} pictures; at most {PICTURES_MOST} are allowed"
        yield Diagnostic("MV722", pictures[PICTURES_MOST].span, message, "name fewer pictures")


def with_own(table: ClassTable, written: tuple[ClassWeight, ...]) -> ClassTable:
    """The classes of a generator, and after them those of the piece's own pictures and videos."""
    labels = tuple(entry.name for entry in written for _ in range(LAYERS if entry.clip is not None else 1))
    table = replace(table, pictures=labels)
    clips = {table.picture(entry.name): entry.clip for entry in written if entry.clip is not None}
    return replace(table, clips=clips)


def clip_fault(entry: ClassWeight, header: VideoHeader) -> Diagnostic | None:
    """The finding about a video's part that lies outside the video, whose length its header states."""
    clip, length_s = entry.clip, header.length_s
    assert clip is not None
    if length_s is None:
        return None
    long_text = f"{_seconds(length_s)} s"
    if float(clip.from_s) >= length_s:
        message = f"the part begins at {_seconds(clip.from_s)} s, and the video is {long_text} long"
        return Diagnostic("MV711", entry.span, message, f"write a `from` before {_seconds(length_s)}s")
    # A header rounds, and the last frame may end a little later.
    if clip.to_s is not None and float(clip.to_s) > length_s + 0.1:
        message = f"the part ends at {_seconds(clip.to_s)} s, and the video is {long_text} long"
        return Diagnostic("MV711", entry.span, message, "leave out `to`, which goes to the end")
    if clip.to_s is None and length_s - float(clip.from_s) > MOST_SHOWN_S + 0.1:
        message = f"{entry.picture} is {long_text} long, and {MOST_SHOWN_S} s of a video are shown at most"
        name, end = scalar_text(str(entry.picture)), _seconds(clip.from_s + 10)
        hint = f"show a part of it: {{video: {name}, to: {end}s}}"
        return Diagnostic("MV712", entry.span, message, hint)
    return None


def _seconds(seconds: float | Fraction) -> str:
    """Seconds without a tail of zeros, as 4.2 or 4294967."""
    return f"{float(seconds):.3f}".rstrip("0").rstrip(".")
