"""All findings about a loaded piece, as `musicvis check` and `Piece.check` report them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ..dsl.findings.diagnostics import Diagnostic, Severity
from ..dsl.findings.plain import escaped

if TYPE_CHECKING:
    from ..dsl.load import Loaded
    from ..dsl.model.piece import Piece


def findings_of(loaded: "Loaded") -> Sequence[Diagnostic]:
    """All findings of a piece that no comment ignores, and a note for each comment that ignores none."""
    from ..compiler.compile import check_piece

    return told_of(loaded, check_piece(loaded))


def told_of(loaded: "Loaded", found: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """The findings of a piece, its titles and its engraved score that no comment ignores, and a note for each
    idle comment.
    """
    from ..dsl.findings.ignores import without_ignored

    told = (*found, *title_findings(loaded.piece or loaded.rest), *score_findings(loaded))
    left, unused = without_ignored(told, loaded.files)
    return (*left, *unused)


def title_findings(piece: "Piece | None") -> Iterator[Diagnostic]:
    """A finding for each title with characters that no font here has.

    Every font has ASCII: Pillow is loaded only for a title that has more. Where it is not installed, nothing
    is known and nothing is said.
    """
    posts = piece.video.post if piece is not None else ()
    special = [post for post in posts if post.title is not None and not post.title.isascii()]
    if not special:
        return
    try:
        from ..renderers.picture.lettering import lettering_of
    except ModuleNotFoundError:
        return
    for post in special:
        lettering = lettering_of(post.title or "")
        if lettering.replaced:
            hint = "install a font that has them, or write the title without them"
            message = f"title {escaped(post.title or '')!r}: {lettering.remark}"
            yield Diagnostic("MV366", post.span, message, hint, Severity.WARNING)


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
