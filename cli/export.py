"""`musicvis export`: bars, sections, lanes and the score as files for other programs."""

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .discover import PiecePath, piece_here, piece_name
from .film_options import in_build_folder, prepare_build_folder
from .output import JSON, echo_json, format_option
from .place_words import range_callback
from .report import tell_findings

if TYPE_CHECKING:
    from ..api.piece import Piece
    from ..api.plan import Plan

KINDS = {
    "audacity": "-labels.txt",
    "srt": "-bars.srt",
    "csv": "-lanes.csv",
    "musicxml": ".musicxml",
    "svg": ".svg",
    "pdf": ".pdf",
}
"""What --as takes, and how its file's name ends."""
NOTATION = ("musicxml", "svg", "pdf")
"""What is written of the score, not of the film."""
FORMULAS = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula."""


@click.command(short_help="Write bars, lanes and the score for other programs.")
@click.argument("piece", type=PiecePath(), required=False)
@click.option(
    "--as",
    "kind",
    type=click.Choice(tuple(KINDS)),
    required=True,
    help="audacity: bars and sections as labels; srt: bars as subtitles; csv: every lane at every frame; "
    "musicxml: the score; svg, pdf: the score, engraved.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file.")
@click.option("--bars", metavar="RANGE", callback=range_callback, help="A passage: 5..8 is bars 5, 6 and 7.")
@click.option("--part", "parts", metavar="GLOB", multiple=True, help="Parts of the score; once for each.")
@format_option("One object: file, files, findings.")
def export(
    piece: Path | None, kind: str, output: Path | None, bars: str | None, parts: tuple[str, ...], form: str
) -> None:
    """Write bars and sections, the values of all lanes, or the score as a file for another program.

    Times are seconds from the first frame of the film, or of the passage that --bars names. The file is
    build/NAME-labels.txt, NAME-bars.srt, NAME-lanes.csv, NAME.musicxml or NAME.pdf, or what -o says. Of
    several pages of SVG, each is a file: NAME-1.svg and on.
    """
    from ..api.errors import RequestError
    from ..api.output import checked_output
    from ..api.piece import load
    from ..compiler.write.markers import audacity, bar_subtitles
    from ..dsl.findings.diagnostics import PieceError
    from ..dsl.findings.plain import shown
    from ..store.writing import published

    if parts and kind not in NOTATION:
        raise click.UsageError(f"--part chooses parts of the score, and --as {kind} writes none")
    if bars and kind in NOTATION:
        raise click.UsageError(f"--as {kind} writes the whole score: leave out --bars")
    manifest = piece or piece_here(Path.cwd())
    suffix = Path("name" + KINDS[kind]).suffix
    target = output or in_build_folder(manifest, f"{piece_name(manifest)}{KINDS[kind]}")
    try:
        if output is None:
            prepare_build_folder(target.parent)
        target = checked_output(target, manifest.parent, {suffix: ""}, f"a file for {kind}")
        if kind in NOTATION:
            files = _notation(load(manifest), kind, parts, target)
        else:
            plan = load(manifest).plan(bars=bars)
            tell_findings(plan.findings, {})
            if kind == "audacity":
                text = audacity(plan.bars, plan.chapters, plan.duration_s)
            elif kind == "srt":
                text = bar_subtitles(plan.bars, plan.duration_s)
            else:
                text = lanes_csv(plan)
            files = {target: text.encode()}
        for path, data in files.items():
            with published(path, manifest.parent) as partial:
                partial.write_bytes(data)
    except RequestError as error:
        raise click.UsageError(str(error)) from None
    except PieceError as error:
        tell_findings(error.diagnostics, {})
        sys.exit(1)
    except OSError as error:
        raise click.ClickException(shown(f"{target}: {error.strerror or error}")) from None
    if form == JSON:
        echo_json({"file": str(next(iter(files))), "files": [str(path) for path in files]})
    else:
        click.echo("\n".join(shown(str(path)) for path in files))


def _notation(piece: "Piece", kind: str, parts: tuple[str, ...], target: Path) -> dict[Path, bytes]:
    """The score as files; several pages of SVG are numbered."""
    notation = piece.notation(parts)
    tell_findings(notation.findings, {})
    if kind == "musicxml":
        return {target: notation.musicxml.encode()}
    if kind == "pdf":
        return {target: notation.pdf()}
    pages = notation.svg()
    if len(pages) == 1:
        return {target: pages[0].encode()}
    digits = len(str(len(pages)))
    return {
        target.with_stem(f"{target.stem}-{number:0{digits}d}"): page.encode()
        for number, page in enumerate(pages, start=1)
    }


def lanes_csv(plan: "Plan") -> str:
    """Every lane at the middle of every frame: frame, seconds, bar, then a column for each lane."""
    import numpy as np

    from ..compiler.write.markers import bar_names

    count, fps = plan.frame_count, float(plan.picture.fps)
    times_s = np.asarray((np.arange(count) + 0.5) / fps, np.float64)
    names = bar_names(plan.bars)
    places = np.searchsorted([float(mark.start_s) for mark in plan.bars], times_s, side="right") - 1
    columns = [plan.lane(name).values(times_s) for name in plan.lanes]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    table.writerow(["frame", "seconds", "bar", *(_harmless(name) for name in plan.lanes)])
    for k in range(count):
        bar = names[places[k]] if places[k] >= 0 else ""
        table.writerow([k, f"{times_s[k]:.6f}", bar, *(f"{column[k]:.9g}" for column in columns)])
    return text.getvalue()


def _harmless(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(FORMULAS) else name
