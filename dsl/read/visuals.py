"""What is seen, as written: classes, rules, motion, and what happens to the finished picture."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from ..findings.diagnostics import Diagnostic, Edit
from ..findings.plain import escaped
from ..findings.span import Span
from ..form.wording import did_you_mean, meant
from ..model.generators import is_known, known_names
from ..model.parameters import STEERED
from ..model.video import Ending, EngravedScore, Lyrics, Post, Video
from ..model.visuals import LIGHTS, OTHER, ClassWeight, Envelope, Light, Motion, Rule, SpectrumRef, Visuals
from ..text.yaml_source import Node
from ..values.nearest import is_slip_of
from ..values.pitch_classes import PITCH_CLASSES
from ..values.position import Duration, parse_beat
from ..values.selector import (
    LengthRange,
    NumberRange,
    PitchRange,
    Where,
    parse_lengths,
    parse_pitches,
    parse_velocities,
    pitch_class,
)
from ..values.units import Unit
from .audio import MAX_OFFSET_S
from .classes import read_weights
from .reader import Reading, texts

"""The names that keys of `visuals.classes` have in a Piece, whatever their spelling: Bb is A#."""

MAX_SPEED = 64
MAX_FPS = 240
MIN_FPS = Fraction(1, 100)
MAX_FPS_TERM = 10**8
"""Limit of numerator and denominator: files count time in 32 bits."""
GREEN = "#00FF00"
"""What `background: green` means: the purest green there is, for a key."""
MAX_SIDE_PX = 4096
"""Limit of a film's width and height: what H.264 holds and a frame in memory allows."""
MIN_SIDE_PX = 16


def read_visuals(node: Node | None, reading: Reading) -> Visuals:
    """The `visuals` block."""
    usual = Visuals()
    if node is None:
        return usual
    motion, weights, envelope = node.get("motion"), node.get("weights"), node.get("envelope")
    by = _text(node, "classes_by", usual.classes_by)
    keep = node.get("keep")
    rules, spectrum, generator = node.get("rules"), node.get("spectrum"), node.get("generator")
    play = node.get("play")
    return Visuals(
        generator=_generator(generator, weights, reading) if generator else usual.generator,
        generator_span=generator.span if generator else usual.generator_span,
        weights=reading.file(weights) if weights else None,
        weights_span=weights.span if weights else usual.weights_span,
        weights_sha256=_text(node, "weights_sha256", "") or None,
        resolution=int(reading.number(node.get("resolution"), usual.resolution)),
        truncation=reading.number(node.get("truncation"), usual.truncation),
        depth=reading.share(node.get("depth"), usual.depth),
        **_steering(node, usual),
        motion=read_motion(motion, reading) if motion else usual.motion,
        envelope=read_envelope(envelope, reading) if envelope else None,
        classes=read_classes(node.get("classes"), by, reading),
        classes_by=by,
        classes_span=found.span if (found := node.get("classes_by")) else usual.classes_span,
        keep=int(keep.value) if keep else None,
        rules=tuple(read_rule(rule, reading) for rule in rules.each()) if rules else (),
        mapping=_text(node, "mapping", usual.mapping),
        spectrum=_spectrum(spectrum, reading) if spectrum else None,
        plays=bool(play.value) if play else usual.plays,
    )


def unknown_generator(name: str, span: Span) -> Diagnostic:
    """The finding for a name that no generator has."""
    names = known_names()
    hint = did_you_mean(name, names) or "name a generator, or with `weights` a model that was trained"
    near = meant(name, names)
    edits = (Edit(span, near),) if near and is_slip_of(name, near, names) else ()
    return Diagnostic("MV201", span, f"`{escaped(name)}` is not known here", hint, edits=edits)


def _generator(node: Node, weights: Node | None, reading: Reading) -> str:
    """A name that is known; beside `weights` it may be that of a model, which the compiler looks for."""
    if weights is None and not is_known(node.text):
        reading.findings.add(unknown_generator(node.text, node.span))
    return node.text


