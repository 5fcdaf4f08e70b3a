"""The options that choose a film of a piece (all of it, a passage, a draft), and the names of its files."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..api import build_folder
from ..api.build_folder import piece_name
from ..api.purpose import PURPOSES
from ..api.variant import Variant, compiled
from ..renderers.encoding import QUALITIES
from .complete import bar_words
from .place_words import range_callback
from .report import summary, tell_end, tell_findings

if TYPE_CHECKING:
    from ..compiler.plan import Plan
    from ..store.store import Store

Command = TypeVar("Command", bound=Callable[..., Any])


def variant_options(command: Command) -> Command:
    """The options of a command that become a Variant; the command takes them as `variant`."""
    for option in reversed(
        (
            click.option(
                "--for",
                "made_for",
                type=click.Choice(tuple(PURPOSES)),
                help="Where the film goes: sets size, rate, quality, loudness and container.",
            ),
            click.option("--draft", is_flag=True, help="A first look: small, coarse and fast."),
            click.option(
                "--bars",
                metavar="RANGE",
                callback=range_callback,
                shell_complete=bar_words,
                help="A passage: 5..8 is bars 5, 6 and 7; also 6:6..7:3 or @B.. .",
            ),
            click.option("--seconds", metavar="N", help="Only the first N seconds."),
            click.option("--loop", is_flag=True, help="Make the film repeat without a seam."),
            click.option("--size", metavar="WxH", help="Size of the film, e.g. 1280x720."),
            click.option("--fps", metavar="RATE", help="Frames per second, e.g. 30, 23.976 or 30000/1001."),
            click.option(
                "--quality",
                type=click.Choice(QUALITIES),
                help="How the picture is encoded.  [default: as video.quality says]",
            ),
            click.option(
                "--set",
                "overrides",
                metavar="KEY=VALUE",
                multiple=True,
                help="Override a key, e.g. visuals.depth=0.5.",
            ),
        )
    ):
        command = option(command)
    return command


def variant_of(options: dict[str, Any]) -> Variant:
    """Takes the options of `variant_options` out of a command's."""
    names = ("draft", "bars", "seconds", "size", "fps", "quality", "overrides", "made_for", "loop")
    return Variant(**{name: options.pop(name) for name in names})


def planned(
    manifest: Path,
    variant: Variant,
    trusted: tuple[Path, ...],
    store: "Store | None",
    quiet: bool = False,
) -> "Plan":
    """The plan of a piece; its findings go to stderr, with `quiet` only errors.

    Without a plan, the command ends with exit code 1.
    """

    loaded = variant.loaded(manifest)
    made = compiled(loaded, trusted, store)
    tell_findings(made.diagnostics, loaded.files, quiet)
    if made.plan is None:
        tell_end(f"{manifest}: {summary(made.diagnostics)}; nothing was written", is_error=False)
        sys.exit(1)
    return made.plan


def film_path(
    manifest: Path,
    output: Path | None,
    variant: str = "",
    is_sound: bool = False,
    container: str | None = None,
) -> Path:
    """The path of the film or its sound: as asked, or build/NAME beside the manifest.

    container   the piece's `video.container`, which ends the name of a film where none is asked for

    Raises click.UsageError for a suffix that is none, for a folder that does not exist, and for a place that
    holds something else than a file. What -o names outside the piece may be a link; one inside it is not
    followed: whoever made the piece could have it lead to anything.
    """
    from ..api.errors import RequestError
    from ..api.output import checked_output, film_kinds, sound_kinds

    kinds = sound_kinds() if is_sound else film_kinds()
    if output is None:
        suffix = f".{container}" if container and not is_sound else next(iter(kinds))
        return in_build_folder(manifest, f"{piece_name(manifest)}{variant}{suffix}")
    try:
        return checked_output(output, manifest.parent, kinds, "a sound" if is_sound else "a film")
    except RequestError as error:
        hint = f"; {error.hint} with -o" if error.hint else ""
        raise click.UsageError(f"{error.message}{hint}") from None


def make_build_folder(folder: Path) -> None:
    """Make the folder of finished files; raises click.UsageError where it cannot be written to."""
    from ..api.output import refusal

    try:
        build_folder.prepare_build_folder(folder)
    except OSError as error:
        message = f"{folder} cannot be written to: {refusal(error, folder)}"
        raise click.UsageError(f"{message}; name the place with -o") from None


def in_build_folder(manifest: Path, name: str) -> Path:
    """The place of a finished file beside the manifest; raises click.UsageError where a link is there."""
    from ..api.errors import RequestError

    try:
        return build_folder.in_build_folder(manifest, name)
    except RequestError as error:
        raise click.UsageError(f"{error.message}; name the place with -o") from None


plugins_option = click.option(
    "--trust-plugins",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    metavar="FOLDER",
    help="Run VST3 plugins that the piece names, from this folder.",
)
"""Whose code may run: a plugin is a program, and a piece may be a stranger's."""
