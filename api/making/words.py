"""A first manifest for a song: classes that are proposed by the meaning of words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...compiler.score.model import Score
    from ...dsl.findings.collector import Findings

_SUBJECT = re.compile(r"    [A-G]#?: (?P<subject>[^#]*?) *# \d+ notes?")
_ENTRY = re.compile(r"(?P<key>    [A-G]#?|      class): [^#]*# (?P<drum>[^:#]*: )?(?P<count>\d+) notes?")
"""A class of a first manifest: of a pitch, or of a drum by its name."""


def with_proposals(manifest: str, score: Score) -> tuple[str, str]:
    """A first manifest with a class for each word; as it was where none is found, and then why."""
    from ...compiler.classes.table import imagenet
    from ...compiler.notes.parts import part_notes, parts_of
    from ...compiler.words.meaning import language_finding, proposals
    from ...compiler.words.sung import sung_words
    from ...dsl.findings.collector import Findings
    from ...dsl.findings.span import THE_MANIFEST
    from ...dsl.text.format import scalar_text

    words = sung_words(part_notes(parts_of((), score, Findings()), score)).words
    finding = language_finding(words, THE_MANIFEST)
    found = [] if finding is not None else proposals(word.key for word in words)
    if not found:
        reason = finding.message if finding is not None else "no word is near enough to a class"
        return manifest, f"{reason}; classes go by pitch"
    before, _, rest = manifest.partition("  classes:")
    lines, after = rest.partition("\n  rules:")[::2]
    subjects = [match["subject"] for match in map(_SUBJECT.match, lines.splitlines()) if match]
    entries = [
        f"    {scalar_text(entry.word)}: {imagenet().written(entry.index)}".ljust(32)
        + f" # {entry.score:.2f}"
        for entry in found
    ]
    block = "\n".join(
        (
            "  classes_by: lyric              # by the words that are sung",
            "  classes:                       # proposals, nearness from 0 to 1; strike what does not fit",
            *entries,
            f"    other: {subjects[0]}",
        )
    )
    return f"{before}{block}\n  rules:{after}", ""


def with_palette(manifest: str, text: Path, score: Score, findings: Findings) -> str:
    """A first manifest with the classes of a whole text.

    The class that the text means most goes to the pitch class that sounds most. Raises PieceError where the
    text cannot be used.
    """
    from ...compiler.classes.table import imagenet
    from ...compiler.notes.parts import part_notes, parts_of
    from ...compiler.words.palette import palette
    from ...compiler.words.sung import sung_words
    from ...dsl.findings.collector import Findings
    from ...dsl.findings.diagnostics import Diagnostic, PieceError
    from ...dsl.findings.span import Span
    from ...dsl.text.files import MAX_TEXT_BYTES, decoded, read_named

    span = Span(str(text))
    data = read_named(text, MAX_TEXT_BYTES, span)
    words = data if isinstance(data, Diagnostic) else decoded(data, str(text), span)
    if isinstance(words, Diagnostic):
        raise PieceError([words])
    sung = [word.key for word in sung_words(part_notes(parts_of((), score, Findings()), score)).words]
    meant = Findings()
    found = palette(words, span, meant, sung)
    if meant.has_errors:
        raise PieceError(meant)
    findings += meant
    lines = manifest.split("\n")
    entries = [(number, match) for number, line in enumerate(lines) if (match := _ENTRY.match(line))]
    # Pitches before drums, and of each what sounds most first.
    entries.sort(key=lambda entry: (entry[1]["drum"] is not None, -int(entry[1]["count"])))
    for (number, match), choice in zip(entries, found, strict=False):
        said = f"{match['key']}: {imagenet().written(choice.index)}".ljust(32)
        lines[number] = f"{said} # {match['drum'] or ''}{', '.join(choice.words)}"
    return "\n".join(lines)
