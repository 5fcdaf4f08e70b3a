"""Limits on the size of a picture, checked before anything of that size is made."""

from collections.abc import Sequence
from pathlib import Path

from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.findings.span import Span
from ...dsl.model.piece import Piece
from ...dsl.text.files import link_inside, name_fault
from ..notes.casting import Cast, VisualNote
from ..recent import recent
from ..time.passage import Film

WEIGHTS_MOST = 200_000_000
"""Frames times classes that occur."""
NOTE_FRAMES_MOST = 500_000_000
"""Notes times the frames through which each sounds."""
LEAD_MOST_S = 0.15
"""The longest attack that ends at the onset; a longer one starts this long before it, and goes on after
it."""


def picture_fault(piece: Piece, shown: Cast, film: Film, root: Path) -> Diagnostic | None:
    """The finding for a picture that is too heavy to plan, or whose weights lie outside the piece."""
    span = dict(piece.spans).get("/visuals", piece.span)
    planned_count, sounding_s = _weighed(shown.notes)
    fault = _heavy_latents(span, film.frame_count, planned_count, sounding_s * float(film.fps))
    weights = piece.visuals.weights
    if weights is not None:
        fault = fault or name_fault(str(weights), span) or link_inside(root, weights, span)
    return fault


@recent(2)
def _weighed(notes: Sequence[VisualNote]) -> tuple[int, float]:
    """The number of classes or of looks, whichever is greater, and the total time that notes last."""
    class_count = len({index for note in notes for index, _ in note.classes})
    look_count = len({note.classes for note in notes})
    sounding_s = sum(
        float(note.end_s - note.onset_s) + min(note.attack_s, LEAD_MOST_S) + note.release_s for note in notes
    )
    return max(class_count, look_count), sounding_s


def _heavy_latents(span: Span, frame_count: int, class_count: int, note_frames: float) -> Diagnostic | None:
    """A finding where the classes of all frames, or the notes through them, are too many to plan."""
    if frame_count * class_count > WEIGHTS_MOST:
        return Diagnostic(
            "MV605",
            span,
            f"{class_count} classes over {frame_count:,} frames are more than can be planned at once",
            "use fewer classes, lower video.fps or compile a passage",
        )
    if note_frames > NOTE_FRAMES_MOST:
        return Diagnostic(
            "MV605",
            span,
            f"the notes sound through {note_frames:.1e} frames in all, "
            f"at most {NOTE_FRAMES_MOST:.0e} can be planned",
            "shorten visuals.envelope.release, or compile a passage",
        )
    return None
