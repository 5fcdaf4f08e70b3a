"""All findings about a loaded piece, as `musicvis check` and `Piece.check` report them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from ..dsl.findings.diagnostics import Diagnostic, Severity
from ..dsl.findings.plain import escaped
from ..dsl.findings.span import Span
from ..dsl.text.files import MAX_FONT_BYTES, fault_inside

if TYPE_CHECKING:
    from ..dsl.load import Loaded
    from ..dsl.model.piece import Piece
    from ..dsl.model.video import Video


def findings_of(loaded: "Loaded") -> Sequence[Diagnostic]:
    """All findings of a piece that no comment ignores, and a note for each comment that ignores none."""
    from ..compiler.compile import check_piece

    return told_of(loaded, check_piece(loaded))


def told_of(loaded: "Loaded", found: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """The findings of a piece, its titles and its engraved score that no comment ignores, and a note for each
    idle comment.
    """
    from ..dsl.findings.ignores import without_ignored

    reported = (*found, *title_findings(loaded.piece or loaded.rest, loaded.root), *score_findings(loaded))
    left, unused = without_ignored(reported, loaded.files)
    return (*left, *unused)


def title_findings(piece: "Piece | None", root: Path) -> Iterator[Diagnostic]:
    """A finding for each title and line of credits with characters that no font has, its own neither.

    Every font has ASCII: Pillow is loaded only for a text that has more. Where it is not installed, nothing
    is known and nothing is said.

    root  the folder of the piece, in which its fonts are
    """
    special = [text for text in _texts(piece.video, piece.title) if not text.said.isascii()] if piece else []
    if not special:
        return
    try:
        from ..renderers.picture.lettering import lettering_of
    except ModuleNotFoundError:
        return
    for text in special:
        # A font that cannot be read has a finding of its own.
        is_own = text.font is not None and fault_inside(root, text.font, MAX_FONT_BYTES, text.span) is None
        lettering = lettering_of(text.said, root / text.font if is_own and text.font is not None else None)
        if lettering.replaced:
            hint = "name or install a font that has them, or write the text without them"
            message = f"{text.kind} {escaped(text.said)!r}: {lettering.remark}"
            yield Diagnostic("MV366", text.span, message, hint, Severity.WARNING)


class _Text(NamedTuple):
    """A text that the film shows, and the font of the piece that it asks for."""

    kind: str
    said: str
    font: PurePosixPath | None
    span: Span


def _texts(video: "Video", title: str) -> Iterator[_Text]:
    for post in video.post:
        if post.title is not None:
            yield _Text("title", post.title, post.font, post.span)
            yield _Text("subtitle", post.subtitle or "", post.font, post.span)
    if video.ending is not None and video.ending.credits:
        for line in (title, *video.ending.credits):
            yield _Text("credits", line, video.ending.font, video.ending.span)


def score_findings(loaded: "Loaded") -> Iterator[Diagnostic]:
    """A finding where the engraved score beside the picture has letters that no font here has."""
    from ..dsl.findings.diagnostics import PieceError

    layer = loaded.piece.video.score if loaded.piece is not None else None
    if layer is None:
        return
    # What is wrong with the score is reported elsewhere.
    with suppress(ModuleNotFoundError, PieceError):
        from ..renderers.engraving.words import unknown_letters
        from .notation import notation_of

        yield from unknown_letters(notation_of(loaded, layer.parts).musicxml, layer.span)
