"""BigGAN as a Generator: vectors and truncations in, images out, in batches that fit the memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import torch

from ...picture.upscale import resized
from ..protocol import CLASS_COUNT, NOISE_SIZE
from .architecture import read_architecture
from .conditioning import Conditioning, Conditions
from .cpu.network import CpuNetwork, FirstLayers
from .network import stretch_after, stretches
from .precision import Computing, backend_for, dtype_for, exact_side_px
from .runtimes import OpenVinoRuntime, Runtime, keep_large_blocks
from .stand_ins import standing_in
from .weights import check_pin, read_weights

FRAMES_AT_ONCE_ON_CPU = 8
"""One product of matrices makes the conditions of a chunk; the images of a chunk are made one by one."""


class BigGan:
    """A Generator whose statistics follow the truncation; safe to share between threads."""

    def __init__(
        self,
        folder: Path,
        resolution_px: int,
        device: torch.device | str = "cpu",
        computing: Computing | None = None,
        sha256: str | None = None,
    ) -> None:
        """Read and check the weights; takes seconds and about twice the file's size in memory.

        resolution_px   side of the images that come out; the network's own size is resampled to it
        computing       precision, runtime and number of threads; else float32 in torch
        sha256          what the file of weights must be

        Raises PieceError where the folder cannot be used.
        """
        computing = computing or Computing("fp32", "torch")
        self._architecture = architecture = read_architecture(folder)
        if sha256 is not None:
            check_pin(folder, sha256)
        tensors = read_weights(folder, architecture)
        self._device = torch.device(device)
        self._resolution_px = resolution_px
        self.precision = dtype_for(computing.precision, self._device)
        self.backend = backend_for(computing.backend, self._device)
        with torch.inference_mode():
            self._conditioning = Conditioning(architecture, tensors, self._device)
            self._runtime, self.frames_at_once = self._started(tensors, computing)
        self._batches = Batches(self._runtime.images, self.frames_at_once)

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
        """The device on which the images are made and stay."""
        return self._device

    @property
    def computing_said(self) -> str:
        """Precision and runtime, in words."""
        precision = "float32" if self.precision == torch.float32 else "bfloat16 after the first layers"
        return f"{precision} by {'OpenVINO' if self.backend == 'openvino' else 'torch'}"

    @property
    def _on_gpu(self) -> bool:
        return self._device.type == "cuda"

    def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        """The images of noise (n, 128) and classes (n, 1000) at truncation 1; see images_at."""
        return self.images_at(noise, classes, noise.new_ones(len(noise)))

    @torch.inference_mode()
    def images_at(self, noise: torch.Tensor, classes: torch.Tensor, truncation: torch.Tensor) -> torch.Tensor:
        """The images of noise (n, 128) and classes (n, 1000) with the statistics of each truncation (n,).

        Classes may have the subjects beside ImageNet's as well; what stands in for them is shown.

        The noise itself comes truncated. Returns (n, 3, height, width), float32 in [-1, 1].
        """
        if noise.ndim != 2 or noise.shape[1] != NOISE_SIZE:
            raise ValueError(f"noise must have shape (n, {NOISE_SIZE}), not {tuple(noise.shape)}")
        classes = standing_in(classes)
        if classes.shape != (len(noise), CLASS_COUNT):
            shape = (len(noise), CLASS_COUNT)
            raise ValueError(f"classes must have shape {shape}, not {tuple(classes.shape)}")
        if truncation.shape != (len(noise),):
            raise ValueError(f"truncation must have shape ({len(noise)},), not {tuple(truncation.shape)}")
        noise, classes, truncation = (
            vectors.to(self._device, torch.float32) for vectors in (noise, classes, truncation)
        )
        made = self._batches.images(self._conditioning.conditions(noise, classes, truncation))
        return resized(made, *self.size_px, "bicubic").clamp_(-1, 1)

    def _started(self, tensors: dict[str, torch.Tensor], computing: Computing) -> tuple[Runtime, int]:
        """The runtime, and how many images it makes at once at best."""
        architecture, precision = self._architecture, self.precision
        side_px = architecture.output_dim
        exact_px = exact_side_px(side_px, precision, self._device)
        if self._on_gpu:
            from .gpu import CudaRuntime, batch_that_fits, image_bytes, settle_convolutions

            settle_convolutions(precision)
            parts = stretches(architecture, tensors, precision, exact_px)
            one = image_bytes(side_px, architecture.channel_width, precision)
            batch = batch_that_fits(torch.cuda.mem_get_info(self._device)[0], one)
            return CudaRuntime(parts, self._device, batch, compiles=True), batch
        keep_large_blocks()
        if self.backend == "torch":
            return CpuNetwork(architecture, tensors, precision, exact_px), FRAMES_AT_ONCE_ON_CPU
        zero = torch.zeros(1, NOISE_SIZE), torch.zeros(1, CLASS_COUNT), torch.ones(1)
        example = self._conditioning.conditions(*zero)
        first = FirstLayers(architecture, tensors, exact_px)
        rest = stretch_after(len(first), architecture, tensors, precision, head_in_blocks=True)
        return OpenVinoRuntime(first, rest, example, computing.workers), FRAMES_AT_ONCE_ON_CPU


class Batches:
    """Images in batches; where the memory ends, the batch is halved, for good, and the work goes on."""

    def __init__(self, network: Callable[[Conditions], torch.Tensor], size: int) -> None:
        self._network = network
        self._lock = threading.Lock()
        self.size = size

    def images(self, conditions: Conditions) -> torch.Tensor:
        """All images (n, 3, side, side). Raises torch.OutOfMemoryError where one alone is too many."""
        made: list[torch.Tensor] = []
        first, count = 0, len(conditions.start)
        while first < count:
            size = self.size
            try:
                made.append(self._network(conditions[first : first + size]))
            except torch.OutOfMemoryError:
                if size == 1:
                    raise
                self._halve(size)
                continue
            first += size
        return made[0] if len(made) == 1 else torch.cat(made)

    def _halve(self, size: int) -> None:
        with self._lock:
            # Another thread may have halved it meanwhile.
            self.size = min(self.size, size // 2)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
