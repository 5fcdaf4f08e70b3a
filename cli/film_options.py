"""Which film of a piece a command means: all of it, a passage, a draft; and the names of their files."""

import re
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..renderers.encoding import QUALITIES
from .complete import bar_words
from .discover import piece_name
from .place_words import range_callback
from .report import summary, tell_findings

if TYPE_CHECKING:
    from ..compiler.plan import Plan
    from ..dsl.load import Loaded
    from ..dsl.model.piece import Piece
    from ..store.store import Store

DRAFT_PIXELS, DRAFT_FPS, DRAFT_RESOLUTION = 640 * 360, Fraction(15), 256
IGNORE_ALL = "# Made by musicvis; nothing here is a source.\n*\n"

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Variant:
    """What the command line changes in a manifest."""

    draft: bool = False
    bars: str | None = None
    seconds: str | None = None
    size: str | None = None
    fps: str | None = None
    quality: str | None = None
    overrides: tuple[str, ...] = ()

    def loaded(self, manifest: Path) -> "Loaded":
        """The piece as this film needs it."""
        from ..dsl.load import load_piece

        load = partial(
            load_piece,
            manifest,
            bars=self.bars,
            seconds=self.seconds,
            size=self.size,
            fps=self.fps,
            quality=self.quality,
        )
        loaded = load(self.overrides)
        if not self.draft or loaded.piece is None:
            return loaded
        written = draft_overrides(loaded.piece)
        said = {"video.size": self.size, "video.fps": self.fps, "video.quality": self.quality}
        drafted = tuple(text for key, text in written.items() if said.get(key) is None)
        # What --set says wins: it stands last.
        return load((*drafted, *self.overrides))

    def name(self, silent: bool = False) -> str:
        """What a file's name says beside the piece's: a passage must not take the place of the whole film."""
        said = {
            "draft": "draft" if self.draft else None,
            "bars": self.bars and f"bars-{self.bars}",
            "seconds": self.seconds and f"{self.seconds.removesuffix('s')}s",
            "silent": "silent" if silent else None,
        }
        plain = (re.sub(r"[^0-9A-Za-z.]+", "-", part).strip("-.") for part in said.values() if part)
        return "".join(f"-{part}" for part in plain)


def variant_options(command: Command) -> Command:
    """The options of a command that become a Variant; the command takes them as `variant`."""
    for option in reversed(
        (
            click.option("--draft", is_flag=True, help="A first look: small, coarse and fast."),
            click.option(
                "--bars",
                metavar="RANGE",
                callback=range_callback,
                shell_complete=bar_words,
                help="A passage: 5..8 is bars 5, 6 and 7; also 6:6..7:3 or @B.. .",
            ),
            click.option("--seconds", metavar="N", help="Only the first N seconds."),
            click.option("--size", metavar="WxH", help="Size of the film, as 1280x720."),
            click.option("--fps", metavar="RATE", help="Frames per second, as 30, 23.976 or 30000/1001."),
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
                help="Override a key, as visuals.depth=0.5.",
            ),
        )
    ):
        command = option(command)
    return command


def variant_of(options: dict[str, Any]) -> Variant:
    """Takes the options of `variant_options` out of a command's."""
    names = ("draft", "bars", "seconds", "size", "fps", "quality", "overrides")
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
    from ..compiler.cache.plan import compile_piece_kept
    from ..compiler.compile import compile_piece
    from ..dsl.findings.render import shown

    loaded = variant.loaded(manifest)
    made = compile_piece(loaded, trusted) if store is None else compile_piece_kept(loaded, trusted, store)
    tell_findings(made.diagnostics, loaded.files, quiet)
    if made.plan is None:
        click.echo(shown(f"{manifest}: {summary(made.diagnostics)}; nothing was written"), err=True)
        sys.exit(1)
    return made.plan


