"""`musicvis classes`: what the picture can show."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .complete import class_words, table_of
from .discover import PiecePath, nearest_piece, word_and_piece
from .output import JSON, echo_json, format_option
from .report import tell_findings

if TYPE_CHECKING:
    from ..compiler.classes.table import ClassTable

Record = dict[str, Any]


@click.command(short_help="Search the subjects that a picture can have.")
@click.argument("text", required=False, metavar="TEXT", shell_complete=class_words)
@click.argument("there", required=False, metavar="[PIECE]", shell_complete=PiecePath().shell_complete)
@click.option(
    "--piece",
    type=PiecePath(),
    metavar="PIECE",
    help="The classes of this piece's generator. [default: the piece around the current folder]",
)
@click.option("--like", metavar="WORDS", help="List the ten classes nearest in meaning to English words.")
@click.option(
    "--sheet",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Draw all motifs, plain and mirrored, into a .png or .jpg.",
)
@format_option("An array of objects with index, names, look, and with --like score.")
def classes(
    text: str | None,
    there: str | None,
    piece: Path | None,
    like: str | None,
    sheet: Path | None,
    form: str,
) -> None:
    """Search the classes by name, e.g. `musicvis classes drum`; the best match comes first.

    PIECE, or --piece, names the piece whose generator to search: `musicvis classes drum my-piece`.

    The classes are the 1000 of ImageNet, or those of the piece's own generator, such as a model that
    you trained. Without TEXT, all classes of such a generator are listed. The piece's own pictures and
    videos come first; without TEXT, they alone are listed.

    The embedded generator adds subjects that ImageNet lacks, such as moon, rain and tree. After each
    name you see how it shows the class: drawn, drawn like another class, or only a pattern in matching
    colours.

    With --like, search by meaning: `musicvis classes --like "a quiet harbour"`. Scores go up to 1;
    below 0.5 a class hardly fits.
    """
    text, named = word_and_piece(text, there)
    if named is not None:
        if piece is not None:
            raise click.UsageError("the piece is named twice: leave --piece out")
        piece = named
    if sheet is not None:
        if text is not None or like is not None:
            raise click.UsageError("--sheet draws all motifs: leave TEXT and --like out")
        draw_sheet(sheet)
        return
    if like is not None:
        if text is not None:
            raise click.UsageError("name a subject, or write --like, not both")
        classes_like(like, form)
        return
    table = own_table(piece)
    if text is None and table.is_imagenet and not table.pictures:
        raise click.UsageError("name a subject, as: musicvis classes drum")
    found = tuple(enumerate(table.names)) if text is None else table.search(text)
    own = [name for name in dict.fromkeys(table.pictures) if (text or "").casefold() in name.casefold()]
    others = found if text is not None or not own else ()
    found = (*((table.picture(name), (name,)) for name in own), *others)
    if form == JSON:
        echo_json([class_record(table, index, names) for index, names in found])
    else:
        for index, names in found:
            look = class_look(table, index)
            click.echo(f"{index:4d}  {', '.join(names)}{f': {look}' if look else ''}")
    if not found:
        from ..dsl.findings.plain import shown

        other = "try a plainer word, e.g. bird or drum" if table.is_imagenet else "leave it out to see all"
        message = f"no class has a name like {text!r}; {other}"
        click.echo(shown(message), err=True)
        sys.exit(1)


def class_record(table: "ClassTable", index: int, names: Sequence[str]) -> Record:
    """A class as plain values: with its look, and of a subject beside ImageNet's what BigGAN shows."""
    from ..dsl.values.subjects import IMAGENET_COUNT, subjects

    record: Record = {"index": index, "names": names}
    if table.is_imagenet:
        record["look"] = table.look(index)
        if IMAGENET_COUNT <= index < len(table):
            record["biggan"] = [
                {"name": table.name(other), "weight": share} for other, share in subjects()[index].stand_ins
            ]
    return record


def class_look(table: "ClassTable", index: int) -> str:
    """`drawn`, `as harp`, `only a pattern`; of a subject beside ImageNet's, also what BigGAN shows."""
    from ..dsl.values.subjects import IMAGENET_COUNT, subjects

    look = table.look(index)
    if not table.is_imagenet or not IMAGENET_COUNT <= index < len(table):
        return look
    shown = [f"{table.name(other)} {share:.0%}" for other, share in subjects()[index].stand_ins]
    return f"{look}; BigGAN shows {' and '.join(shown)}"


def own_table(piece: Path | None) -> "ClassTable":
    """The classes of a piece's generator; of ImageNet where there is no piece.

    Ends the command with code 1 where the generator of a piece that is named is not known.
    """
    from ..compiler.classes.table import imagenet
    from ..dsl.findings.diagnostics import PieceError

    manifest = piece or nearest_piece(Path.cwd())
    if manifest is None:
        return imagenet()
    try:
        return table_of(manifest)
    except PieceError as error:
        if piece is None:
            return imagenet()
        tell_findings(error.diagnostics, {})
        sys.exit(1)


def draw_sheet(file: Path) -> None:
    """Draw all motifs into a picture file; code 1 where it cannot be written."""
    from ..api.classes import draw_classes
    from ..api.errors import RequestError
    from ..dsl.findings.plain import shown

    try:
        draw_classes(file)
    except RequestError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        click.echo(shown(f"{file} cannot be written: {error.strerror or error}"), err=True)
        sys.exit(1)
    click.echo(shown(f"{file}: all motifs, plain and mirrored"), err=True)


def classes_like(words: str, form: str) -> None:
    """Print the ten classes nearest to some words; code 1 where none of them is known."""
    from ..api.classes import classes_like as nearest

    found = nearest(words)
    if form == JSON:
        echo_json(
            [{"index": index, "names": names, "score": round(score, 4)} for index, names, score in found]
        )
    else:
        for index, names, score in found:
            click.echo(f"{index:4d}  {score:.2f}  {', '.join(names)}")
    if not found:
        click.echo(f"no word of {words!r} is in the table of words; write plain English words", err=True)
        sys.exit(1)