def read_where(node: Node, reading: Reading) -> Where:
    """A selector."""
    every, chord = node.get("every"), node.get("chord")
    return Where(
        parts=texts(node.get("part")),
        staves=tuple(int(text) for text in texts(node.get("staff"))),
        voices=tuple(int(text) for text in texts(node.get("voice"))),
        pitches=tuple(
            reading.parsed("pitch", parse_pitches(item.text, item.span), item, PitchRange())
            for item in _each(node, "pitch")
        ),
        ranges=tuple(reading.range(item) for item in _each(node, "range")),
        beats=tuple(_beat(item, reading) for item in _each(node, "beat")),
        every=_grid(every, reading) if every else None,
        velocities=tuple(
            reading.parsed("velocity", parse_velocities(item.text, item.span), item, NumberRange())
            for item in _each(node, "velocity")
        ),
        lengths=tuple(
            reading.parsed("length", parse_lengths(item.text, item.span), item, LengthRange())
            for item in _each(node, "length")
        ),
        articulations=texts(node.get("articulation")),
        chord=chord.text if chord else None,
        lyrics=texts(node.get("lyric")),
        words=texts(node.get("word")),
        # A mark may be written as in a place: @B.
        sections=tuple(name.removeprefix("@").strip() for name in texts(node.get("section"))),
        spans=tuple((key, value.span) for key, value in node.items()),
    )


def read_video(node: Node | None, reading: Reading) -> Video:
    """The `video` block."""
    usual = Video()
    if node is None:
        return usual
    size, post = node.get("size"), node.get("post")
    width_px, height_px = _size(size, reading) if size else (usual.width_px, usual.height_px)
    ground = _text(node, "background", usual.background)
    return Video(
        width_px=width_px,
        height_px=height_px,
        fps=_fps(node.get("fps"), usual.fps, reading),
        frame=_text(node, "frame", usual.frame),
        upscale=_text(node, "upscale", usual.upscale),
        # Only some kinds of films hold alpha.
        container=_text(node, "container", "mov" if ground == "alpha" else usual.container),
        codec=_text(node, "codec", "") or None,
        background=GREEN if ground == "green" else ground,
        quality=_text(node, "quality", usual.quality),
        post=tuple(_post(entry, reading) for entry in post.each()) if post else (),
        lyrics=_lyrics(lyrics, reading) if (lyrics := node.get("lyrics")) else None,
        score=_engraved(score, reading) if (score := node.get("score")) else None,
        ending=_ending(ending, reading) if (ending := node.get("ending")) else None,
    )


def _ending(node: Node, reading: Reading) -> Ending:
    usual, font = Ending(node.key_span), node.get("font")
    return Ending(
        node.key_span,
        fade=reading.duration(node.get("fade")),
        ground=_text(node, "ground", usual.ground).upper(),
        credits=texts(node.get("credits")),
        font=reading.file(font) if font else None,
        font_span=font.span if font else usual.font_span,
    )


def _lyrics(node: Node, reading: Reading) -> Lyrics:
    usual, font = Lyrics(node.span), node.get("font")
    return Lyrics(
        node.span,
        parts=texts(node.get("part")),
        show=_text(node, "show", usual.show),
        place=_text(node, "place", usual.place),
        size=reading.share(node.get("size"), usual.size),
        font=reading.file(font) if font else None,
        font_span=font.span if font else usual.font_span,
        color=_text(node, "color", usual.color),
        lit=_text(node, "lit", usual.lit),
        background=_text(node, "background", usual.background),
        fade=reading.duration(node.get("fade")) or usual.fade,
    )


def _engraved(node: Node, reading: Reading) -> EngravedScore:
    """`score: strip`, or all that is said of it."""
    usual, parts = EngravedScore(node.span), node.get("parts")
    return EngravedScore(
        node.span,
        show=_text(node, "show", usual.show) if isinstance(node.value, dict) else node.text,
        parts=texts(parts),
        parts_span=parts.span if parts else node.span,
        place=_text(node, "place", usual.place),
        height=reading.share(node.get("height"), usual.height),
        ink=_text(node, "ink", usual.ink),
        lit=_text(node, "lit", usual.lit),
        ground=_text(node, "ground", usual.ground),
        opacity=reading.share(node.get("opacity"), usual.opacity),
    )


def _spectrum(node: Node, reading: Reading) -> SpectrumRef:
    file, offset, sort = node.get("file"), node.get("offset"), node.get("sort_classes_by_power")
    usual = SpectrumRef(None, node.key_span)
    return SpectrumRef(
        file=reading.file(file) if file else None,
        span=file.span if file else node.key_span,
        offset_s=reading.quantity(offset, Unit.SECONDS, -MAX_OFFSET_S, MAX_OFFSET_S).value
        if offset
        else None,
        pitch_sensitivity=signed(node.get("pitch_sensitivity"), usual.pitch_sensitivity),
        tempo_sensitivity=signed(node.get("tempo_sensitivity"), usual.tempo_sensitivity),
        smooth_factor=signed(node.get("smooth_factor"), usual.smooth_factor),
        num_classes=int(signed(node.get("num_classes"), usual.num_classes)),
        sort_classes_by_power=bool(sort.value) if sort else False,
    )


