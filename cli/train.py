"""`musicvis train`: trains a generator on the user's pictures and videos."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..api.errors import RequestError
from ..api.train import DEFAULT_MINUTES, MODELS, NETWORKS, SIZES_PX, Task, TrainedModel, estimated, read
from ..api.train import trained as work
from .discover import nearest_piece
from .interrupts import Stopped, asked_to_stop, stoppable
from .output import JSON, echo_json, format_option
from .report import TerminalReporter, end_missing, tell_findings

if TYPE_CHECKING:
    from ..renderers.training.corpus import Corpus
    from ..renderers.training.session import Estimate
    from ..renderers.training.train import Options


@click.command(short_help="Train a generator on your own pictures and videos.")
@click.argument("sources", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--name", required=True, help="Name of the model for `visuals.generator`.")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the model.  [default: models/NAME in the piece, or here]",
)
@click.option(
    "--model",
    type=click.Choice(NETWORKS),
    default="glo",
    show_default=True,
    help="glo gives the sharpest frames; vae is a convolutional autoencoder.",
)
@click.option(
    "--size",
    "size_px",
    type=click.Choice(tuple(map(str, SIZES_PX))),
    default="64",
    show_default=True,
    help="Side of the images in pixels; films enlarge them.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(0.0, 100_000.0, min_open=True),
    help=f"How long to train.  [default: {DEFAULT_MINUTES:g}]",
)
@click.option(
    "--steps", type=click.IntRange(1, 10_000_000), help="How many steps to train, instead of --minutes."
)
@click.option(
    "--every",
    type=click.IntRange(1, 10_000),
    default=1,
    show_default=True,
    help="Take every Nth frame of a video.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=1,
    show_default=True,
    help="Seed of the random numbers.",
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N.")
@click.option("--workers", type=click.IntRange(1, 256), help="Number of cores to use.  [default: all]")
@click.option("--resume", is_flag=True, help="Continue a stopped training, or train longer.")
@click.option("--replace", is_flag=True, help="Overwrite an existing model.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@format_option("One object: model, name, classes, frames, steps, seconds, figures, is_stopped, findings.")
def train(
    sources: tuple[Path, ...], name: str, into: Path | None, quiet: bool, form: str, **asked: Any
) -> None:
    """Train a generator on your own pictures and videos.

    SOURCES is a folder of pictures (PNG, JPEG, WebP) and videos, with a subfolder for each class; or a
    folder or a video for each class. Before it starts, it prints how long it will take and how sharp
    the result will be. While it runs, sheet.png in the model's folder shows its progress. Ctrl-C stops
    it and saves; the same command with --resume continues.

    With --steps and --workers, the same seed gives the same model on the same machine.

    \b
    musicvis train frames --name mine --minutes 10
    then, in piece.yaml:
      visuals: {generator: mine, weights: models/mine, classes: {C: bass}}
    """

    manifest = nearest_piece(Path.cwd())
    folder = into or (manifest.parent if manifest is not None else Path()) / MODELS / name
    task = Task(sources, name, folder, **asked | {"size_px": int(asked["size_px"])})
    reporter = TerminalReporter(quiet)
    try:
        with stoppable():
            task.check()
            corpus, options = read(task, reporter.progress)
            tell_findings(corpus.findings, {}, quiet)
            found = estimated(task, corpus, options)
        with asked_to_stop() as signal_that_came:
            for line in estimate_lines(corpus, options, found, folder):
                reporter.message(line)

            def on_step(step: int, steps: int, loss: float) -> None:
                reporter.progress("training", step, steps, f"loss {loss:.4f}")

            model = work(task, corpus, options, found, on_step, lambda: bool(signal_that_came()))
            reporter.message(trained_line(model))
            number = signal_that_came() if model.is_stopped else 0
    except RequestError as error:
        raise click.UsageError(str(error)) from None
    except Stopped as stop:
        click.echo("\nstopped before the training began; nothing was written", err=True)
        sys.exit(stop.exit_code)
    except ModuleNotFoundError as error:
        end_missing(error)
    except OSError as error:
        from ..dsl.findings.plain import shown

        reason = error.strerror or str(error)
        click.echo(shown(f"error: {error.filename or folder}: {reason}; what was saved is kept"), err=True)
        sys.exit(1)
    if form == JSON:
        echo_json(record_of(model))
    if number:
        reporter.message("stopped; what it has learned is saved, and --resume continues")
        sys.exit(Stopped(number).exit_code)
    for line in use_lines(corpus, name, folder, manifest):
        reporter.message(line)


def trained_line(model: TrainedModel) -> str:
    """The result of a training, in words."""
    from ..dsl.findings.plain import counted

    return (
        f"{counted(model.steps, 'step')} in {time_text(model.seconds)}: the frames come back with a PSNR of "
        f"{model.figures['psnr_db']:.1f} dB and {model.figures['sharpness']:.0%} of their sharpness"
    )


def record_of(model: TrainedModel) -> dict[str, Any]:
    """A model as plain values."""
    return {
        "model": str(model.folder),
        "name": model.name,
        "classes": list(model.classes),
        "frames": model.frames,
        "steps": model.steps,
        "seconds": round(model.seconds, 3),
        "figures": {key: round(value, 4) for key, value in model.figures.items()},
        "is_stopped": model.is_stopped,
    }


def estimate_lines(corpus: "Corpus", options: "Options", found: "Estimate", folder: Path) -> list[str]:
    """The estimate that is shown before training."""
    from ..dsl.findings.plain import counted
    from ..renderers.training.session import SHEET

    hope = found.expected
    names = ", ".join(corpus.classes[:6]) + (" ..." if len(corpus.classes) > 6 else "")
    many = "es" if len(corpus.classes) > 1 else ""
    dropped = f" ({corpus.dropped} near-equal ones dropped)" if corpus.dropped else ""
    lines = [
        f"{counted(len(corpus), 'frame')}{dropped} of {len(corpus.classes)} class{many}: {names}",
        f"{counted(found.steps, 'step')} of {1000 * found.seconds_a_step:.0f} ms on {options.device}: "
        f"about {time_text(found.seconds)}, each frame seen {counted(round(hope.passes), 'time')}",
        f"expect {hope.words}: about {hope.sharpness:.0%} of the frames' sharpness, "
        f"PSNR {hope.psnr_db:.0f} dB",
        "  (a guess from four trainings that were measured)",
    ]
    if hope.sharpness < 0.55:
        lines.append("for sharper pictures train longer, or on a GPU; --size 32 is faster")
    return [*lines, f"{folder / SHEET} shows the progress; Ctrl-C stops and saves"]


def use_lines(corpus: "Corpus", name: str, folder: Path, manifest: Path | None) -> list[str]:
    """The lines about how a piece uses the model."""
    from ..dsl.text.format import scalar_text

    root = manifest.parent if manifest is not None else Path()
    inside = folder.resolve().is_relative_to(root.resolve())
    where = folder.resolve().relative_to(root.resolve()).as_posix() if inside else f"{MODELS}/{name}"
    copied = "" if inside and manifest is not None else f" after a copy of {folder} into the piece"
    pairs = zip(("C", "E", "G"), corpus.classes, strict=False)
    classes = ", ".join(f"{key}: {scalar_text(value)}" for key, value in pairs)
    return [
        f"wrote {folder}; in piece.yaml{copied}:",
        f"  visuals: {{generator: {name}, weights: {where}, classes: {{{classes}}}}}",
    ]


def time_text(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
