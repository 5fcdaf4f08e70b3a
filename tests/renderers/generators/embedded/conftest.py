"""Generators and vectors that several tests of the embedded generator share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator

# The classes of pieces/impassive: monastery, mushroom, marimba, screen, library, wok, drum, spider's web,
# seashore, shoji, computer keyboard, baseball.
PROJECT_CLASSES = (663, 947, 642, 782, 624, 909, 541, 815, 978, 789, 508, 429)

Noise = Callable[..., torch.Tensor]
OneHot = Callable[[Sequence[int]], torch.Tensor]


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def project_classes() -> tuple[int, ...]:
    return PROJECT_CLASSES


@pytest.fixture(scope="session")
def noise() -> Noise:
    """noise(count, seed, sigma=0.7): truncated at two sigma, as BigGAN takes it."""

    def truncated(count: int, seed: int, sigma: float = 0.7) -> torch.Tensor:
        generator = torch.Generator().manual_seed(seed)
        return torch.randn(count, 128, generator=generator).clamp(-2, 2) * sigma

    return truncated


@pytest.fixture(scope="session")
def one_hot() -> OneHot:
    def rows(numbers: Sequence[int]) -> torch.Tensor:
        classes = torch.zeros(len(numbers), 1000)
        classes[torch.arange(len(numbers)), torch.tensor(numbers)] = 1
        return classes

    return rows


@pytest.fixture(scope="session")
def painter() -> EmbeddedGenerator:
    """Seed 0 at 128 px, the size that the thresholds were measured at."""
    return EmbeddedGenerator(0, (128, 128))


@pytest.fixture(scope="session")
def small_painter() -> EmbeddedGenerator:
    """Seed 0 at 48 px, where 1000 pictures take seconds."""
    return EmbeddedGenerator(0, (48, 48))
