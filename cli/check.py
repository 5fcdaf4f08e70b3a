"""`musicvis check`: the mistakes in a piece, with place and fix."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .discover import PiecePath, pieces_from
from .fix import fix_pieces, fix_record
from .output import JSON, TEXT, echo_findings_json, echo_json, ended, format_option, remember
from .report import FORMATS, default_format, exit_code, findings_text, summary, wants_colour

if TYPE_CHECKING:
    from ..dsl.findings.collector import Findings


class CodesParam(click.ParamType[tuple[str, ...]]):
    """Codes with commas between: MV344, or the beginning of several, MV3."""

    name = "codes"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        from ..dsl.findings.codes import CODES

        if isinstance(value, tuple):
            return value
        wanted = tuple(part.strip().upper() for part in str(value).split(",") if part.strip())
        for code in wanted or ("",):
            if not code or not any(known.startswith(code) for known in CODES):
                self.fail(f"no code begins with {code!r}; write MV344, or MV3 for all of them", param, ctx)
        return wanted


@click.command()
@click.argument("pieces", type=PiecePath(), nargs=-1, metavar="[PIECE]...")
@format_option("An array of objects, one for each finding; with --fix or --diff one object.", FORMATS, None)
@click.option("--strict", is_flag=True, help="Let warnings fail too.")
@click.option(
    "--select",
    type=CodesParam(),
    default="MV",
    show_default=False,
    help="Show only these codes, e.g. MV344,MV4.",
)
@click.option("--ignore", type=CodesParam(), help="Hide these codes, e.g. MV342.")
@click.option("--fix", is_flag=True, help="Write fixes that are certain. Shows a diff and asks.")
@click.option("--diff", "diff_only", is_flag=True, help="Show what --fix would write; write nothing.")
@click.option("-y", "--yes", is_flag=True, help="With --fix: do not ask.")
@click.option("--all", "shows_all", is_flag=True, help="Show every finding, even many of one kind.")
@click.option("-q", "--quiet", is_flag=True, help="Print findings without counting them.")
@click.option("--legacy-pan-grid", type=click.Path(path_type=Path), hidden=True)
def check(
    pieces: tuple[Path, ...],
    form: str | None,
    strict: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...] | None,
    fix: bool,
    diff_only: bool,
    yes: bool,
    shows_all: bool,
    quiet: bool,
    legacy_pan_grid: Path | None,
) -> None:
    """List the mistakes in a piece: where each is, and how to fix it.

    PIECE is a folder that holds piece.yaml, or the manifest itself; without one, the piece around the
    current folder, or all pieces below it. The comment `# musicvis: ignore[MV344]` on a line, or alone
    above it, hides findings of that code there.

    Without --format, findings are text, or annotations under GitHub Actions. Exit code 0: no errors; 1:
    errors, or with --strict also warnings; 2: wrong use, or the command itself failed.
    """
    from ..dsl.findings.render import counted_only

    form = form or default_format()
    manifests = pieces or tuple(map(_relative, pieces_from(Path.cwd())))
    if yes and not fix:
        raise click.UsageError("--yes goes with --fix")
    if form == JSON and fix and not (yes or diff_only):
        raise click.UsageError("--fix with --json does not ask: add --yes to write, or --diff to look")
    fixes = None
    try:
        if fix or diff_only:
            to_stderr = form not in ("text", "concise")
            fixes = fix_pieces(manifests, is_shown_only=diff_only, is_agreed=yes, to_stderr=to_stderr)
        found, files = _checked(manifests)
        if legacy_pan_grid is not None:
            _write_grid(manifests[0], legacy_pan_grid)
    except (click.ClickException, click.Abort, MemoryError):
        raise
    except Exception:
        # Exit code 1 means findings of the piece; a fault of ours must not look like one.
        import traceback

        traceback.print_exc()
        click.echo("musicvis itself failed here; please report the lines above", err=True)
        remember([ended("musicvis itself failed here")])
        sys.exit(2)
    kept = [d for d in found if d.code.startswith(select) and not (ignore and d.code.startswith(ignore))]
    colour = wants_colour(sys.stdout)
    if form == JSON and fixes is not None:
        echo_json(fix_record(fixes, kept), indent=2)
    elif form == JSON:
        echo_findings_json(findings_text(kept, files, form, colour))
    elif text := findings_text(kept, files, form, colour, shows_all):
        click.echo(text, color=colour)
    if form in ("text", "concise") and not quiet:
        click.echo(summary(kept), err=True)
        if form == TEXT and not shows_all and (hidden := counted_only(kept)):
            click.echo(f"{hidden} of them are counted only; musicvis check --all shows each", err=True)
        fixable = sum(bool(d.edits) for d in kept)
        if fixable and not (fix or diff_only):
            click.echo(f"musicvis check --fix can fix {_share(fixable, len(kept))}", err=True)
    sys.exit(exit_code(kept, strict))


def _share(fixable: int, total: int) -> str:
    """The number of findings that can be fixed, in words."""
    if fixable == total:
        return f"{'it' if total == 1 else 'all of them'}, and shows the change first"
    return f"{fixable} of them, and shows the change first"


def _checked(manifests: Sequence[Path]) -> "tuple[Findings, dict[str, str]]":
    """All findings of all pieces that no comment leaves out, and the texts that were read."""
    from ..api.check import findings_of
    from ..dsl.findings.collector import Findings
    from ..dsl.load import load_piece

    found = Findings()
    files: dict[str, str] = {}
    for manifest in manifests:
        loaded = load_piece(manifest)
        found += findings_of(loaded)
        files |= loaded.files
    return found, files


def _relative(path: Path) -> Path:
    """The path from the current folder, as findings, annotations and editors want it."""
    return Path(os.path.relpath(path))


def _write_grid(manifest: Path, target: Path) -> None:
    """The ear positions of a piece as the original program computed them, once a millisecond, to an .npz."""
    from ..compiler.heard_piece import hear
    from ..compiler.write.legacy_grid import pan_grid
    from ..dsl.findings.collector import Findings
    from ..dsl.load import load_piece

    heard = hear(load_piece(manifest), Findings())
    try:
        grid = pan_grid(heard.piece.lanes, heard.clock)
    except ValueError as fault:
        raise click.UsageError(str(fault)) from None
    import numpy as np

    from ..store.writing import published

    with published(target) as partial, partial.open("wb") as file:
        np.savez(file, allow_pickle=False, **grid)
