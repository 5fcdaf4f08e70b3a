"""Makes a piece for a score, with a manifest that compiles without changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ...dsl.findings.plain import counted
from ...dsl.findings.span import MANIFEST
from ..errors import RequestError
from ..names import piece_folder, safe_name
from ..schema import schema_text
from .beside import Beside, recordings_beside
from .made import NewPiece
from .words import with_palette, with_proposals

if TYPE_CHECKING:
    from ...compiler.score.model import Score
    from ...dsl.findings.collector import Findings

NAMED = 5
"""More names than that are not listed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The request for a piece from a score.

    folder         None for one that is called like the score, in the current folder
    by_lyrics      propose a class for each sung word
    classes_from   a text whose meaning chooses the classes
    """

    score: Path
    folder: Path | None = None
    by_lyrics: bool = False
    classes_from: Path | None = None


def piece_for_score(wanted: Wanted, findings: Findings) -> NewPiece:
    """A folder with a manifest, lanes and the score, ready to compile; nothing is written over.

    Warnings go to `findings` as they are found. Raises PieceError for a score or a text that cannot be used,
    RequestError, FileExistsError, and OSError; then nothing is written.
    """
    from ...compiler.write.first_manifest import EFFECTS_SCHEMA, PIECE_SCHEMA, draft, part_names
    from ...store.writing import write_new

    if wanted.by_lyrics and wanted.classes_from is not None:
        raise RequestError("the sung words and a text both choose the classes", "leave one out")
    score, folder = wanted.score, wanted.folder or Path(piece_folder(wanted.score))
    if folder.is_file():
        raise RequestError(f"{folder} is a file", "name the folder of the new piece")
    data, read = score_in(score)
    findings += read.findings
    parts = part_names(read)
    beside = recordings_beside(score, parts)
    stems = {part: stem_name(path, folder) for part, path in beside.parts.items()}
    name = name_in(score, folder)
    copied = name is None
    name = name or PurePosixPath("scores") / safe_name(score)
    written = draft(read, str(name), score.stem, {part: str(stem) for part, (stem, _) in stems.items()})
    said = []
    if wanted.classes_from is not None:
        palette = with_palette(written.manifest, wanted.classes_from, read, findings)
        written = replace(written, manifest=palette)
    if wanted.by_lyrics:
        proposed, reason = with_proposals(written.manifest, read)
        written = replace(written, manifest=proposed)
        said += [f"by lyrics: {reason}"] if reason else []
    files: dict[Path, bytes | Path] = {folder / name: data} if copied else {}
    files |= {folder / stem: beside.parts[part] for part, (stem, is_copied) in stems.items() if is_copied}
    files |= {
        folder / PIECE_SCHEMA: schema_text("piece").encode(),
        folder / EFFECTS_SCHEMA: schema_text("effects").encode(),
        folder / "effects.yaml": written.effects.encode(),
        folder / MANIFEST: written.manifest.encode(),
    }
    write_new(files, folder)
    place = Path(MANIFEST) if folder == Path() else folder / MANIFEST
    said += [
        f"wrote {place} and {counted(len(files) - 1, 'file')} beside it",
        *recording_lines(beside, parts),
    ]
    return NewPiece(folder, tuple(files), tuple(said), tuple(findings))


def stem_name(recording: Path, folder: Path) -> tuple[PurePosixPath, bool]:
    """The name of a recording in the piece in `folder`, and whether it must be copied there."""
    from ...dsl.findings.span import Span
    from ...dsl.text.files import MAX_AUDIO_BYTES, fault_inside

    try:
        name = PurePosixPath(recording.absolute().relative_to(folder.absolute()).as_posix())
    except ValueError:
        return PurePosixPath("stems") / safe_name(recording), True
    if fault_inside(folder, name, MAX_AUDIO_BYTES, Span("")) is not None:
        return PurePosixPath("stems") / safe_name(recording), True
    return name, False


def recording_lines(beside: Beside, parts: Mapping[str, object]) -> list[str]:
    """A description of what became of the recordings beside the score."""
    lines = [f"{path.name} sounds for the part {part}" for part, path in beside.parts.items()]
    silent = [part for part in parts if part not in beside.parts]
    if lines and silent:
        lines.append(
            f"the built-in instruments play {', '.join(silent[:NAMED])}" + "..." * (len(silent) > NAMED)
        )
    lines += [f"{path.name} is left out: {reason}" for path, reason in beside.refused]
    if beside.others:
        names = ", ".join(path.name for path in beside.others[:NAMED])
        lines.append(
            f"not used: {names}{'...' * (len(beside.others) > NAMED)}; a recording that is called like a "
            f"part ({', '.join(list(parts)[:NAMED])}) sounds in its place"
        )
    return lines


def score_in(path: Path) -> tuple[bytes, Score]:
    """Reads a score file: its bytes and its score. Raises PieceError for a file without notes."""
    from ...compiler.score.read import read_score
    from ...dsl.findings.diagnostics import Diagnostic, PieceError
    from ...dsl.findings.span import Span
    from ...dsl.text.files import MAX_SCORE_BYTES, read_named

    data = read_named(path, MAX_SCORE_BYTES, Span(str(path)))
    if isinstance(data, Diagnostic):
        raise PieceError([data])
    score = read_score(data, str(path))
    if not score.notes:
        raise PieceError([Diagnostic("MV323", Span(str(path)), f"{path} has no notes", "write some music")])
    return data, score


def name_in(score: Path, folder: Path) -> PurePosixPath | None:
    """The name of a score relative to the piece in `folder`; None if it is outside and must be copied."""
    from ...dsl.findings.span import Span
    from ...dsl.text.files import MAX_SCORE_BYTES, fault_inside

    try:
        name = PurePosixPath(score.absolute().relative_to(folder.absolute()).as_posix())
    except ValueError:
        return None
    return name if fault_inside(folder, name, MAX_SCORE_BYTES, Span("")) is None else None