def read_motion(node: Node, reading: Reading) -> Motion:
    """How the noise moves."""
    usual = Motion()
    return Motion(
        amount=reading.number(node.get("amount"), usual.amount),
        jitter=reading.share(node.get("jitter"), usual.jitter),
        memory=_text(node, "memory", usual.memory),
        walk=_text(node, "walk", usual.walk),
        walk_span=walk.span if (walk := node.get("walk")) else usual.walk_span,
        hold=_lasting(node.get("hold"), reading) or usual.hold,
        move=_lasting(node.get("move"), reading) or usual.move,
    )


def _lasting(node: Node | None, reading: Reading) -> Duration | None:
    """A duration above 0, where one is written."""
    found = reading.duration(node)
    if node is not None and found is not None and found.value == 0:
        reading.find("MV206", node.span, "a walk takes longer than 0", "write 1bar, 2b or 1/4")
    return found


def read_envelope(node: Node, reading: Reading) -> Envelope:
    """How a class rises and falls."""
    usual = Envelope()
    return Envelope(
        attack=reading.duration(node.get("attack")) or usual.attack,
        release=reading.duration(node.get("release")) or usual.release,
        smooth=reading.share(node.get("smooth"), usual.smooth),
    )


def read_classes(
    node: Node | None, by: str, reading: Reading
) -> tuple[tuple[str, tuple[ClassWeight, ...]], ...]:
    """What notes show by their keys, as in Visuals.classes."""
    if node is None:
        return ()
    is_map = isinstance(node.value, dict)
    if is_map and by == "loudness":
        message = "classes by loudness have no names"
        reading.find("MV210", node.key_span, message, "write a list, from soft to loud")
    found: dict[str, tuple[ClassWeight, ...]] = {}
    for written, entry in node.items():
        key = written
        if is_map and by == "pitch" and written != OTHER:
            number = pitch_class(written)
            if number is None:
                message = f"`{written}` is not a pitch class"
                reading.find("MV114", entry.key_span, message, "write C, C#, Db ... B, or other")
                continue
            key = PITCH_CLASSES[number]
        if key in found:
            reading.find(
                "MV212", entry.key_span, f"`{written}` is {key}, and {key} has its class already", "keep one"
            )
        found[key] = read_weights(entry, reading)
    return tuple(found.items())


def read_rule(node: Node, reading: Reading) -> Rule:
    """A rule of the piece or of a layer."""
    where, classes = node.get("where"), node.get("class")
    assert where is not None, "the schema demands it"
    depth, kick, truncation = node.get("depth"), node.get("kick"), node.get("truncation")
    hue, layer = node.get("hue"), node.get("layer")
    return Rule(
        where=read_where(where, reading),
        span=where.key_span,
        pointer=node.pointer,
        classes=read_weights(classes, reading) if classes else None,
        depth=reading.share(depth, 0.0) if depth else None,
        kick=reading.number(kick, 0.0) if kick else None,
        attack=reading.duration(node.get("attack")),
        release=reading.duration(node.get("release")),
        truncation=reading.number(truncation, 0.0) if truncation else None,
        hue_deg=signed(hue, 0.0) if hue else None,
        layer=int(layer.value) if layer else None,
        spark=_light("spark", node, reading),
        ring=_light("ring", node, reading),
        glow=_light("glow", node, reading),
    )


def _light(shape: str, rule: Node, reading: Reading) -> Light | None:
    """A light of the stage: `true` for one as usual, `false` for none."""
    node = rule.get(shape)
    if node is None:
        return None
    usual = LIGHTS[shape]
    if isinstance(node.value, bool):
        return usual if node.value else replace(usual, strength=0.0)
    color = node.get("color")
    return Light(
        size=reading.share(node.get("size"), usual.size),
        decay=reading.duration(node.get("decay")) or usual.decay,
        strength=signed(node.get("strength"), usual.strength),
        color=None if color is None or color.text == "accent" else color.text,
    )


def _beat(node: Node, reading: Reading) -> Fraction | str:
    if node.text == "last":
        return "last"
    beat = parse_beat(node.text)
    if beat is None:
        reading.find(
            "MV114", node.span, f"`{node.text}` is not a beat", "beats count from 1: 1, 2.5, 1+2/3, last"
        )
    return beat or Fraction(1)


