"""Who computes the network: torch on any device, or OpenVINO on a CPU."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import torch

from .conditioning import Conditions
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
        if device.type == "cpu":
            keep_large_blocks()

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
    """The same modules compiled by OpenVINO, one image at a time, one stream and one core for each worker.

    Its results do not depend on the number of threads, to the last bit. Measured, image for image on one
    core, against torch: see docs/benchmarks.md.
    """

    def __init__(self, stretches: Sequence[Stretch], example: Conditions, workers: int) -> None:
        """example   conditions of one image, whose shapes the models are compiled for"""
        import openvino

        self._stretches = list(stretches)
        self._own = threading.local()
        core = openvino.Core()
        self._models: list[Any] = []
        x = example.start[:1].contiguous()
        for stretch, inputs in shares_of(self._stretches, example[:1]):
            precision = stretch.precision
            if precision == torch.float64:  # which OpenVINO would compute in float32
                self._models.append(None)
                x = _by_torch(stretch, x, inputs)
                continue
            stretch = stretch.float()
            model = _converted(stretch, [x, *inputs])
            hint = "bf16" if precision == torch.bfloat16 else "f32"
            settings = {
                "INFERENCE_PRECISION_HINT": hint,
                "INFERENCE_NUM_THREADS": workers,
                "NUM_STREAMS": workers,
            }
            self._models.append(core.compile_model(model, "CPU", settings))
            x = stretch(x, *inputs).contiguous()

    def images(self, conditions: Conditions) -> torch.Tensor:
        made = [self._image(conditions[k : k + 1]).copy() for k in range(len(conditions.start))]
        return torch.from_numpy(np.concatenate(made) if len(made) > 1 else made[0])

    def _image(self, conditions: Conditions) -> Any:
        if not hasattr(self._own, "requests"):
            self._own.requests = [model and model.create_infer_request() for model in self._models]
        x: Any = conditions.start.contiguous()
        parts = shares_of(self._stretches, conditions)
        for request, (stretch, inputs) in zip(self._own.requests, parts, strict=True):
            if request is None:
                x = _by_torch(stretch, x, inputs)
                continue
            # The result lies in the request's own memory, which its next call overwrites.
            arrays = [np.asarray(x), *(tensor.numpy() for tensor in inputs)]
            x = request.infer(arrays, share_inputs=True)[0]
        return x


def shares_of(
    stretches: Sequence[Stretch], conditions: Conditions
) -> Iterator[tuple[Stretch, list[torch.Tensor]]]:
    """Each stretch with the scales and shifts of its norms, in turn."""
    first = 0
    for stretch in stretches:
        end = first + stretch.norm_count
        yield stretch, [tensor for pair in conditions.modulations[first:end] for tensor in pair]
        first = end


def _by_torch(stretch: Stretch, x: torch.Tensor, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
    made: torch.Tensor = stretch(
        x.to(stretch.precision), *(tensor.to(stretch.precision) for tensor in inputs)
    )
    return made.float().contiguous()


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
