"""A manifest whose form is right, as a Piece."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from ..model.audio import Audio
from ..model.lane import Lane
from ..model.piece import Part, Piece, ScoreRef
from ..model.video import CREDITS_TAIL_S, Video
from ..text.yaml_source import Node
from .layers import with_layers
from .reader import Reading, named, texts
from .video import read_video
from .visuals import read_visuals

MAX_TAIL_S = 30


def read_piece(node: Node, audio: Audio, lanes: Sequence[Lane], reading: Reading) -> Piece:
    """The whole manifest; audio and lanes are read already, because lanes depend on the one and on files."""
    title, score, seed = node.get("title"), node.get("score"), node.get("seed")
    assert title is not None and score is not None, "the schema demands them"
    video = read_video(node.get("video"), reading)
    return Piece(
        title=title.text,
        seed=int(seed.value) if seed else 0,
        score=_with_time_to_read(_score(score, reading), score, video),
        span=node.span,
        parts=tuple(
            Part(name, texts(part.get("tracks")), part.key_span) for name, part in named(node.get("parts"))
        ),
        audio=audio,
        lanes=tuple(lanes),
        visuals=with_layers(read_visuals(node.get("visuals"), reading), node.get("visuals"), reading),
        video=video,
        spans=tuple(node.source.values.items()),
    )


def _with_time_to_read(found: ScoreRef, node: Node, video: Video) -> ScoreRef:
    """The score with a ring-out in which credits can be read, where it says none itself."""
    if video.ending is None or not video.ending.credits or node.get("tail") is not None:
        return found
    return replace(found, tail_s=CREDITS_TAIL_S)


def _score(node: Node, reading: Reading) -> ScoreRef:
    file, tail, numbering = node.get("file"), node.get("tail"), node.get("numbering")
    if file is None:
        return ScoreRef(reading.file(node), node.span)
    usual = ScoreRef(reading.file(file), file.span)
    expect = node.get("expect")
    bars = expect.get("bars") if expect else None
    return ScoreRef(
        file=usual.file,
        span=file.span,
        tail_s=_tail(tail, reading) if tail else usual.tail_s,
        numbering=numbering.text if numbering else usual.numbering,
        expect_bars=int(bars.value) if bars else None,
        expect_meter=tuple(
            (reading.place_of_key(key, meter), meter.text)
            for key, meter in named(expect.get("meter") if expect else None)
        ),
        expect_tempo=tuple(
            (reading.place_of_key(key, tempo), _tempo(tempo, reading))
            for key, tempo in named(expect.get("tempo") if expect else None)
        ),
    )


def _tail(node: Node, reading: Reading) -> Fraction:
    tail = reading.duration(node)
    assert tail is not None
    if tail.value > MAX_TAIL_S:
        reading.find(
            "MV206", node.span, f"{node.text} is above {MAX_TAIL_S}s, the longest ring-out", "write 3s"
        )
    return tail.value


def _tempo(node: Node, reading: Reading) -> Fraction:
    tempo = reading.ratio(node)
    if tempo <= 0:
        reading.find(
            "MV206", node.span, f"{node.text} is not a tempo", "write quarter notes per minute, e.g. 100"
        )
    return tempo
