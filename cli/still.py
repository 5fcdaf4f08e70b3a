"""`musicvis still`: one frame at a place, or a sheet of many, in the film's own quality."""

import sys
from pathlib import Path
from typing import Any

import click

from ..api.build_folder import piece_name, prepare_build_folder
from ..api.stills import ON_A_SHEET, SUFFIXES, frame_at, sheet_numbers, start_of
from .discover import PiecePath, piece_here, word_and_piece
from .film_options import in_build_folder, planned, variant_of, variant_options
from .output import JSON, echo_json, format_option
from .place_words import typed_place
from .report import end_missing, tell_end


@click.command(short_help="Write a frame at a place, or a contact sheet, as a picture.")
@click.argument("place", required=False)
@click.argument("there", required=False, metavar="[PIECE]", shell_complete=PiecePath().shell_complete)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The picture: .png or .jpg."
)
@click.option(
    "--sheet", is_flag=True, help="Write a contact sheet: frames at even distances through the film."
)
@click.option(
    "--count", type=click.IntRange(1, 100), default=ON_A_SHEET, show_default=True, help="Frames on the sheet."
)
@variant_options
@format_option("One object: still, frames, findings.")
def still(
    place: str | None,
    there: str | None,
    output: Path | None,
    sheet: bool,
    count: int,
    form: str,
    **options: Any,
) -> None:
    """Write the frame at PLACE, e.g. 7:3, in the film's size and quality; or a contact sheet.

    The frame has titles and fades, and is not compressed by the film's encoder. It is written
    to build/NAME-7-3.png beside the manifest, or where -o says. With --sheet, give no PLACE.
    """
    from ..api.errors import RequestError
    from ..api.output import checked_output, refuse_sources
    from ..api.sources import sources_of
    from ..compiler.heard_piece import hear
    from ..dsl.findings.collector import Findings
    from ..dsl.findings.plain import shown

    if sheet and there is None:
        # The only word is the piece: a sheet has no place.
        place, there = None, place
    place, piece = word_and_piece(place, there)
    if sheet != (place is None):
        raise click.UsageError("write a PLACE, e.g. 7:3, or --sheet")
    manifest, variant = piece or piece_here(Path.cwd()), variant_of(options)
    words = "sheet" if place is None else place.replace("|", "-").replace(":", "-")
    plain = "".join(letter for letter in words if letter.isalnum() or letter in "-.@")
    target = output or in_build_folder(manifest, f"{piece_name(manifest)}{variant.name()}-{plain}.png")
    try:
        if output is None:
            prepare_build_folder(target.parent)
        target = checked_output(target, manifest.parent, SUFFIXES, "a still")
        refuse_sources(target, sources_of(variant.loaded(manifest)))
        plan = planned(manifest, variant, (), None)
        picture = plan.picture
        if place is None:
            numbers = sheet_numbers(picture.frame_count, count)
        else:
            heard = hear(variant.loaded(manifest), Findings())
            number = frame_at(heard, typed_place(place), start_of(heard), picture)
            if number is None:
                raise click.UsageError(f"{place} is not in this film")
            numbers = [number]
        from ..renderers.film.sheet import write_stills

        write_stills(picture, numbers, target, manifest.parent)
    except RequestError as error:
        raise click.UsageError(str(error)) from None
    except ModuleNotFoundError as error:
        end_missing(error, "for stills")
    except OSError as error:
        tell_end(f"{target} cannot be written: {error.strerror or error}; nothing was written")
        sys.exit(1)
    if form == JSON:
        echo_json({"still": str(target), "frames": numbers})
    else:
        click.echo(shown(str(target)))
