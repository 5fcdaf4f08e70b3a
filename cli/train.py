"""`musicvis train`: trains a generator on the user's pictures and videos."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .discover import nearest_piece
from .interrupts import Stopped, asked_to_stop, stoppable
from .output import JSON, echo_json, format_option
from .report import TerminalReporter, end_missing, tell_findings

if TYPE_CHECKING:
    from ..renderers.training.corpus import Corpus
    from ..renderers.training.session import Estimate
    from ..renderers.training.train import Options

MODELS = "models"
DEFAULT_MINUTES = 10.0


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
    type=click.Choice(("glo", "vae")),
    default="glo",
    show_default=True,
    help="glo gives the sharpest frames; vae is a convolutional autoencoder.",
)
@click.option(
    "--size",
    type=click.Choice(("32", "64", "128", "256", "512")),
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
    from ..dsl.text.model_file import name_of_model

    if fault := name_of_model(name):
        raise click.UsageError(f"--name {name}: {fault}")
    if asked["steps"] is not None and asked["minutes"] is not None:
        raise click.UsageError("--steps and --minutes exclude each other")
    if asked["resume"] and asked["replace"]:
        raise click.UsageError("--resume continues the training, --replace overwrites it: leave one out")
    manifest = nearest_piece(Path.cwd())
    folder = into or (manifest.parent if manifest is not None else Path()) / MODELS / name
    reporter = TerminalReporter(quiet)
    try:
        with stoppable():
            from ..renderers.training.session import check_free

            check_free(folder, resume=asked["resume"], replace=asked["replace"])
            corpus, options = read(sources, asked, reporter)
            found = estimated(corpus, options, asked, folder)
        with asked_to_stop() as signal_that_came:
            for line in estimate_lines(corpus, options, found, folder):
                reporter.message(line)
            record = trained(
                corpus, options, found, folder, name, asked["resume"], reporter, signal_that_came
            )
            number = signal_that_came() if record["is_stopped"] else 0
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
        echo_json(record)
    if number:
        reporter.message("stopped; what it has learned is saved, and --resume continues")
        sys.exit(Stopped(number).exit_code)
    for line in use_lines(corpus, name, folder, manifest):
        reporter.message(line)


def read(
    sources: tuple[Path, ...], asked: dict[str, Any], reporter: TerminalReporter
) -> "tuple[Corpus, Options]":
    """The pictures, and what is asked of the training. Raises PieceError."""
    import torch

    from ..renderers.crews.local import core_count
    from ..renderers.generators.identity import decided_device
    from ..renderers.training.corpus import corpus_of
    from ..renderers.training.train import Options

    torch.set_num_threads(asked["workers"] or core_count())
    options = Options(
        asked["model"],
        int(asked["size"]),
        asked["steps"] or 1,
        asked["seed"],
        decided_device(asked["device"]),
    )
    corpus = corpus_of(sources, options.size_px, asked["every"], reporter.progress)
    tell_findings(corpus.findings, {}, reporter.quiet)
    return corpus, options


def estimated(corpus: "Corpus", options: "Options", asked: dict[str, Any], folder: Path) -> "Estimate":
    """How many steps, and what they take and give. Raises PieceError for a training that cannot go on."""
    from ..renderers.training.session import estimate, steps_of

    done, steps, minutes = 0, asked["steps"], asked["minutes"]
    if asked["resume"]:
        done, before = steps_of(folder)
        steps = max(steps, done) if steps is not None else None if minutes is not None else before
    elif steps is None and minutes is None:
        minutes = DEFAULT_MINUTES
    return estimate(corpus, options, minutes, steps, done)


def trained(
    corpus: "Corpus",
    options: "Options",
    found: "Estimate",
    folder: Path,
    name: str,
    resume: bool,
    reporter: TerminalReporter,
    signal_that_came: Callable[[], int],
) -> dict[str, Any]:
    """Train until it is done or a signal comes, and write; what came of it as plain values."""
    from dataclasses import replace

    from ..renderers.training.session import begun
    from ..renderers.training.session import train as work

    training = begun(corpus, options, folder, resume=resume)
    training.options = replace(options, steps=found.steps)

    def told(step: int, steps: int, loss: float) -> None:
        reporter.progress("training", step, steps, f"loss {loss:.4f}")

    figures = work(training, folder, name, told=told, stopped=lambda: bool(signal_that_came()))
    reporter.message(
        f"{training.step} steps in {time_text(training.seconds)}: the frames come back with a PSNR of "
        f"{figures['psnr_db']:.1f} dB and {figures['sharpness']:.0%} of their sharpness"
    )
    return {
        "model": str(folder),
        "name": name,
        "classes": list(corpus.classes),
        "frames": len(corpus),
        "steps": training.step,
        "seconds": round(training.seconds, 3),
        "figures": {key: round(value, 4) for key, value in figures.items()},
        "is_stopped": training.step < found.steps,
    }


def estimate_lines(corpus: "Corpus", options: "Options", found: "Estimate", folder: Path) -> list[str]:
    """What is known before the training begins."""
    from ..renderers.training.session import SHEET

    hope = found.expected
    names = ", ".join(corpus.classes[:6]) + (" ..." if len(corpus.classes) > 6 else "")
    many = "es" if len(corpus.classes) > 1 else ""
    dropped = f" ({corpus.dropped} near-equal ones dropped)" if corpus.dropped else ""
    lines = [
        f"{len(corpus)} frames{dropped} of {len(corpus.classes)} class{many}: {names}",
        f"{found.steps} steps of {1000 * found.seconds_a_step:.0f} ms on {options.device}: "
        f"about {time_text(found.seconds)}, each frame seen {hope.passes:.0f} times",
        f"expect {hope.words}: about {hope.sharpness:.0%} of the frames' sharpness, "
        f"PSNR {hope.psnr_db:.0f} dB",
        "  (a guess from four trainings that were measured)",
    ]
    if hope.sharpness < 0.55:
        lines.append("for sharper pictures train longer, or on a GPU; --size 32 is faster")
    return [*lines, f"{folder / SHEET} shows the progress; Ctrl-C stops and saves"]


def use_lines(corpus: "Corpus", name: str, folder: Path, manifest: Path | None) -> list[str]:
    """How a piece uses the model."""
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
