"""The training itself: step by step, each a function of the seed and its number, saved so that it goes on.

Every random number of a step comes from the seed and the step, so that a training that was stopped or killed
and goes on from its last save ends as one that was not. On one machine with the same number of threads, the
same seed gives the same bytes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from hashlib import sha256

import torch
from torch import Tensor

from ..tensors import tensor_of
from .corpus import Corpus, thumbnail
from .learners import CODE, Learner, learner_of

BATCH = 16
BATCH_ON_GPU = 64
STEPS_TIMED = 4


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a training.

    model   glo or vae
    steps   how many; the learning rate falls from their middle on
    """

    model: str
    size_px: int
    steps: int
    seed: int
    device: str = "cpu"


@dataclass(slots=True)
class Training:
    """A training under way."""

    corpus: Corpus
    options: Options
    learner: Learner
    optimiser: torch.optim.Adam
    step: int = 0
    seconds: float = 0.0
    losses: list[float] = field(default_factory=list)

    @classmethod
    def begun(cls, corpus: Corpus, options: Options) -> Training:
        """A training before its first step."""
        device = torch.device(options.device)
        before = torch.get_rng_state()
        torch.manual_seed(number_of(options.seed, "weights"))
        try:
            small = torch.stack([tensor_of(thumbnail(frame)) for frame in corpus.frames])
            learner = learner_of(options.model, options.size_px, len(corpus.classes), small, device)
        finally:
            torch.set_rng_state(before)
        named = learner.parameters()
        groups = [{"params": [p], "lr": learner.rate(name), "name": name} for name, p in named.items()]
        return cls(corpus, options, learner, torch.optim.Adam(groups))

    @property
    def batch(self) -> int:
        """Frames in a step."""
        return BATCH_ON_GPU if self.options.device.startswith("cuda") else BATCH

    @property
    def passes(self) -> float:
        """The average number of times that each frame was learned."""
        return self.step * self.batch / len(self.corpus)

    def take_step(self) -> float:
        """One step; the loss before it."""
        started_s = time.perf_counter()
        device = torch.device(self.options.device)
        random = torch.Generator().manual_seed(number_of(self.options.seed, f"step {self.step}"))
        rows = torch.randint(0, len(self.corpus), (self.batch,), generator=random)
        noise = torch.randn(self.batch, CODE, generator=random)
        self._set_rates()
        frames, classes = self.frames(rows), self.classes(rows)
        with _mixed(device):
            loss = self.learner.loss(rows.to(device), frames, classes, noise.to(device))
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        self.learner.settle(rows.to(device))
        found = float(loss.detach())
        self.losses.append(found)
        self.step += 1
        self.seconds += time.perf_counter() - started_s
        return found

    def frames(self, rows: Tensor) -> Tensor:
        """Frames of the corpus on the device, in [-1, 1]."""
        frames = tensor_of(self.corpus.frames[rows.numpy()])
        return frames.to(self.options.device).float() / 127.5 - 1.0

    def classes(self, rows: Tensor) -> Tensor:
        """Their classes, one-hot."""
        labels = tensor_of(self.corpus.labels[rows.numpy()])
        count = len(self.corpus.classes)
        return torch.nn.functional.one_hot(labels, count).float().to(self.options.device)

    @torch.no_grad()
    def codes(self) -> Tensor:
        """The codes of all frames, float32 on the CPU."""
        every = torch.arange(len(self.corpus))
        found = [
            self.learner.codes(self.frames(rows), self.classes(rows), rows.to(self.options.device))
            .float()
            .cpu()
            for rows in torch.split(every, 256)
        ]
        return torch.cat(found)

    @torch.no_grad()
    def decoded(self, codes: Tensor, classes: Tensor) -> Tensor:
        """Images of codes, float32 on the CPU, in [-1, 1]."""
        device = torch.device(self.options.device)
        made = [
            self.learner.decoder(some.to(device), shares.to(device)).float().cpu()
            for some, shares in zip(torch.split(codes, 32), torch.split(classes, 32), strict=True)
        ]
        return torch.cat(made)

    def _set_rates(self) -> None:
        share = self.step / self.options.steps
        falling = 1.0 if share <= 0.5 else min(1.0, 2.2 * (1.0 - share) + 0.02)
        for group in self.optimiser.param_groups:
            group["lr"] = self.learner.rate(group["name"]) * falling


def run(
    training: Training,
    on_step: Callable[[Training, float], None],
    stopped: Callable[[], bool] = lambda: False,
) -> bool:
    """Take all steps that are left; False where it was stopped between two of them."""
    while training.step < training.options.steps:
        if stopped():
            return False
        on_step(training, training.take_step())
    return True


def seconds_a_step(corpus: Corpus, options: Options) -> float:
    """The time of a step here: the fastest of a few, from a training that is discarded."""
    trial = Training.begun(corpus, options)
    took = []
    for _ in range(STEPS_TIMED):
        before = trial.seconds
        trial.take_step()
        took.append(trial.seconds - before)
    return min(took)


def number_of(seed: int, what: str) -> int:
    """A seed of 63 bits for one purpose."""
    return int.from_bytes(sha256(f"{seed}/train/{what}".encode()).digest()[:8], "little") >> 1


def _mixed(device: torch.device) -> AbstractContextManager[object]:
    """Half precision where it is quicker: on a GPU."""
    return torch.autocast("cuda", torch.bfloat16) if device.type == "cuda" else nullcontext()
