"""Questions that a compile asks of the disk: with the same answers, the same texts give the same plan.

A question is what is looked for, "soundfont GM.sf2", and not which files were opened: a file that appears
where a search would find it first changes the answer, and one that nobody asks about does not. An answer is
all that a plan can know of a file: of a score, a spectrum, a picture, a video or a model.json the digest of
its bytes, of a recording its header and whether it is silent, of anything else where it is. A generator
that a program has registered is asked for its sizes and classes.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.findings.span import Span
from ...dsl.text.files import MAX_SCORE_BYTES, read_inside
from ...dsl.text.model_file import read_model
from ..classes.kinds import registered_digest
from ..piece_files import PieceFiles
from ..sound.installed import Outside

_SPAN = Span("")
_REPEATABLE = frozenset(
    (
        *("score", "recording", "spectrum", "soundfont", "head", "preset", "font", "model", "generator"),
        *("picture", "video"),
    )
)


def is_repeatable(question: str) -> bool:
    """Whether a question can be asked again; one for a plugin cannot, because trust is given per run."""
    return question.partition(" ")[0] in _REPEATABLE


def answers_to(questions: Iterable[str], root: Path) -> dict[str, str] | None:
    """The current answers from the disk; None if one has no answer, or cannot be asked again."""
    files = PieceFiles(root)
    outside = Outside(root, None, files.findings, files.answers)
    for question in questions:
        kind, _, text = question.partition(" ")
        name = PurePosixPath(text)
        match kind:
            case "score":
                data = read_inside(root, name, MAX_SCORE_BYTES, _SPAN)
                if isinstance(data, Diagnostic):
                    return None
                files.answers[question] = hashlib.sha256(data).hexdigest()
            case "recording":
                files.recording(name, _SPAN)
            case "font":
                files.font(name, _SPAN)
            case "picture":
                files.picture(name, _SPAN)
            case "video":
                files.video(name, _SPAN)
            case "spectrum":
                files.spectrum(name, _SPAN)
            case "soundfont":
                outside.soundfont(name, _SPAN)
            case "head":
                outside.head(name if text else None, _SPAN)
            case "model":
                found = read_model(root, name, _SPAN)
                if isinstance(found, Diagnostic):
                    return None
                files.answers[question] = found[1]
            case "generator":
                digest = registered_digest(text)
                if digest is None:
                    return None
                files.answers[question] = digest
            case "preset":
                outside.preset(name, _SPAN)
            case _:
                return None
        if files.findings or question not in files.answers:
            return None
    return files.answers
