"""`musicvis compile`: a piece becomes a film."""

import re
import sys
import time
from pathlib import Path
from typing import Literal

import click

from .discover import PiecePath, piece_here, piece_name
from .report import TerminalReporter, summary, tell_findings

IGNORE_ALL = "# Made by musicvis; nothing here is a source.\n*\n"


def stem_kinds(context: click.Context, parameter: click.Parameter, text: str | None) -> tuple[str, ...]:
    """The kinds of files that --stems names."""
    kinds = tuple(dict.fromkeys(part.strip() for part in text.split(","))) if text else ()
    for kind in kinds:
        if kind not in ("dry", "wet"):
            raise click.BadParameter(f"{kind or 'nothing'} is neither dry nor wet")
    return kinds


@click.command("compile")
@click.argument("piece", type=PiecePath(), required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The film: .mp4 or .mkv; or its sound: .wav or .flac.",
)
@click.option("--draft", is_flag=True, help="A first look: small, coarse and fast.")
@click.option("--bars", metavar="RANGE", help="A passage: 5..8 is bars 5, 6 and 7; also 6|6..7|3 or @B.. .")
@click.option("--seconds", metavar="N", help="Only the first N seconds.")
@click.option("--size", metavar="WxH", help="Size of the film, as 1280x720.")
@click.option("--fps", metavar="RATE", help="Frames per second, as 30, 23.976 or 30000/1001.")
@click.option(
    "--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a key, as visuals.depth=0.5."
)
@click.option(
    "--device", default="auto", show_default=True, help="Where the picture is computed: auto, cpu, cuda."
)
@click.option(
    "--precision",
    type=click.Choice(("auto", "fp32", "bf16")),
    default="auto",
    show_default=True,
    help="Of BigGAN: exact, or the faster half.",
)
@click.option(
    "--backend",
    type=click.Choice(("auto", "torch", "openvino")),
    default="auto",
    show_default=True,
    help="What computes BigGAN.",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Frames computed at once. [default: one per core]"
)
@click.option("--only", type=click.Choice(("audio", "picture")), help="The sound alone, or a silent film.")
@click.option(
    "--stems", metavar="KINDS", callback=stem_kinds, help="Keep each bus as a file: dry, wet or dry,wet."
)
@click.option(
    "--bits", type=click.Choice(("16", "24", "32")), help="Of a .wav or .flac; 32 are floats.  [default: 24]"
)
@click.option(
    "--trust-plugins",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    metavar="FOLDER",
    help="Run VST3 plugins that the piece names, from this folder.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what is wrong.")
