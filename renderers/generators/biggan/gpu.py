"""The network on a GPU: compiled, then recorded once as a CUDA graph and replayed for every batch.

A network of this depth is two hundred small kernels; replayed from a graph they start without waiting for
Python. Where compiling or recording fails, the operations run one by one, slower and with the same result.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch

from .conditioning import Conditions
from .network import Stretch
from .runtimes import TorchRuntime

WARM_UP_CALLS = 3
"""A compiled network measures and allocates in its first calls, which a graph must not record."""
IMAGE_BYTES_PER_PIXEL_AND_CHANNEL = 4
"""Number of images of the last layers that are alive at once: a block's input, its two halves, its result."""
MOST_AT_ONCE = 16


class CudaRuntime:
    """Batches of one size from a graph; a smaller batch is filled up, and the surplus thrown away."""

    def __init__(
        self, stretches: Sequence[Stretch], device: torch.device, batch: int, compiles: bool
    ) -> None:
        """compiles   fuse operations with torch.compile first; takes a minute"""
        self._device = device
        self._plain = TorchRuntime(stretches, device)
        self._untried = [_compiled(self._plain)] if compiles else []
        self._untried.append(lambda conditions: self._plain.images(conditions))
        self._batch = batch
        self._lock = threading.Lock()
        self._replay: Callable[[Conditions], torch.Tensor] | None = None
        self._used: torch.cuda.Event | None = None
        if device.type == "cuda":
            torch.cuda.synchronize(device)  # the weights are there, whatever stream reads them

    def images(self, conditions: Conditions) -> torch.Tensor:
        count = len(conditions.start)
        with self._lock, self._buffers_free():
            while self._replay is None and self._untried and count == self._batch:
                self._replay = self._recorded(conditions)
            if self._replay is None or count > self._batch:
                return self._plain.images(conditions)
            return self._replay(filled_up(conditions, self._batch))[:count].clone()

    @contextmanager
    def _buffers_free(self) -> Iterator[None]:
        """The graph has one set of buffers: another thread's stream fills them when the last is done."""
        if self._device.type != "cuda":
            yield
            return
        stream = torch.cuda.current_stream(self._device)
        if self._used is not None:
            stream.wait_event(self._used)
        yield
        self._used = stream.record_event()

    def _recorded(self, conditions: Conditions) -> Callable[[Conditions], torch.Tensor] | None:
        """The graph of the fastest network not tried yet; None where it cannot be recorded."""
        try:
            return recorded(self._untried[0], conditions)
        except torch.OutOfMemoryError:
            self._batch = max(1, self._batch // 2)  # as the caller will ask for next
            raise
        except Exception:  # whatever a compiler or a driver objects to, the plain network runs
            del self._untried[0]
            return None


def settle_convolutions(precision: torch.dtype) -> None:
    """Have cuDNN sum in the same order each time, and round to TF32 beside bfloat16 only.

    By itself it takes TF32 for every convolution in float32. Its 10 bits of mantissa (NVIDIA A100 whitepaper)
    are more than bfloat16's 7, but a picture in float32 is to be that of the package on a CPU.
    """
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.allow_tf32 = precision != torch.float32


def recorded(
    network: Callable[[Conditions], torch.Tensor], example: Conditions
) -> Callable[[Conditions], torch.Tensor]:
    """A function that copies conditions into the example's buffers and replays the network's graph."""
    buffers = Conditions(
        example.start.clone(), tuple((scale.clone(), shift.clone()) for scale, shift in example.modulations)
    )
    side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(WARM_UP_CALLS):
            network(buffers)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    # Only this thread's calls belong to the graph; another may be copying frames meanwhile.
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):
        made = network(buffers)

    def replay(conditions: Conditions) -> torch.Tensor:
        copy_into(buffers, conditions)
        graph.replay()
        return made

    return replay


def copy_into(buffers: Conditions, conditions: Conditions) -> None:
    """Overwrite the buffers with conditions of the same shapes."""
    buffers.start.copy_(conditions.start)
    for held, new in zip(buffers.modulations, conditions.modulations, strict=True):
        for target, values in zip(held, new, strict=True):
            target.copy_(values)


def filled_up(conditions: Conditions, count: int) -> Conditions:
    """Conditions of `count` images: the given ones, and the last of them again as often as it takes."""
    have = len(conditions.start)
    if have == count:
        return conditions
    rows = torch.arange(count, device=conditions.start.device).clamp(max=have - 1)
    return Conditions(
        conditions.start[rows], tuple((scale[rows], shift[rows]) for scale, shift in conditions.modulations)
    )


def batch_that_fits(free_bytes: int, image_bytes: int, most: int = MOST_AT_ONCE) -> int:
    """The largest power of two up to `most` whose images fill at most half of the free memory; at least 1."""
    batch = most
    while batch > 1 and 2 * batch * image_bytes > free_bytes:
        batch //= 2
    return batch


def image_bytes(side_px: int, channels: int, precision: torch.dtype) -> int:
    """About how much memory one image takes while it is made."""
    return side_px**2 * channels * precision.itemsize * IMAGE_BYTES_PER_PIXEL_AND_CHANNEL


def _compiled(plain: TorchRuntime) -> Callable[[Conditions], torch.Tensor]:
    compiled = torch.compile(plain.flat_images, dynamic=False)

    def images(conditions: Conditions) -> torch.Tensor:
        flat = [tensor for pair in conditions.modulations for tensor in pair]
        made: torch.Tensor = compiled(conditions.start, flat)
        return made

    return images
