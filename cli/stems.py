"""`musicvis stems check`: whether every stem plays its notes when the score says so."""

import sys
from math import isfinite
from pathlib import Path
from typing import Any

import click

from ..dsl.findings.collector import Findings
from .discover import PiecePath, piece_here
from .output import JSON, echo_json, format_option
from .report import summary, tell_findings


@click.group()
def stems() -> None:
    """Check the stems of a piece."""


@stems.command("check")
@click.argument("piece", type=PiecePath(), required=False)
@format_option("An array of objects, one for each stem, with what was measured and found.")
def check_stems(piece: Path | None, form: str) -> None:
    """Find each stem's notes in it: how late it is, whether it drifts, and what else is wrong with it.

    Stems by MuseScore or FluidSynth are rendered first. A lag below 10 ms is not reported.
    """
    from ..compiler.compile import compile_piece
    from ..dsl.findings.plain import shown
    from ..dsl.findings.render import finding_record
    from ..dsl.load import load_piece
    from ..renderers.sound.stems.checks import checked_stems

    manifest = piece or piece_here(Path.cwd())
    loaded = load_piece(manifest)
    compilation = compile_piece(loaded)
    if compilation.plan is None:
        tell_findings(compilation.diagnostics, loaded.files)
        sys.exit(1)
    found = Findings()
    records: list[dict[str, Any]] = []
    lines: list[str] = []
    for checked in checked_stems(compilation.plan.sound):
        alignment = checked.alignment
        timing = "no notes" if alignment is None else "cannot be told"
        if alignment is not None and alignment.is_told:
            timing = f"{1000 * alignment.lag_s:+.0f} ms, drift {1000 * alignment.drift_s:+.0f} ms"
            if alignment.wrong_rate != 1.0:
                timing += f", rate x {alignment.wrong_rate:.4f}"
        records.append(
            {
                "bus": checked.bus,
                "stem": checked.stem,
                "peak_dbfs": checked.peak_dbfs if isfinite(checked.peak_dbfs) else None,
                "lag_s": alignment.lag_s if alignment is not None and alignment.is_told else None,
                "drift_s": alignment.drift_s if alignment is not None and alignment.is_told else None,
                "findings": [finding_record(finding) for finding in checked.findings],
            }
        )
        lines.append(
            shown(f"{checked.bus:20.20s}  {checked.stem:32.32s}  {checked.peak_dbfs:6.1f} dBFS  {timing}")
        )
        found += checked.findings
    if form == JSON:
        echo_json(records)
    elif lines:
        click.echo("\n".join(lines))
    tell_findings(found, loaded.files)
    click.echo(summary(found), err=True)
    sys.exit(int(found.has_errors))
