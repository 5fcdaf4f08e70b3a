"""Compiles a loaded piece to a plan, and reports all of its errors.

Scores are read and the clock is made (heard_piece.py); the film's length is weighed; parts, rules and lanes
meet the notes (planning.py); what no renderer could mend is reported. A plan is made only where no error was
found.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..dsl.findings.collector import Findings
from ..dsl.findings.diagnostics import Diagnostic
from ..dsl.model.piece import Piece
from .checks.controllers import without_followed
from .checks.heard import heard_findings, spectrum_findings
from .heard_piece import Heard, heard_piece
from .piece_files import PieceFiles
from .planning import planned
from .score.model import Score
from .time.clock import Clock
from .time.passage import film_of
from .time.place_findings import placed

if TYPE_CHECKING:
    from ..dsl.load import Loaded
    from .plan import Plan


@dataclass(frozen=True, slots=True)
class Compilation:
    """The result of a compile: the plan, unless there is an error, and all findings."""

    plan: "Plan | None"
    diagnostics: tuple[Diagnostic, ...]
    score: Score | None = None
    clock: Clock | None = None


def compile_piece(loaded: "Loaded", trusted: tuple[Path, ...] = ()) -> Compilation:
    """Compile a loaded piece: its plan, or all errors. `trusted`: the folders of trusted plugins."""
    if loaded.piece is None:
        return Compilation(None, tuple(loaded.diagnostics))
    return compiled(loaded.piece, PieceFiles(loaded.root, trusted=trusted), loaded.diagnostics)


def check_piece(loaded: "Loaded") -> tuple[Diagnostic, ...]:
    """All findings about a piece, in the order of its files, without making its plan.

    What is left of a piece with errors is checked, too; what may only follow from a gap in it is not told.
    """
    piece = loaded.piece or loaded.rest
    if piece is None:
        return tuple(loaded.diagnostics)
    compilation = compiled(piece, PieceFiles(loaded.root), plan=False)
    return all_findings(loaded, compilation)


def all_findings(loaded: "Loaded", compilation: Compilation) -> tuple[Diagnostic, ...]:
    """Every finding of `check` for a piece that is already compiled, with or without its plan."""
    piece = loaded.piece or loaded.rest
    if piece is None:
        return tuple(loaded.diagnostics)
    found = Findings(loaded.diagnostics)
    found += (f for f in compilation.diagnostics if f.code not in loaded.echoes)
    if compilation.score is not None:
        found += heard_findings(piece, compilation.score, loaded.root)
        found += spectrum_findings(piece, loaded.root)
    if compilation.clock is not None:
        found = Findings(placed(found, piece, compilation.clock))
    order = {name: number for number, name in enumerate(loaded.files)}
    last = len(order)
    return tuple(sorted(found, key=lambda f: (order.get(f.span.file, last), f.span.line, f.span.column)))


def compiled(
    piece: Piece, files: PieceFiles, before: Iterable[Diagnostic] = (), *, plan: bool = True
) -> Compilation:
    """Compile a piece; `before` are the findings of its loading, whose errors prevent a plan."""
    findings = Findings(before)
    heard = heard_piece(piece, files, findings)
    if heard is None:
        return Compilation(None, tuple(findings))
    return compiled_from(heard, findings, plan=plan)


def compiled_from(heard: Heard, before: Iterable[Diagnostic] = (), *, plan: bool = True) -> Compilation:
    """The plan of a piece whose score is read; `before` holds the findings so far."""
    piece, files, findings = heard.piece, heard.files, Findings(before)
    film = film_of(piece, heard.clock, findings)
    if film is None:
        return Compilation(None, tuple(findings), heard.score, heard.clock)
    followed: set[tuple[int, str]] = set()
    made = planned(heard, film, findings, followed, plan=plan)
    findings += without_followed(files.findings, heard.score, followed)
    return Compilation(None if findings.has_errors else made, tuple(findings), heard.score, heard.clock)
