"""The files that a film is made from, which no film may replace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..dsl.findings.diagnostics import Diagnostic, PieceError
from ..dsl.findings.span import Span

if TYPE_CHECKING:
    from ..compiler.plan import Plan
    from .request import Request


def refuse_sources(plan: Plan, output: Path | None, stem_folder: Path | None, request: Request) -> None:
    """Raises PieceError MV926 if the film, or a bus kept beside it, would replace a file of the piece."""
    sources = [path for path in _read(plan) if path.exists()]
    for target in _written(plan, output, stem_folder, request):
        if any(target.exists() and target.samefile(path) for path in sources):
            message = f"the piece is made from `{target}`, and it would be replaced"
            raise PieceError([Diagnostic("MV926", Span(str(target)), message, "name another place")])


def _read(plan: Plan) -> Iterator[Path]:
    for bus in plan.sound.buses:
        yield from (stem.file for stem in bus.stems if stem.file is not None)
    yield from (picture.path for picture in plan.picture.pictures)


def _written(plan: Plan, output: Path | None, stem_folder: Path | None, request: Request) -> Iterator[Path]:
    if output is not None:
        yield output
    if stem_folder is not None:
        from .sound.mix.render import file_names

        sound = plan.sound
        for name in file_names([*(bus.name for bus in sound.buses), *(back.name for back in sound.returns)]):
            yield from (stem_folder / f"{name}-{kind}.wav" for kind in request.stems)
