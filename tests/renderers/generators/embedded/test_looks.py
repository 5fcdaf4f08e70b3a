"""Classes can be told apart: by their colours, and by their shapes alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest
import torch
import torch.nn.functional as nnf
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator

Noise = Callable[..., torch.Tensor]
OneHot = Callable[[Sequence[int]], torch.Tensor]

NOISES = 6


@pytest.fixture(scope="module")
def gallery(
    painter: EmbeddedGenerator, noise: Noise, one_hot: OneHot, project_classes: tuple[int, ...]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Each of the twelve classes at six noises, in [0, 1], and which is which."""
    rows = [painter.images(noise(NOISES, 50), one_hot([number] * NOISES)) for number in project_classes]
    return torch.cat(rows) * 0.5 + 0.5, torch.arange(12).repeat_interleave(NOISES)


def test_the_twelve_classes_differ_in_colour(gallery: tuple[torch.Tensor, torch.Tensor]) -> None:
    pictures, labels = gallery
    histograms = _colour_histograms(pictures)
    distances = _chi_squared(histograms, histograms)
    assert _nearest_neighbour_accuracy(distances, labels) >= 0.9
    assert _closest_pair(distances, labels) >= 0.08


def test_the_twelve_classes_differ_in_structure_without_any_colour(
    gallery: tuple[torch.Tensor, torch.Tensor],
) -> None:
    pictures, labels = gallery
    descriptors = _structures(pictures)
    distances = torch.cdist(descriptors, descriptors)
    assert _nearest_neighbour_accuracy(distances, labels) >= 0.9
    assert _closest_pair(distances, labels) >= 0.40


@pytest.mark.slow
def test_motifs_and_half_of_all_classes_are_recognised_among_a_thousand(
    painter: EmbeddedGenerator, noise: Noise, one_hot: OneHot
) -> None:
    numbers = list(range(1000))
    features = []
    for seed in range(3):
        pictures = painter.images(noise(1000, 70 + seed), one_hot(numbers)) * 0.5 + 0.5
        features.append(torch.cat([_colour_histograms(pictures).sqrt() * 2, _structures(pictures)], 1))
    everything = torch.cat(features)
    labels = torch.arange(1000).repeat(3)
    distances = torch.cdist(everything, everything).fill_diagonal_(math.inf)
    nearest = labels[distances.argmin(1)]
    kinds = [motif.letter for motif in painter._looks.motifs]
    motifs = [kinds[int(a)] == kinds[int(b)] for a, b in zip(nearest, labels, strict=True)]
    assert sum(motifs) / len(motifs) >= 0.90
    assert (nearest == labels).float().mean() >= 0.45


def _nearest_neighbour_accuracy(distances: torch.Tensor, labels: torch.Tensor) -> float:
    others = distances.clone().fill_diagonal_(math.inf)
    return float((labels[others.argmin(1)] == labels).float().mean())


def _closest_pair(distances: torch.Tensor, labels: torch.Tensor) -> float:
    """The smallest mean distance between two different classes."""
    same = nnf.one_hot(labels).float()
    counts = same.sum(0)
    means = same.T @ distances @ same / (counts[:, None] * counts[None])
    return float(means.fill_diagonal_(math.inf).min())


def _oklab(pictures: torch.Tensor) -> torch.Tensor:
    """Display sRGB in [0, 1] to OKLab, channels in the second axis."""
    linear = torch.where(pictures <= 0.04045, pictures / 12.92, ((pictures + 0.055) / 1.055) ** 2.4)
    to_lms = torch.tensor(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = torch.tensor(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    lms = torch.einsum("ij,njhw->nihw", to_lms, linear).clamp(min=0) ** (1 / 3)
    return torch.einsum("ij,njhw->nihw", to_lab, lms)


def _colour_histograms(pictures: torch.Tensor, bins: int = 8) -> torch.Tensor:
    """Softened OKLab histograms of 64 px thumbnails: shape (n, bins^3), each of sum about 1."""
    lab = _oklab(nnf.interpolate(pictures, size=(64, 64), mode="area")).flatten(2)
    scaled = torch.stack([lab[:, 0], (lab[:, 1] + 0.3) / 0.6, (lab[:, 2] + 0.3) / 0.6], 1)
    index = (scaled * bins).long().clamp(0, bins - 1)
    flat = (index[:, 0] * bins + index[:, 1]) * bins + index[:, 2]
    histogram = torch.zeros(len(pictures), bins**3).scatter_add_(1, flat, torch.ones(flat.shape))
    cube = (histogram / flat.shape[1]).view(-1, 1, bins, bins, bins)
    kernel = torch.tensor([0.25, 0.5, 0.25])
    for shape in ((3, 1, 1), (1, 3, 1), (1, 1, 3)):
        padding = tuple(size // 2 for size in shape)
        cube = nnf.conv3d(cube, kernel.view(1, 1, *shape), padding=padding)
    return cube.flatten(1)


def _chi_squared(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return ((a[:, None] - b[None]) ** 2 / (a[:, None] + b[None] + 1e-9)).sum(2) * 0.5


def _structures(pictures: torch.Tensor) -> torch.Tensor:
    """Grey only: histograms of edge directions in 4 x 4 fields, and the radial spectrum in half octaves."""
    grey = _oklab(nnf.interpolate(pictures, size=(128, 128), mode="area"))[:, 0:1]
    grey = (grey - grey.mean((2, 3), keepdim=True)) / (grey.std((2, 3), keepdim=True) + 1e-4)
    across = nnf.pad(grey[..., 2:] - grey[..., :-2], (1, 1))
    down = nnf.pad(grey[:, :, 2:] - grey[:, :, :-2], (0, 0, 1, 1))
    strength = torch.hypot(across, down)
    direction = (torch.atan2(down, across) % math.pi / math.pi * 8).long().clamp(0, 7)
    fields = [nnf.avg_pool2d(strength * (direction == i), 32)[:, 0] for i in range(8)]
    edges = torch.stack(fields, 1).flatten(1)
    edges = edges / edges.norm(dim=1, keepdim=True)
    window = torch.hann_window(128)
    power = torch.fft.rfft2(grey[:, 0] * window[:, None] * window).abs() ** 2
    radius = torch.hypot((torch.fft.fftfreq(128) * 128)[:, None], torch.arange(65.0)[None])
    rings = [(radius >= 2 ** (i / 2)) & (radius < 2 ** ((i + 1) / 2)) for i in range(1, 12)]
    spectrum = torch.stack([torch.log10(power[:, ring].mean(1) + 1e-6) for ring in rings], 1)
    spectrum = (spectrum - spectrum.mean(1, keepdim=True)) / 3
    return torch.cat([edges, spectrum * 0.5], 1)
