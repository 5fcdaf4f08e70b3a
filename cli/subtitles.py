"""`musicvis subtitles`: the words of a piece as files for players."""

import sys
from pathlib import Path

import click

from ..api.build_folder import prepare_build_folder
from .discover import PiecePath, piece_here
from .output import JSON, echo_json, format_option
from .report import tell_findings


@click.command(short_help="Write the sung words as .srt, .vtt and .lrc.")
@click.argument("piece", type=PiecePath(), required=False, metavar="[PIECE]")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="One file alone: a .srt, .vtt or .lrc.",
)
@format_option("One object: files, findings.")
def subtitles(piece: Path | None, output: Path | None, form: str) -> None:
    """Write the sung words as subtitles: build/NAME.srt, .vtt and .lrc, beside the film.

    Lines and times are those of the words on the screen (`video.lyrics`). Without that key, all parts
    are written. In .vtt and .lrc each word has its own time. Files of an earlier run are replaced. With
    -o only the file that it names is written, in the kind that its ending says.
    """
    from ..api.errors import RequestError
    from ..api.output import checked_output, refuse_sources
    from ..api.sources import sources_of
    from ..api.variant import Variant
    from ..api.words import SUFFIXES, subtitle_texts
    from ..dsl.findings.plain import shown
    from ..dsl.load import load_piece
    from ..store.writing import published
    from .film_options import film_path

    manifest = piece or piece_here(Path.cwd())
    loaded = load_piece(manifest)
    film = film_path(manifest, None, Variant().name(False))
    paths = [film.with_suffix(suffix) for suffix in SUFFIXES]
    try:
        if output is not None:
            paths = [checked_output(output, manifest.parent, SUFFIXES, "a file of subtitles")]
        for path in paths:
            refuse_sources(path, sources_of(loaded))
    except RequestError as error:
        raise click.UsageError(str(error)) from None
    texts, findings = subtitle_texts(loaded)
    if not texts:
        tell_findings([finding for finding in findings if finding.code == "MV565"], {})
        sys.exit(1)
    if output is None:
        prepare_build_folder(film.parent)
    for path in paths:
        with published(path, manifest.parent) as partial:
            partial.write_text(texts[path.suffix.lower()], encoding="utf-8", newline="\n")
    written = [str(path) for path in paths]
    if form == JSON:
        echo_json({"files": written})
    else:
        click.echo("\n".join(map(shown, written)))
