"""Classes as written: a name, several with their shares, words, a picture or a video of the piece."""

from fractions import Fraction
from pathlib import PurePosixPath

from ..findings.span import Span
from ..model.visuals import ClassWeight, Clip
from ..text.files import name_fault
from ..text.picture_header import PICTURE_SUFFIXES
from ..text.video_header import MOST_SHOWN_S, VIDEO_SUFFIXES
from ..text.yaml_source import Node
from ..values.position import DurationUnit
from ..values.units import Unit
from .reader import Reading

MOST_SPEED = 64
MAX_FROM_S = 24 * 3600.0


def read_weights(node: Node, reading: Reading) -> tuple[ClassWeight, ...]:
    """The value of a class: each class in it with its share."""
    if not isinstance(node.value, dict):
        return (_class_or_file(node.text, 1.0, node.span, reading),)
    picture, video, like = node.get("picture"), node.get("video"), node.get("like")
    if picture is not None and isinstance(picture.value, str) and len(node.value) == 1:
        return (_own(picture.text, 1.0, picture.span, reading),)
    if video is not None and isinstance(video.value, str):
        return (_own(video.text, 1.0, video.span, reading, _clip(node, reading)),)
    if like is not None and isinstance(like.value, str) and len(node.value) == 1:
        return (ClassWeight(like.text, 1.0, like.span, is_like=True),)
    weights = tuple(
        _class_or_file(name, reading.share(share, 0.0), share.key_span, reading)
        for name, share in node.items()
    )
    total = sum(weight.weight for weight in weights)
    # A percent has no exact binary form: 70% and 30% may miss 1 by a rounding.
    if total > 1 + 1e-9:
        reading.find("MV206", node.span, f"the shares add up to {total:.0%}", "they can make 100% at most")
    return weights


def _class_or_file(name: str, share: float, span: Span, reading: Reading) -> ClassWeight:
    """Reads a name as a file if it ends like a picture or a video (no class does), and as a class if not."""
    if name.lower().endswith(PICTURE_SUFFIXES):
        return _own(name, share, span, reading)
    if name.lower().endswith(VIDEO_SUFFIXES):
        return _own(name, share, span, reading, Clip())
    return ClassWeight(name, share, span)


def _own(name: str, share: float, span: Span, reading: Reading, clip: Clip | None = None) -> ClassWeight:
    fault = name_fault(name, span)
    if fault is not None:
        reading.findings.add(fault)
    said = "" if clip is None else _said(clip)
    return ClassWeight(f"{name}{said}", share, span, picture=PurePosixPath(name), clip=clip)


def _clip(node: Node, reading: Reading) -> Clip:
    begin, end, speed, length = node.get("from"), node.get("to"), node.get("speed"), node.get("for")
    from_s = _seconds(begin, reading) if begin else Fraction(0)
    to_s = _seconds(end, reading) if end else None
    if end is not None and to_s is not None:
        if to_s <= from_s:
            message = f"the part ends at {float(to_s):g} s, and begins at {float(from_s):g} s"
            reading.find("MV711", end.span, message, f"write a `to` after {float(from_s):g}s")
        elif to_s - from_s > MOST_SHOWN_S:
            message = f"the part is {float(to_s - from_s):g} seconds long, and {MOST_SHOWN_S} are the most"
            reading.find("MV712", end.span, message, f"write to: {float(from_s + MOST_SHOWN_S):g}s")
    rate = reading.ratio(speed) if speed else Fraction(1)
    if speed is not None and not Fraction(1, MOST_SPEED) <= rate <= MOST_SPEED:
        message = f"a video runs {MOST_SPEED} times slower to {MOST_SPEED} times faster, not {speed.text}"
        reading.find("MV206", speed.span, message, "write speed: 1/2, 1 or 2; `then: back` runs it backwards")
    if speed is not None and length is not None:
        message = "`speed` and `for` exclude each other: `for` sets how long the part lasts"
        reading.find("MV210", speed.key_span, message, "remove `speed`")
    then = node.get("then")
    return Clip(from_s, to_s, rate, reading.duration(length), then.text if then else Clip().then)


def _seconds(node: Node, reading: Reading) -> Fraction:
    """An exact time from 0 on, to a thousandth."""
    return round(Fraction(reading.number(node, 0.0, Unit.SECONDS, MAX_FROM_S)) * 1000) / Fraction(1000)


def _said(clip: Clip) -> str:
    """A description of the part, which distinguishes it from other parts of the file; empty for the whole."""
    said = []
    if clip.from_s or clip.to_s is not None:
        end = "" if clip.to_s is None else f"{float(clip.to_s):g}s"
        said.append(f"{float(clip.from_s):g}s..{end}")
    if clip.speed != 1:
        said.append(f"speed {clip.speed}")
    if clip.length is not None:
        unit = "" if clip.length.unit is DurationUnit.WHOLE_NOTES else clip.length.unit
        said.append(f"for {clip.length.value}{unit}")
    if clip.then != Clip().then:
        said.append(clip.then)
    return f" ({', '.join(said)})" if said else ""
