"""Runtimes of the network: torch's modules, OpenVINO on a CPU, or, in cpu/, torch in pieces on a CPU."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch

from ...tensors import tensor_of
from .conditioning import Conditions
from .cpu.network import FirstLayers
from .network import Stretch


class Runtime(Protocol):
    """Conditions in, images out; several threads may ask at once."""

    def images(self, conditions: Conditions) -> torch.Tensor:
        """Images (n, 3, side, side), float32 in [-1, 1]."""
        ...


class TorchRuntime:
    """The network as torch modules, operation by operation: the reference for every other runtime."""

    def __init__(self, stretches: Sequence[Stretch], device: torch.device) -> None:
        # A move keeps the weights channels-last, as the network made them.
        self._stretches = [stretch.to(device) for stretch in stretches]

    def images(self, conditions: Conditions) -> torch.Tensor:
        return self.flat_images(conditions.start, [t for pair in conditions.modulations for t in pair])

    def flat_images(self, x: torch.Tensor, modulations: Sequence[torch.Tensor]) -> torch.Tensor:
        """The images of a start (n, c, 4, 4), and scale and shift of each norm in turn."""
        first = 0
        for stretch in self._stretches:
            end = first + 2 * stretch.norm_count
            inputs = [tensor.to(stretch.precision) for tensor in modulations[first:end]]
            x = stretch(x.to(stretch.precision, memory_format=torch.channels_last), *inputs)
            first = end
        return x


class OpenVinoRuntime:
    """The first layers by torch, the others compiled by OpenVINO: one stream and one core for each worker.

    What OpenVINO computes does not depend on the number of threads, to the last bit.
    """

    def __init__(self, first: FirstLayers, rest: Stretch, example: Conditions, workers: int) -> None:
        """rest      in float32 or bfloat16
        example   conditions of one image, whose shapes the model is compiled for
        """
        import openvino

        self._first = first
        self._norm_count = rest.norm_count
        self._own = threading.local()
        hint = "bf16" if rest.precision == torch.bfloat16 else "f32"
        model = _converted(rest.float(), self._inputs(example)[0])
        settings = {
            # Pinned, the threads of all processes would share the first core (measured).
            "ENABLE_CPU_PINNING": False,
            "INFERENCE_PRECISION_HINT": hint,
            "INFERENCE_NUM_THREADS": workers,
            "NUM_STREAMS": workers,
        }
        self._model = openvino.Core().compile_model(model, "CPU", settings)

    def images(self, conditions: Conditions) -> torch.Tensor:
        if not hasattr(self._own, "request"):
            self._own.request = self._model.create_infer_request()
        made = []
        for inputs in self._inputs(conditions):
            arrays = [tensor.numpy() for tensor in inputs]
            # The result is in the request's own memory, which its next call overwrites.
            made.append(self._own.request.infer(arrays, share_inputs=True)[0].copy())
        return tensor_of(np.concatenate(made))

    def _inputs(self, conditions: Conditions) -> list[list[torch.Tensor]]:
        """The model's inputs for each image."""
        x = self._first.made(conditions).permute(0, 3, 1, 2).contiguous()
        rest = conditions.modulations[len(conditions.modulations) - self._norm_count :]
        return [
            [x[only], *(tensor[only] for pair in rest for tensor in pair)]
            for only in (slice(image, image + 1) for image in range(len(x)))
        ]


def keep_large_blocks() -> None:
    """Let glibc keep large blocks of memory instead of returning each to the system.

    Every operation makes a new image of many megabytes; fresh pages for each cost a third of the time at 512
    pixels (measured). Other systems' allocators are left as they are.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    try:
        libc = ctypes.CDLL("libc.so.6")
        mallopt = libc.mallopt
    except (OSError, AttributeError):
        return
    trim_threshold, mmap_threshold = -1, -3  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD of malloc.h
    mallopt(mmap_threshold, 1 << 30)
    mallopt(trim_threshold, (1 << 31) - 1)


def _converted(stretch: Stretch, inputs: Sequence[torch.Tensor]) -> Any:
    """The OpenVINO model of a stretch, for inputs of exactly these shapes.

    Through the front end itself: openvino.convert_model, which does the same, reports its use by network
    where the package openvino-telemetry is installed.
    """
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # remarks of torch's tracer on its own future
        decoder = TorchScriptPythonDecoder(stretch.eval(), example_input=tuple(inputs))
        front = FrontEndManager().load_by_framework(framework="pytorch")
        model = front.convert(front.load(decoder))
    shapes = {port: list(tensor.shape) for port, tensor in zip(model.inputs, inputs, strict=True)}
    model.reshape(shapes)
    return model
