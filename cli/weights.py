"""`musicvis weights`: the networks' weights on this machine, fetched, added and listed."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ..store.errors import StoreError
from .discover import PiecePath
from .output import JSON, echo_json, format_option
from .report import TerminalReporter, end_missing, tell_end

if TYPE_CHECKING:
    from ..renderers.generators.biggan.library import Entry


@click.group("weights")
def weights() -> None:
    """Manage the weights of BigGAN on this machine.

    They are in the user's data folder, or in the folder MUSICVIS_WEIGHTS. Every piece may use them.
    """


PIN = click.option(
    "--pin", type=PiecePath(), metavar="PIECE", help="Write name and SHA-256 into this piece's manifest."
)


@weights.command("fetch")
@click.argument("name", required=False)
@click.option("--sha256", metavar="HEX", help="Required SHA-256 of the downloaded file.")
@PIN
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def fetch_command(name: str | None, sha256: str | None, pin: Path | None, quiet: bool) -> None:
    """Download released weights, e.g. biggan-deep-512.

    The addresses are those of the package pytorch-pretrained-biggan. An interrupted download continues
    where it stopped.
    """

    reporter = TerminalReporter(quiet)
    try:
        from ..api.machine.weights import fetch, held
        from ..renderers.generators.biggan.fetch import releases

        table = releases()
        if name not in table:
            known = ", ".join(sorted(table))
            raise click.UsageError(f"{name} is none of {known}" if name else f"name one of {known}")
        entry = held(name, sha256)
        if entry is None:
            reporter.message(f"fetching {table[name].weights}")

            def came(done: int, total: int) -> None:
                reporter.progress("download", done, total or done + 1)

            entry = fetch(name, sha256=sha256, progress=came)
        else:
            reporter.message(f"{name} is already stored")
    except KeyboardInterrupt:
        click.echo(err=True)
        tell_end("stopped; the same command continues", is_error=False)
        sys.exit(130)
    except ModuleNotFoundError as error:
        end_missing(error, "", "render", "gan")
    except StoreError as error:
        _tell_homeless(error)
    except OSError as error:
        _tell_unwritten(error)
    _tell_kept(entry, pin, reporter)


@weights.command("add")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--name", help="Name of the weights. [default: biggan-deep-SIZE]")
@PIN
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def add_command(path: Path, name: str | None, pin: Path | None, quiet: bool) -> None:
    """Add weights from this machine.

    PATH is a folder with config.json and pytorch_model.bin (or model.safetensors), or the path of the
    latter file, with config.json beside it. Every tensor is checked.
    """

    try:
        from ..api.machine.weights import add

        entry = add(path, name)
    except ModuleNotFoundError as error:
        end_missing(error, "", "render", "gan")
    except StoreError as error:
        _tell_homeless(error)
    except OSError as error:
        _tell_unwritten(error)
    _tell_kept(entry, pin, TerminalReporter(quiet))


@weights.command("list")
@format_option("An array of objects: name, resolution_px, sha256, folder.")
def list_command(form: str) -> None:
    """List the weights: name, image size, SHA-256, folder."""
    from ..api.machine.weights import installed
    from ..dsl.findings.plain import shown
    from ..renderers.generators.biggan.library import library_folder

    try:
        found = installed()
    except StoreError as error:
        _tell_homeless(error)
    if form == JSON:
        echo_json(
            [
                {
                    "name": entry.name,
                    "resolution_px": entry.resolution_px,
                    "sha256": entry.sha256,
                    "folder": str(entry.folder),
                }
                for entry in found
            ]
        )
        return
    for entry in found:
        click.echo(shown(f"{entry.name}  {entry.resolution_px} px  {entry.sha256}  {entry.folder}"))
    if not found:
        hint = "musicvis weights fetch biggan-deep-512 gets some"
        click.echo(shown(f"no weights in {library_folder()}; {hint}"), err=True)


def _tell_homeless(error: StoreError) -> NoReturn:
    tell_end(f"{error}; {error.hint}")
    sys.exit(1)


def _tell_kept(entry: "Entry", pin: Path | None, reporter: TerminalReporter) -> None:
    from ..api.edits.pin import pin_weights

    reporter.message(f"{entry.name}: {entry.resolution_px} px, sha256 {entry.sha256}, in {entry.folder}")
    if pin is None:
        return
    try:
        pin_weights(pin, entry.name, entry.sha256)
    except (ValueError, OSError) as error:
        tell_end(f"{pin}: {error}; nothing was pinned")
        sys.exit(1)
    reporter.message(f"pinned in {pin}")


def _tell_unwritten(error: OSError) -> NoReturn:
    tell_end(f"{error.filename or 'the store'}: {error.strerror or error}")
    sys.exit(1)