def film_path(
    manifest: Path,
    output: Path | None,
    variant: str = "",
    is_sound: bool = False,
    container: str | None = None,
) -> Path:
    """Where the film or its sound goes: as asked, or build/NAME beside the manifest.

    container   the piece's `video.container`, which ends the name of a film where none is asked for

    Raises click.UsageError for a suffix that is none, for a folder that does not exist, and for a place that
    holds something else than a file. What -o names outside the piece may be a link; one inside it is not
    followed: whoever made the piece could have it lead to anything.
    """
    from ..renderers.encoding import CONTAINERS, SOUND_SUFFIXES

    if output is None:
        suffix = SOUND_SUFFIXES[0] if is_sound else f".{container}" if container else next(iter(CONTAINERS))
        return in_build_folder(manifest, f"{piece_name(manifest)}{variant}{suffix}")
    try:
        if names_below(output, manifest.parent) and output.is_symlink():
            raise click.UsageError(
                f"{output} is a link inside the piece, which could lead anywhere; name another place with -o"
            )
        output = output.resolve() if output.is_symlink() else output
        is_other = output.exists() and not output.is_file()
    except OSError as error:
        raise click.UsageError(f"{output}: {error.strerror}; name another with -o") from None
    suffix = output.suffix.lower()
    if is_sound and suffix not in SOUND_SUFFIXES:
        raise click.UsageError(f"{output}: a sound must end in {' or '.join(SOUND_SUFFIXES)}")
    if not is_sound and suffix not in CONTAINERS:
        said = " or ".join(f"{suffix} ({kind.holds})" for suffix, kind in CONTAINERS.items())
        raise click.UsageError(f"{output}: a film must end in {said}")
    if not output.parent.is_dir():
        raise click.UsageError(
            f"{output.parent} does not exist; make the folder first, or name another with -o"
        )
    if is_other:
        raise click.UsageError(f"{output} is not a regular file; choose another path with -o")
    try:
        # Found out now, not when the film is finished.
        with tempfile.TemporaryFile(dir=output.parent):
            pass
    except OSError as error:
        reason = f"{output.parent} cannot be written to: {error.strerror}; name another folder with -o"
        raise click.UsageError(reason) from None
    return output


def names_below(path: Path, root: Path) -> tuple[str, ...]:
    """The names on the way to a file that a piece may have brought; none outside a piece."""
    from ..dsl.text.folders import guarded

    return guarded(path, root)[1]


def in_build_folder(manifest: Path, name: str) -> Path:
    """The place of a finished file beside the manifest; raises click.UsageError where a link stands there."""
    folder = manifest.parent / "build"
    for path in (folder, folder / name):
        if path.is_symlink():
            raise click.UsageError(
                f"{path} is a link, and a piece could lead anywhere with it; name the place with -o"
            )
    return folder / name


def draft_overrides(piece: "Piece") -> dict[str, str]:
    """What --draft changes in a manifest, by key: small, coarse and at most half the rate.

    The film keeps its aspect, to the even pixel, and nothing becomes larger than it was.
    """
    video = piece.video
    scale = min(1.0, sqrt(DRAFT_PIXELS / (video.width_px * video.height_px)))
    width_px, height_px = (max(16, 2 * round(side * scale / 2)) for side in (video.width_px, video.height_px))
    values = {
        "video.size": f"{width_px}x{height_px}",
        "video.fps": str(min(video.fps, DRAFT_FPS)),
        "video.quality": "draft",
        "visuals.resolution": str(min(piece.visuals.resolution, DRAFT_RESOLUTION)),
    }
    return {key: f"{key}={value}" for key, value in values.items()}


def prepare_build_folder(folder: Path) -> None:
    """Make the build folder, with a file that keeps it out of git. Raises PieceError where it is a link."""
    from ..store.writing import make_folders, write_new

    make_folders(folder, folder.parent)
    with suppress(FileExistsError):
        write_new({folder / ".gitignore": IGNORE_ALL.encode()}, folder.parent)


def film_name(manifest: Path, variant: Variant) -> str:
    """What tells this film from the others of its user."""
    return f"{manifest.resolve()} {variant.name()}"
