"""BigGAN-deep (Brock, Donahue, Simonyan 2019) through pytorch-pretrained-biggan, from a folder of weights."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ...dsl.diagnostics import Diagnostic, PieceError
from ...dsl.span import Span
from ..picture.upscale import resized
from .protocol import CLASS_COUNT, NOISE_SIZE
from .weights import Architecture, read_architecture, read_weights

STATISTICS = 50
"""The released weights hold statistics for truncations in steps of 1/50."""

ROW_STEP = 1 / 1024


class BigGan:
    """A Generator: the network in evaluation, its spectral norms folded into the weights once."""

    def __init__(
        self, folder: Path, resolution_px: int, device: torch.device | str = "cpu", truncation: float = 1.0
    ) -> None:
        """Read and check the weights; takes seconds and about twice the file's size in memory.

        resolution_px   side of the images that come out; the network's own size is resampled to it
        truncation      0 < truncation <= 1: which statistics of the batch norms to use, the nearest that
                        there are; the noise itself comes truncated

        Raises PieceError where the package is missing or the folder cannot be used.
        """
        if not 0 < truncation <= 1:
            raise ValueError(f"truncation must be above 0 and at most 1, not {truncation}")
        architecture = read_architecture(folder)
        network = _blank_network(architecture)
        wanted = {name: tensor.shape for name, tensor in network.state_dict().items()}
        network.load_state_dict(read_weights(folder, wanted), strict=True, assign=True)
        network.requires_grad_(False).eval()
        for module in network.modules():
            if hasattr(module, "weight_u"):
                torch.nn.utils.remove_spectral_norm(module)
        self._device = torch.device(device)
        self._network = network.to(self._device)
        self._resolution_px = resolution_px
        self._architecture = architecture
        # Row k of the statistics belongs to truncation k / (n_stats - 1).
        self._row = min(max(round(truncation * (architecture.n_stats - 1)), 1), architecture.n_stats - 1)
        # The package finds the row as truncation / step_size, and where that is not whole to the last bit, it
        # mixes neighbours the wrong way round; with a power of two it always is.
        for norm in _batch_norms(network):
            norm.step_size = ROW_STEP  # type: ignore[assignment]

    @property
    def size_px(self) -> tuple[int, int]:
        """Height and width of every image."""
        return self._resolution_px, self._resolution_px

    @property
    def network_size_px(self) -> int:
        """Side of the images that the network makes."""
        return self._architecture.output_dim

    @property
    def device(self) -> torch.device:
        """Where the images are made and stay."""
        return self._device

    @property
    def truncation(self) -> float:
        """The truncation whose statistics are used."""
        return self._row / (self._architecture.n_stats - 1)

    @torch.inference_mode()
    def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        """The images of noise (n, 128) and classes (n, 1000): (n, 3, height, width) in [-1, 1]."""
        if noise.ndim != 2 or noise.shape[1] != NOISE_SIZE:
            raise ValueError(f"noise must have shape (n, {NOISE_SIZE}), not {tuple(noise.shape)}")
        if classes.shape != (len(noise), CLASS_COUNT):
            shape = (len(noise), CLASS_COUNT)
            raise ValueError(f"classes must have shape {shape}, not {tuple(classes.shape)}")
        noise, classes = (vectors.to(self._device, torch.float32) for vectors in (noise, classes))
        made: torch.Tensor = self._network(noise, classes, self._row * ROW_STEP)
        return resized(made, *self.size_px, "bicubic").clamp_(-1, 1)


def truncation_of(noise: NDArray[np.float32]) -> float:
    """The smallest truncation with statistics that explains noise, which lies within ±2·truncation."""
    furthest = float(np.abs(noise).max(initial=0.0))
    return min(max(math.ceil(furthest / 2 * STATISTICS - 1e-4), 1), STATISTICS) / STATISTICS


def _batch_norms(network: torch.nn.Module) -> Iterator[torch.nn.Module]:
    return (module for module in network.modules() if hasattr(module, "running_means"))


def _blank_network(architecture: Architecture) -> torch.nn.Module:
    """The network without memory for its weights, which are put in place later."""
    try:
        from pytorch_pretrained_biggan.config import BigGANConfig
        from pytorch_pretrained_biggan.model import BigGAN
    except ModuleNotFoundError as error:
        hint = "type: pip install 'musicvis[gan]', or write generator: embedded"
        message = f"BigGAN needs {error.name}, which is not installed"
        raise PieceError([Diagnostic("MV904", Span("piece.yaml"), message, hint)]) from error
    config = BigGANConfig(
        output_dim=architecture.output_dim,
        z_dim=NOISE_SIZE,
        class_embed_dim=NOISE_SIZE,
        channel_width=architecture.channel_width,
        num_classes=CLASS_COUNT,
        layers=[list(layer) for layer in architecture.layers],
        attention_layer_position=architecture.attention_layer_position,
        eps=architecture.eps,
        n_stats=architecture.n_stats,
    )
    with torch.device("meta"):
        network: torch.nn.Module = BigGAN(config)
    return network
