"""`musicvis export`: bars, sections, notes, lanes and the score as files for other programs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..api.build_folder import piece_name, prepare_build_folder
from ..api.export import CHANNELS, KINDS, NOTES
from .discover import PiecePath, piece_here
from .film_options import in_build_folder
from .output import JSON, echo_json, format_option
from .place_words import range_callback
from .report import tell_findings

if TYPE_CHECKING:
    from ..api.plan import Plan

NOTATION = {"musicxml": ".musicxml", "svg": ".svg", "pdf": ".pdf"}
"""The exports that are written from the score instead of the film, and their suffixes."""
ENGRAVED = ("svg", "pdf")


@click.command(short_help="Write bars, notes, lanes and the score for other programs.")
@click.argument("piece", type=PiecePath(), required=False)
@click.option(
    "--as",
    "kind",
    type=click.Choice([*KINDS, *NOTATION]),
    metavar="KIND",
    required=True,
    help="; ".join(f"{name}: {kind.says}" for name, kind in KINDS.items())
    + "; musicxml: the score; svg, pdf: the score, engraved.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file.")
@click.option("--bars", metavar="RANGE", callback=range_callback, help="A passage: 5..8 is bars 5, 6 and 7.")
@click.option(
    "--lane",
    "lanes",
    metavar="NAME[=AS]",
    multiple=True,
    help="Only these lanes; may be repeated. AS is their name in the file; for artnet a channel, "
    "as 12, or 1.12:0..2 for universe 1 and values 0 to 2.",
)
@click.option(
    "--part",
    "parts",
    metavar="GLOB",
    multiple=True,
    help="Only these parts of the score; for artnet also NAME=CHANNEL.",
)
@click.option("--stems", is_flag=True, help="For dawproject: each bus as a sound beside the notes.")
@format_option("One object: file, files, findings.")
def export(
    piece: Path | None,
    kind: str,
    output: Path | None,
    bars: str | None,
    lanes: tuple[str, ...],
    parts: tuple[str, ...],
    stems: bool,
    form: str,
) -> None:
    """Write bars and sections, notes, the values of lanes, or the score as a file for another program.

    Times are counted from the first frame of the film, or of the passage that --bars names. The file is
    build/NAME with an ending for its kind, e.g. NAME-lanes.csv, or the one that -o names. The score is
    always written completely. Each page of SVG is a file, NAME-1.svg and so on; pages of an earlier
    export to the same name are replaced, and other files of such a name are not.

    For artnet, lanes and parts take the channels from 1 on, in their order; the command prints them.
    """
    from ..api.errors import RequestError
    from ..api.piece import load
    from ..dsl.findings.plain import shown

    if parts and kind not in (*NOTATION, *NOTES):
        raise click.UsageError(f"--part chooses parts of the score, and --as {kind} writes none")
    if stems and kind != "dawproject":
        raise click.UsageError(f"--stems are sounds in a .dawproject, and --as {kind} holds none")
    if (bars or lanes) and kind in NOTATION:
        raise click.UsageError(f"--as {kind} writes the whole score: leave out --bars and --lane")
    manifest = piece or piece_here(Path.cwd())
    name = piece_name(manifest)
    ending = NOTATION.get(kind) or KINDS[kind].ending
    target = output or in_build_folder(manifest, f"{name}{ending}")
    try:
        if output is None:
            prepare_build_folder(target.parent)
        if kind in NOTATION:
            notation = load(manifest).notation(parts)
            letters = notation.unknown_letters() if kind in ENGRAVED else ()
            tell_findings((*notation.findings, *letters), {})
            files = notation.export(target, kind)
        else:
            plan = load(manifest).plan(bars=bars)
            tell_findings(plan.findings, {})
            wanted = dict(lane.partition("=")[::2] for lane in lanes) if lanes else None
            heard = _parts(parts, plan) if parts else None
            film = f"{name}.mp4"
            files = [plan.export(target, kind, lanes=wanted, parts=heard, stems=stems, film=film)]
            if kind in CHANNELS:
                for line in plan.channels(wanted, heard):
                    click.echo(shown(line), err=True)
    except RequestError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.ClickException(shown(f"{target}: {error.strerror or error}")) from None
    if form == JSON:
        echo_json({"file": str(files[0]), "files": [str(file) for file in files]})
    else:
        click.echo("\n".join(shown(str(file)) for file in files))


def _parts(words: tuple[str, ...], plan: "Plan") -> dict[str, str]:
    """The parts that --part means, with their channels."""
    from fnmatch import fnmatchcase

    played = dict.fromkeys(note.part for note in plan.notes)
    found: dict[str, str] = {}
    for word in words:
        name, _, channel = word.partition("=")
        meant = [part for part in played if part == name or fnmatchcase(part.lower(), name.lower())]
        # The lookup reports a missing part.
        found |= dict.fromkeys(meant or [name], channel)
    return found
