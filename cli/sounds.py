"""`musicvis sounds`: the soundfonts on this machine, listed and added."""

import sys
from pathlib import Path
from typing import NoReturn

import click

from .output import JSON, echo_json, format_option
from .report import tell_end


@click.group("sounds")
def sounds() -> None:
    """Manage the soundfonts on this machine.

    A piece names one as `audio.sounds`, or with `by: fluidsynth` for one stem. Added soundfonts are in
    the user's data folder, or in the folder MUSICVIS_SOUNDS. Every piece may name them. Of several files
    of one name, a piece has its own, else the user's, else the first in the system's folders.
    """


@sounds.command("list")
@format_option("An array of objects: name, title, copyright, size_bytes, path, other_names, hidden_by.")
def list_command(form: str) -> None:
    """List the soundfonts: name, size, title, copyright, path, other names.

    A file that no piece can name, because another of that name comes first, is told as hidden.
    """
    from ..api.machine.sounds import installed
    from ..compiler.sound.soundfonts import folders
    from ..dsl.findings.plain import shown

    found = installed()
    if form == JSON:
        echo_json(
            [
                {
                    "name": font.path.name,
                    "title": font.title,
                    "copyright": font.copyright,
                    "size_bytes": font.size_bytes,
                    "path": str(font.path),
                    "other_names": list(font.other_names),
                    "hidden_by": None if font.hidden_by is None else str(font.hidden_by),
                }
                for font in found
            ]
        )
        return
    for font in found:
        about = ", ".join(text for text in (font.title, font.copyright) if text) or "has no description"
        line = f"{font.path.name}  {font.size_bytes / 1e6:.0f} MB  {about}  {font.path}"
        if font.other_names:
            line += f"  also named {', '.join(font.other_names)}"
        if font.hidden_by is not None:
            line += f"  hidden: this name means {font.hidden_by}"
        click.echo(shown(line))
    if not found:
        hint = "Debian has fluid-soundfont-gm; or: musicvis sounds add FILE.sf2"
        looked = ", ".join(map(str, folders()))
        click.echo(shown(f"no soundfont in {looked}; {hint}"), err=True)


@sounds.command("add")
@click.argument("file", type=click.Path(path_type=Path))
def add_command(file: Path) -> None:
    """Add a soundfont: it is copied, so that every piece may name it.

    Check its licence before you publish a film: `musicvis sounds list` shows the file's own copyright
    notice.
    """
    from ..api.errors import RequestError
    from ..api.machine.sounds import add_file
    from ..compiler.sound.soundfonts import named
    from ..dsl.findings.diagnostics import PieceError
    from ..dsl.findings.plain import shown
    from ..dsl.text.format import scalar_text
    from ..store.errors import StoreError

    before = named(file.name)
    try:
        font = add_file(file)
    except RequestError as error:
        raise click.UsageError(str(error)) from None
    except PieceError as error:
        _end(f"{file}: {error.diagnostics[0].message}")
    except StoreError as error:
        _end(f"{error}; {error.hint}")
    except FileExistsError as error:
        _end(f"{error.filename} already exists; nothing was changed")
    except OSError as error:
        _end(f"{error.filename or file}: {error.strerror or error}")
    written = scalar_text(font.path.name)
    click.echo(f"{font.path.name}: {font.size_bytes / 1e6:.0f} MB; write `sounds: {written}` under audio")
    if before is not None:
        click.echo(shown(f"this name meant {before} before"))
    if font.copyright:
        click.echo(shown(f"it says: {font.copyright}"))


def _end(text: str) -> NoReturn:
    tell_end(text)
    sys.exit(1)
