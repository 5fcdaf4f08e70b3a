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
@format_option("One object: files, findings.")
def subtitles(piece: Path | None, form: str) -> None:
    """Write the sung words as subtitles: build/NAME.srt, .vtt and .lrc, beside the film.

    Lines and times are those of the words on the screen (`video.lyrics`). Without that key, all parts
    are written. In .vtt and .lrc each word has its own time. Files of an earlier run are replaced.
    """
    from ..api.variant import Variant
    from ..api.words import subtitle_texts
    from ..dsl.load import load_piece
    from ..store.writing import published
    from .film_options import film_path

    manifest = piece or piece_here(Path.cwd())
    texts, findings = subtitle_texts(load_piece(manifest))
    if not texts:
        tell_findings([finding for finding in findings if finding.code == "MV565"], {})
        sys.exit(1)
    film = film_path(manifest, None, Variant().name(False))
    prepare_build_folder(film.parent)
    written = []
    for suffix, text in texts.items():
        path = film.with_suffix(suffix)
        with published(path) as partial:
            partial.write_text(text, encoding="utf-8", newline="\n")
        written.append(str(path))
    if form == JSON:
        echo_json({"files": written})
    else:
        click.echo("\n".join(written))
