"""Training: pictures and videos of the user's to a generator for their pieces."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .arguments import paths_of
from .errors import RequestError, missing_packages_told

if TYPE_CHECKING:
    from ..dsl.findings.diagnostics import Diagnostic
    from ..renderers.training.corpus import Corpus
    from ..renderers.training.session import Estimate
    from ..renderers.training.train import Options

PathLike = str | os.PathLike[str]
MODELS = "models"
SIZES_PX = (32, 64, 128, 256, 512)
NETWORKS = ("glo", "vae")
DEFAULT_MINUTES = 10.0
SEED_MOST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A generator that was trained.

    folder       of the model: `visuals.weights` names it, relative to the piece
    name         what `visuals.generator` calls it
    classes      the names of its classes
    frames       how many pictures it learned from
    steps        how many steps it has taken
    seconds      how long that took
    figures      how well its pictures come back: loss, psnr_db, sharpness, ...
    is_stopped   it was stopped before the last step, and can go on
    findings     warnings about the pictures
    """

    folder: Path
    name: str
    classes: tuple[str, ...]
    frames: int
    steps: int
    seconds: float
    figures: dict[str, float]
    is_stopped: bool
    findings: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """A training task: the arguments of `train`."""

    sources: tuple[Path, ...]
    name: str
    folder: Path
    model: str = "glo"
    size_px: int = 64
    minutes: float | None = None
    steps: int | None = None
    every: int = 1
    seed: int = 1
    device: str = "auto"
    workers: int | None = None
    resume: bool = False
    replace: bool = False

    def check(self) -> None:
        """Checks the task. Raises RequestError, or PieceError (MV624) if the folder has a model already."""
        from ..dsl.text.model_file import name_of_model
        from ..renderers.training.session import check_free

        if fault := name_of_model(self.name):
            raise RequestError(f"a model cannot be called {self.name!r}: {fault}")
        if not self.sources:
            raise RequestError("there is nothing to learn", "name folders of pictures, or videos")
        if self.model not in NETWORKS or self.size_px not in SIZES_PX:
            sizes = ", ".join(map(str, SIZES_PX))
            message = f"there is no model {self.model} of {self.size_px} px"
            raise RequestError(message, f"choose {' or '.join(NETWORKS)}, and a size of {sizes}")
        if self.minutes is not None and self.steps is not None:
            raise RequestError("steps and minutes exclude each other")
        if self.resume and self.replace:
            raise RequestError("resume continues the training, replace overwrites it", "leave one out")
        numbers = (self.every, self.workers or 1, self.steps or 1)
        is_empty = self.minutes is not None and not self.minutes > 0
        if min(numbers) < 1 or is_empty or not 0 <= self.seed <= SEED_MOST:
            raise RequestError("every, workers, steps and minutes are greater than 0, and seed is not below")
        check_free(self.folder, resume=self.resume, replace=self.replace)


def train(
    sources: PathLike | Sequence[PathLike],
    name: str,
    *,
    into: PathLike | None = None,
    model: Literal["glo", "vae"] = "glo",
    size_px: int = 64,
    minutes: float | None = None,
    steps: int | None = None,
    every: int = 1,
    seed: int = 1,
    device: str = "auto",
    workers: int | None = None,
    resume: bool = False,
    replace: bool = False,
    progress: Callable[[int, int, float], object] | None = None,
    stop: Callable[[], bool] | None = None,
) -> TrainedModel:
    """Train a generator on pictures and videos of your own; as `musicvis train`.

    sources    a folder of pictures and videos, with a subfolder for each class; or one for each class
    name       what `visuals.generator` calls it
    into       the folder of the model; None for models/NAME in the current folder
    model      glo gives the sharpest frames; vae is a convolutional autoencoder
    size_px    side of the images: 32, 64, 128, 256 or 512
    minutes    how long to train; 10 where `steps` are not given either
    steps      how many steps to train; with `workers`, the same seed gives the same model on one machine
    every      take every Nth frame of a video
    device     auto, cpu, cuda or cuda:N
    workers    how many cores; None for all
    resume     go on with a stopped training, or train longer
    replace    write over a model that is there
    progress   called after each step with its number, how many there are, and the loss
    stop       asked between steps; where it says yes, the model is written as it is, and can go on

    Raises PieceError for pictures that cannot be used and a model that is there (MV624), RequestError,
    MissingPackageError, and OSError where the disk refuses.
    """
    task = Task(
        sources=tuple(paths_of(sources)),
        name=name,
        folder=Path(MODELS) / name if into is None else Path(into),
        model=model,
        size_px=size_px,
        minutes=minutes,
        steps=steps,
        every=every,
        seed=seed,
        device=device,
        workers=workers,
        resume=resume,
        replace=replace,
    )
    with missing_packages_told(), threads_kept():
        task.check()
        corpus, options = read(task, lambda stage, done, total: None)
        report = progress or (lambda step, steps, loss: None)
        return trained(
            task, corpus, options, estimated(task, corpus, options), report, stop or (lambda: False)
        )


def read(task: Task, progress: Callable[[str, int, int], object]) -> tuple[Corpus, Options]:
    """Reads the pictures and the options of a training; sets torch's number of threads. Raises PieceError."""
    import torch

    from ..renderers.crews.local import core_count
    from ..renderers.generators.identity import decided_device
    from ..renderers.training.corpus import corpus_of
    from ..renderers.training.train import Options

    torch.set_num_threads(task.workers or core_count())
    device = decided_device(task.device)
    options = Options(task.model, task.size_px, task.steps or 1, task.seed, device)
    return corpus_of(task.sources, options.size_px, task.every, progress), options


def estimated(task: Task, corpus: Corpus, options: Options) -> Estimate:
    """An estimate of steps, time and quality. Raises PieceError if the training cannot continue."""
    from ..renderers.training.session import estimate, steps_of

    done, steps, minutes = 0, task.steps, task.minutes
    if task.resume:
        done, before = steps_of(task.folder)
        steps = max(steps, done) if steps is not None else None if minutes is not None else before
    elif steps is None and minutes is None:
        minutes = DEFAULT_MINUTES
    return estimate(corpus, options, minutes, steps, done)


def trained(
    task: Task,
    corpus: Corpus,
    options: Options,
    found: Estimate,
    progress: Callable[[int, int, float], object],
    stop: Callable[[], bool],
) -> TrainedModel:
    """Train until it is done or stopped, and write the model."""
    from ..renderers.training.session import begun
    from ..renderers.training.session import train as work

    training = begun(corpus, options, task.folder, resume=task.resume)
    training.options = replace(options, steps=found.steps)
    figures = work(training, task.folder, task.name, told=lambda *said: _drop(progress(*said)), stopped=stop)
    return TrainedModel(
        folder=task.folder,
        name=task.name,
        classes=tuple(corpus.classes),
        frames=len(corpus),
        steps=training.step,
        seconds=training.seconds,
        figures=dict(figures),
        is_stopped=training.step < found.steps,
        findings=tuple(corpus.findings),
    )


def _drop(value: object) -> None:
    """Discards the return value of a caller's function, which the trainer ignores."""


@contextmanager
def threads_kept() -> Iterator[None]:
    """A context in which torch's number of threads may change; it is restored afterwards."""
    import torch

    before = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)
