"""The finished film: its size and format, and what is laid over the picture."""

from fractions import Fraction

from ..model.video import Ending, EngravedScore, Lyrics, Post, Video
from ..text.yaml_source import Node
from .reader import Reading, text_of, texts

MAX_SPEED = 64
MAX_FPS = 240
MIN_FPS = Fraction(1, 100)
MAX_FPS_TERM = 10**8
"""Limit of numerator and denominator: files count time in 32 bits."""
GREEN = "#00FF00"
"""The colour of `background: green`: pure green, for chroma keying."""
MAX_SIDE_PX = 4096
"""Limit of a film's width and height: what H.264 holds and a frame in memory allows."""
MIN_SIDE_PX = 16


def read_video(node: Node | None, reading: Reading) -> Video:
    """The `video` block."""
    usual = Video()
    if node is None:
        return usual
    size, post = node.get("size"), node.get("post")
    width_px, height_px = _size(size, reading) if size else (usual.width_px, usual.height_px)
    ground = text_of(node, "background", usual.background)
    return Video(
        width_px=width_px,
        height_px=height_px,
        fps=_fps(node.get("fps"), usual.fps, reading),
        frame=text_of(node, "frame", usual.frame),
        upscale=text_of(node, "upscale", usual.upscale),
        # Only some kinds of films hold alpha.
        container=text_of(node, "container", "mov" if ground == "alpha" else usual.container),
        codec=text_of(node, "codec", "") or None,
        background=GREEN if ground == "green" else ground,
        quality=text_of(node, "quality", usual.quality),
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
        ground=text_of(node, "ground", usual.ground).upper(),
        credits=texts(node.get("credits")),
        font=reading.file(font) if font else None,
        font_span=font.span if font else usual.font_span,
    )


def _lyrics(node: Node, reading: Reading) -> Lyrics:
    usual, font = Lyrics(node.span), node.get("font")
    return Lyrics(
        node.span,
        parts=texts(node.get("part")),
        show=text_of(node, "show", usual.show),
        place=text_of(node, "place", usual.place),
        size=reading.share(node.get("size"), usual.size),
        font=reading.file(font) if font else None,
        font_span=font.span if font else usual.font_span,
        color=text_of(node, "color", usual.color),
        lit=text_of(node, "lit", usual.lit),
        background=text_of(node, "background", usual.background),
        fade=reading.duration(node.get("fade")) or usual.fade,
    )


def _engraved(node: Node, reading: Reading) -> EngravedScore:
    """Reads `score: strip`, or a block of its settings."""
    usual, parts = EngravedScore(node.span), node.get("parts")
    return EngravedScore(
        node.span,
        show=text_of(node, "show", usual.show) if isinstance(node.value, dict) else node.text,
        parts=texts(parts),
        parts_span=parts.span if parts else node.span,
        place=text_of(node, "place", usual.place),
        height=reading.share(node.get("height"), usual.height),
        ink=text_of(node, "ink", usual.ink),
        lit=text_of(node, "lit", usual.lit),
        ground=text_of(node, "ground", usual.ground),
        opacity=reading.share(node.get("opacity"), usual.opacity),
    )


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
        color=text_of(node, "color", usual.color),
        shadow=shadow.text if shadow else None,
        place=text_of(node, "place", usual.place),
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
        message = f"{node.text} frames per second are outside {float(MIN_FPS)} to {MAX_FPS}"
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