def compile_command(
    piece: Path | None,
    output: Path | None,
    draft: bool,
    bars: str | None,
    seconds: str | None,
    size: str | None,
    fps: str | None,
    overrides: tuple[str, ...],
    device: str,
    precision: str,
    backend: str,
    workers: int | None,
    only: Literal["audio", "picture"] | None,
    stems: tuple[str, ...],
    bits: str | None,
    trust_plugins: tuple[Path, ...],
    quiet: bool,
) -> None:
    """Compile a piece to a film.

    PIECE is a folder that holds piece.yaml, or the manifest itself; without one, the piece around the
    current folder.
    The film is written to build/NAME.mp4 beside the manifest, a passage or a draft to a name of its own;
    it appears when it is whole, and not before.
    """
    from ..compiler.compile import compile_piece
    from ..dsl.diagnostics import PieceError
    from ..dsl.load import load_piece

    started_s = time.monotonic()
    reporter = TerminalReporter(quiet)
    manifest = piece or piece_here(Path.cwd())
    if output is not None and output.suffix.lower() in (".wav", ".flac"):
        only = only or "audio"
    variant = variant_name(draft, bars, seconds, only == "picture")
    target = film_path(manifest, output, variant, only == "audio")
    if bits is not None and only != "audio":
        raise click.UsageError("--bits is for a .wav or .flac: write --only audio")
    if stems and only == "picture":
        raise click.UsageError("a silent film has no buses: leave out --stems, or --only picture")
    if bits == "32" and target.suffix.lower() == ".flac":
        raise click.UsageError("FLAC holds whole numbers: write --bits 24, or a .wav file")
    drafted = draft_overrides(size, fps) if draft else ()
    loaded = load_piece(manifest, (*drafted, *overrides), bars=bars, seconds=seconds, size=size, fps=fps)
    compilation = compile_piece(loaded, trust_plugins)
    tell_findings(compilation.diagnostics, loaded.files)
    if compilation.plan is None:
        click.echo(f"{manifest}: {summary(compilation.diagnostics)}; nothing was written", err=True)
        sys.exit(1)
    plan = compilation.plan
    reporter.message(
        f"{plan.title}: {float(plan.duration_s):.1f} s, {plan.picture.frame_count} frames of "
        f"{plan.picture.width_px}x{plan.picture.height_px} at {plan.picture.fps} fps, "
        f"{len(plan.sound.buses)} bus{'es' if len(plan.sound.buses) != 1 else ''}"
    )
    try:
        from ..renderers.render import render

        if output is None:
            prepare_build_folder(target.parent)
        report = render(
            plan,
            target,
            reporter=reporter,
            draft=draft,
            device=device,
            workers=workers,
            only=only,
            stems=stems,
            bits=int(bits or 24),
            precision=precision,
            backend=backend,
        )
    except PieceError as error:
        tell_findings(error.diagnostics, loaded.files)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo(f"\nstopped; {target} was not written", err=True)
        sys.exit(130)
    except ModuleNotFoundError as error:
        click.echo(
            f"error: {error.name} is missing; to compile, type: pip install 'musicvis[render]'", err=True
        )
        sys.exit(1)
    except OSError as error:
        click.echo(f"error: {target}: {error.strerror or error}; nothing was written", err=True)
        sys.exit(1)
    if report.stem_folder is not None:
        reporter.message(f"the buses are in {report.stem_folder}")
    reporter.message(f"wrote {target} in {time.monotonic() - started_s:.0f} s")


def variant_name(draft: bool, bars: str | None, seconds: str | None, silent: bool) -> str:
    """What a file's name says beside the piece's: a passage must not take the place of the whole film."""
    said = {
        "draft": "draft" if draft else None,
        "bars": bars and f"bars-{bars}",
        "seconds": seconds and f"{seconds.removesuffix('s')}s",
        "silent": "silent" if silent else None,
    }
    plain = (re.sub(r"[^0-9A-Za-z.]+", "-", part).strip("-.") for part in said.values() if part)
    return "".join(f"-{part}" for part in plain)


def film_path(manifest: Path, output: Path | None, variant: str = "", is_sound: bool = False) -> Path:
    """Where the film or its sound goes: as asked, or build/NAME.mp4 or .wav beside the manifest.

    Raises click.UsageError for a suffix that is none, and for a folder that does not exist.
    """
    if output is None:
        suffix = ".wav" if is_sound else ".mp4"
        return manifest.parent / "build" / f"{piece_name(manifest)}{variant}{suffix}"
    suffix = output.suffix.lower()
    if is_sound and suffix not in (".wav", ".flac"):
        raise click.UsageError(f"{output}: a sound ends in .wav or .flac")
    if not is_sound and suffix not in (".mp4", ".mkv"):
        raise click.UsageError(f"{output}: a film ends in .mp4 (H.264 and AAC) or .mkv (H.264 and FLAC)")
    if not output.parent.is_dir():
        raise click.UsageError(
            f"{output.parent} does not exist; make the folder first, or name another with -o"
        )
    return output


def draft_overrides(size: str | None, fps: str | None) -> tuple[str, ...]:
    """What --draft changes in the manifest, unless the command line says otherwise."""
    from ..renderers.render import DRAFT

    return tuple(
        f"{key}={value}"
        for key, value in DRAFT.items()
        if not ((key == "video.size" and size) or (key == "video.fps" and fps))
    )


def prepare_build_folder(folder: Path) -> None:
    """Make the build folder, with a file that keeps it out of git."""
    folder.mkdir(exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text(IGNORE_ALL, encoding="utf-8")
