"""Pictures move as smoothly as their vectors: no jump, no nervous motif, no class that pops."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from musicvis.renderers.generators.embedded.classes import KIND_OF
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator

Noise = Callable[..., torch.Tensor]
OneHot = Callable[[Sequence[int]], torch.Tensor]

# Differences are stated in display units of 0..1; images span -1..1.
UNIT = 0.5


def _steps(pictures: torch.Tensor) -> torch.Tensor:
    """Mean absolute change from each picture to the next."""
    return (pictures[1:] - pictures[:-1]).abs().mean((1, 2, 3)) * UNIT


def _direction(seed: int) -> torch.Tensor:
    """A random direction of the noise, rms 1."""
    d = torch.randn(1, 128, generator=torch.Generator().manual_seed(seed))
    return d / d.pow(2).mean().sqrt()


def test_pictures_change_in_proportion_to_small_changes_of_the_noise(
    painter: EmbeddedGenerator, noise: Noise, one_hot: OneHot, project_classes: tuple[int, ...]
) -> None:
    rates = []
    for number in project_classes:
        for rms in (0.001, 0.01):
            start = noise(1, 100 + number)
            pair = painter.images(torch.cat([start, start + rms * _direction(number)]), one_hot([number] * 2))
            rates.append(_steps(pair).item() / rms)
    assert np.mean(rates) <= 1.6
    assert max(rates) <= 4


def test_no_motif_jumps_or_is_nervous_on_a_straight_path(
    painter: EmbeddedGenerator, noise: Noise, one_hot: OneHot
) -> None:
    for letter in sorted(set(KIND_OF)):
        number = KIND_OF.index(letter)
        path = noise(1, number) + _direction(number) * 0.0025 * torch.arange(16)[:, None]
        steps = _steps(painter.images(path, one_hot([number] * 16)))
        assert steps.max() / steps.median() <= 2.5, f"motif {letter} jumps"
        assert steps.median() / 0.0025 <= 5, f"motif {letter} is nervous"


def test_every_dimension_of_the_noise_acts_about_alike(
    painter: EmbeddedGenerator, noise: Noise, one_hot: OneHot
) -> None:
    start, seashore = noise(1, 7), one_hot([978])
    pictures = painter.images(start + 0.5 * torch.eye(128), seashore.expand(128, -1))
    influence = (pictures - painter.images(start, seashore)).abs().mean((1, 2, 3)) * UNIT
    assert influence.min() >= 0.005
    assert influence.max() / influence.min() <= 8


def test_no_class_pops_in_or_out_on_paths_between_mixes_of_up_to_eight(
    painter: EmbeddedGenerator, noise: Noise, project_classes: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(1)

    def mix() -> torch.Tensor:
        weights, count = torch.zeros(1, 1000), int(rng.integers(1, 9))
        chosen = rng.permutation(project_classes)[:count]
        weights[0, chosen] = torch.from_numpy(rng.random(count).astype(np.float32))
        return weights

    for path in range(3):
        start, end = mix(), mix()
        rows = start + (end - start) * torch.linspace(0, 1, 31)[:, None]
        per_l1 = _steps(painter.images(noise(1, 200 + path).expand(31, -1), rows)) / (
            (rows[1:] - rows[:-1]).abs().sum(1)
        )
        assert per_l1.max() <= 4


def test_half_of_each_lies_between_two_classes(
    painter: EmbeddedGenerator, noise: Noise, one_hot: OneHot
) -> None:
    pairs = ((978, 815), (947, 663), (624, 508), (789, 541), (909, 429), (642, 782))
    for number, (a, b) in enumerate(pairs):
        ends = one_hot([a, b])
        classes = torch.cat([ends, ends.mean(0, keepdim=True)])
        first, second, half = painter.images(noise(1, 300 + number).expand(3, -1), classes)
        apart = (first - second).abs().mean()
        assert 0.15 <= (half - first).abs().mean() / apart <= 0.90
        assert 0.15 <= (half - second).abs().mean() / apart <= 0.90


def test_a_note_driven_film_moves_visibly_and_does_not_strobe(
    painter: EmbeddedGenerator, project_classes: tuple[int, ...]
) -> None:
    steps = _steps(painter.images(*_note_driven_path(project_classes, seconds=3.0)))
    assert 0.004 <= steps.median() <= 0.05
    assert steps.quantile(0.95) <= 0.12
    assert steps.max() <= 0.3


def _note_driven_path(numbers: tuple[int, ...], seconds: float) -> tuple[torch.Tensor, torch.Tensor]:
    """30 frames a second of noise that onsets kick, and of twelve class weights that notes raise."""
    rng = np.random.default_rng(3)
    fps, beat_s, sigma, depth = 30.0, 60 / 95, 0.7, 0.8
    notes: list[tuple[float, int, float, float]] = []
    time_s = 0.0
    while time_s < seconds:
        length_s = beat_s * float(rng.choice([0.5, 0.5, 1.0, 0.25, 1.5]))
        chord = rng.choice([0, 3, 5, 7, 10], int(rng.choice([1, 1, 2, 3])), replace=False)
        notes += [(time_s, int(pitch), float(rng.uniform(0.5, 1.0)), length_s) for pitch in chord]
        time_s += length_s
    count = int(seconds * fps)
    noise, classes = np.zeros((count, 128), np.float32), np.zeros((count, 1000), np.float32)
    z = rng.standard_normal(128).clip(-2, 2) * sigma
    heading = rng.choice([-1, 1], 128) * rng.uniform(0.5, 1, 128)
    for frame in range(count):
        level, energy = np.zeros(12), 0.0
        for start_s, pitch, velocity, length_s in notes:
            age_s = frame / fps - start_s
            if 0 <= age_s <= 4:
                release = 1.0 if age_s < length_s else math.exp(-(age_s - length_s) / 0.35)
                envelope = velocity * min(1, age_s / 0.08) * release * math.exp(-age_s / 2.2)
                level[pitch] = max(level[pitch], envelope)
                energy += velocity * math.exp(-age_s / 0.18)
        classes[frame, list(numbers)] = (level / max(level.max(), 0.25)) ** 1.6 * depth
        noise[frame] = z
        z = z + heading * (0.15 + 1.6 * min(energy, 1.5)) / fps * 0.55
        heading = np.where((np.abs(z) > 2 * sigma) & (np.sign(z) == np.sign(heading)), -heading, heading)
    return torch.from_numpy(noise), torch.from_numpy(classes)
