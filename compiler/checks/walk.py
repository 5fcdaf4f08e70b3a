"""Findings about a walk through learned pictures: generators that have none, and keys without effect."""

from collections.abc import Iterator

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.model.generators import WALK, GeneratorKind
from ...dsl.model.piece import Piece

WITHOUT_EFFECT = ("envelope", "depth", "keep", "motion/amount", "motion/memory")


def walk_findings(piece: Piece, kind: GeneratorKind) -> Iterator[Diagnostic]:
    """An error where the generator has learned no pictures, a warning for each key that is not read."""
    motion = piece.visuals.motion
    if not motion.walk:
        return
    if WALK not in kind.controls:
        message = f"a walk needs learned pictures, and {kind.name} has none"
        hint = "name a model that `musicvis train` made under `generator`, or leave out `walk`"
        yield Diagnostic("MV626", motion.walk_span, message, hint)
        return
    spans = dict(piece.spans)
    for key in WITHOUT_EFFECT:
        span = spans.get(f"/visuals/{key}")
        if span is not None:
            message = f"`{key.rpartition('/')[2]}` has no effect while a walk moves the picture"
            hint = "leave it out; `truncation` and `motion.jitter` say how much the picture trembles"
            yield Diagnostic("MV627", span, message, hint, Severity.WARNING)
