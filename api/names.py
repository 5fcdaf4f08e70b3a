"""Names that `musicvis new` gives: the folder of a piece, and the copies in it."""

import re
from pathlib import Path


def safe_name(score: Path) -> str:
    """The name of a score's copy: its own, without characters that some systems or the language refuse."""
    from ..dsl.findings.span import Span
    from ..dsl.text.files import name_fault

    stem = re.sub(r"[^\w .,()'&+=!~-]", "-", score.stem).strip(" .-~")[:100].rstrip(" .") or "score"
    name = f"{stem}{score.suffix.lower()}"
    return name if name_fault(name, Span("")) is None else f"score-{name}"


def piece_folder(score: Path) -> str:
    """The folder of a piece that is not named: called like its score."""
    return safe_name(score).rpartition(".")[0]
