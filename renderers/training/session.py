"""A training from the first picture to the finished folder: its messages, saves and previews."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import Span
from ...dsl.text.model_file import MODEL
from .corpus import Corpus
from .figures import Expected, expected, measured
from .save import RESUME, model_folder, resumed, save_model, save_state, saved_options
from .sheet import write_losses, write_sheet
from .train import BATCH, BATCH_ON_GPU, Options, Training, run, seconds_a_step

SAVE_EVERY_S = 30.0
SHEET, LOSSES = "sheet.png", "loss.png"


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimate of a training."""

    steps: int
    seconds_a_step: float
    expected: Expected

    @property
    def seconds(self) -> float:
        """For all of it."""
        return self.steps * self.seconds_a_step


def estimate(
    corpus: Corpus, options: Options, minutes: float | None, steps: int | None, done: int = 0
) -> Estimate:
    """The steps for that time, or the time for these steps, by a few steps that are timed here.

    done   how many steps were taken before
    """
    one_s = seconds_a_step(corpus, options)
    total = steps if steps is not None else done + max(1, round((minutes or 0.0) * 60.0 / one_s))
    batch = BATCH_ON_GPU if options.device.startswith("cuda") else BATCH
    return Estimate(total, one_s, expected(len(corpus), total, batch, options.size_px))


def check_free(folder: Path, *, resume: bool, replace: bool) -> None:
    """Raises PieceError (MV624) if a model exists and the caller did not say what to do with it."""
    there = [name for name in (MODEL, RESUME) if (folder / name).exists()]
    if there and not (resume or replace):
        message = f"{folder} already holds a model"
        hint = "continue it with --resume, overwrite it with --replace, or choose another --name"
        raise PieceError([Diagnostic("MV624", Span(str(folder)), message, hint)])


def begun(corpus: Corpus, options: Options, folder: Path, *, resume: bool) -> Training:
    """The training, new or as it was saved. Raises PieceError where it cannot go on."""
    model_folder(folder)
    return resumed(corpus, options, folder) if resume else Training.begun(corpus, options)


def steps_of(folder: Path) -> tuple[int, int]:
    """The number of steps that a folder's saved training has taken, and its total."""
    said = saved_options(folder)
    return said["step"], said["steps"]


def train(
    training: Training,
    folder: Path,
    name: str,
    *,
    told: Callable[[int, int, float], None],
    stopped: Callable[[], bool],
    save_every_s: float = SAVE_EVERY_S,
) -> dict[str, float]:
    """Take the steps that are left, and write the model; its figures.

    told      called after each step with its number, how many there are, and the loss, a mean of the last 50
    stopped   asked between steps; the model is then written as it is, and the training can go on
    """
    saved_s = time.monotonic()

    def on_step(training: Training, loss: float) -> None:
        nonlocal saved_s
        recent = training.losses[-50:]
        told(training.step, training.options.steps, sum(recent) / len(recent))
        if time.monotonic() - saved_s >= save_every_s:
            save_state(training, folder)
            show(training, folder)
            saved_s = time.monotonic()

    run(training, on_step, stopped)
    save_state(training, folder)
    figures = measured(training)
    save_model(training, folder, name, figures)
    show(training, folder)
    return figures


def show(training: Training, folder: Path) -> None:
    """Write the contact sheet and the curve of the loss."""
    write_sheet(training, folder / SHEET)
    write_losses(training, folder / LOSSES)