def _grid(node: Node, reading: Reading) -> Duration | None:
    every = reading.duration(node)
    if every is not None and every.value == 0:
        reading.find("MV206", node.span, "the grid step must be longer than 0", "write 1b, 1/16 or 2bar")
    return every


def _post(node: Node, reading: Reading) -> Post:
    at, speed, title, shadow = node.get("at"), node.get("speed"), node.get("title"), node.get("shadow")
    subtitle, font = node.get("subtitle"), node.get("font")
    assert at is not None, "the schema demands it"
    usual = Post(at=reading.place(at), span=node.span)
    return Post(
        at=usual.at,
        span=node.span,
        length=reading.duration(node.get("for")),
        speed=_speed(speed, reading) if speed else None,
        fade_in=reading.duration(node.get("fade_in")),
        fade_out=reading.duration(node.get("fade_out")),
        title=title.text if title else None,
        subtitle=subtitle.text if subtitle else None,
        color=_text(node, "color", usual.color),
        shadow=shadow.text if shadow else None,
        place=_text(node, "place", usual.place),
        size=reading.share(node.get("size"), usual.size),
        font=reading.file(font) if font else None,
        font_span=font.span if font else usual.font_span,
    )


def _speed(node: Node, reading: Reading) -> Fraction:
    speed = reading.ratio(node)
    if not 0 < abs(speed) <= MAX_SPEED:
        message = f"the speed {node.text} is not between 0 and {MAX_SPEED}, or back from there"
        reading.find("MV206", node.span, message, "1/2 is half as fast, -1 runs backwards")
    return speed


def _fps(node: Node | None, default: Fraction, reading: Reading) -> Fraction:
    if node is None:
        return default
    fps = reading.ratio(node)
    if not MIN_FPS <= fps <= MAX_FPS:
        message = f"{node.text} frames per second lie outside {float(MIN_FPS)} to {MAX_FPS}"
        reading.find("MV206", node.span, message, "write 24, 25, 30, 60 or 30000/1001")
    elif max(fps.as_integer_ratio()) > MAX_FPS_TERM:
        message = f"{node.text} frames per second are {fps}, and video files hold no such fractions"
        reading.find("MV206", node.span, message, "write 30000/1001, or 29.97")
    return fps


def _size(node: Node, reading: Reading) -> tuple[int, int]:
    width_px, height_px = (int(side) for side in node.text.split("x"))
    sides = (width_px, height_px)
    if not all(MIN_SIDE_PX <= side <= MAX_SIDE_PX for side in sides):
        least, most = f"{MIN_SIDE_PX}x{MIN_SIDE_PX}", f"{MAX_SIDE_PX}x{MAX_SIDE_PX}"
        message = f"{node.text} is not between {least} and {most}"
        reading.find("MV206", node.span, message, f"write {_nearest_size(width_px, height_px)}")
    elif any(side % 2 for side in sides):
        even = "x".join(str(side + side % 2) for side in sides)
        reading.find(
            "MV206", node.span, f"{node.text} has an odd side, which H.264 cannot hold", f"write {even}"
        )
    return sides


def _nearest_size(width_px: int, height_px: int) -> str:
    """The allowed size of nearly the same shape that comes nearest to one that is not."""
    shrink = min(1.0, MAX_SIDE_PX / max(width_px, height_px))
    sides = (max(MIN_SIDE_PX, int(side * shrink) // 2 * 2) for side in (width_px, height_px))
    return "x".join(map(str, sides))


def signed(node: Node | None, default: float) -> float:
    """A plain number of either sign, whose bounds the schema has seen to."""
    return default if node is None else float(node.value)


def _steering(node: Node, usual: Visuals) -> dict[str, Any]:
    """What steers each frame, by the fields of Visuals; the schema has seen to the bounds."""
    found: dict[str, float] = {}
    for parameter in STEERED:
        here: Node | None = node
        for key in parameter.name.split(".")[1:]:
            here = here and here.get(key)
        found[parameter.field] = signed(here, getattr(usual, parameter.field))
    return found


def _text(node: Node, key: str, default: str) -> str:
    found = node.get(key)
    return found.text if found else default


def _each(node: Node, key: str) -> tuple[Node, ...]:
    found = node.get(key)
    return tuple(found.each()) if found else ()
