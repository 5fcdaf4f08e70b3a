"""`musicvis stems check`: whether every stem plays its notes when the score says so."""

import sys
from pathlib import Path

import click

from ..dsl.findings.diagnostics import Diagnostic, has_errors
from .discover import PiecePath, piece_here
from .report import summary, tell_findings


@click.group()
def stems() -> None:
    """Look at the stems of a piece."""


@stems.command("check")
@click.argument("piece", type=PiecePath(), required=False)
def check_stems(piece: Path | None) -> None:
    """Find each stem's notes in it: how late it is, whether it drifts, and what else is wrong with it.

    A stem that MuseScore or FluidSynth plays is played for this. Below 10 ms nothing is said of a lag.
    """
    from ..compiler.compile import compile_piece
    from ..dsl.findings.render import shown
    from ..dsl.load import load_piece
    from ..renderers.sound.stems.checks import checked_stems

    manifest = piece or piece_here(Path.cwd())
    loaded = load_piece(manifest)
    compilation = compile_piece(loaded)
    if compilation.plan is None:
        tell_findings(compilation.diagnostics, loaded.files)
        sys.exit(1)
    found: list[Diagnostic] = []
    for checked in checked_stems(compilation.plan.sound):
        alignment = checked.alignment
        told = "no notes" if alignment is None else "cannot be told"
        if alignment is not None and alignment.is_told:
            told = f"{1000 * alignment.lag_s:+.0f} ms, drift {1000 * alignment.drift_s:+.0f} ms"
            if alignment.wrong_rate != 1.0:
                told += f", rate x {alignment.wrong_rate:.4f}"
        click.echo(
            shown(f"{checked.bus:20.20s}  {checked.stem:32.32s}  {checked.peak_dbfs:6.1f} dBFS  {told}")
        )
        found += checked.findings
    tell_findings(found, loaded.files)
    click.echo(summary(found), err=True)
    sys.exit(int(has_errors(found)))
