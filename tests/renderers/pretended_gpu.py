"""A GPU that is not there: tensors that say they are on one, and hold their values on the CPU.

What a GPU's path computes, and that it never mixes devices, can so be tested on any machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import pytest
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves, tree_map

GPU = torch.device("cuda", 0)
MOVES = ("to", "copy_")
SPEAK_OF_DEVICES = ("device", "_parse_to")


class OnGpu(torch.Tensor):
    """Says that it is on the GPU."""

    held: torch.Tensor

    @staticmethod
    def __new__(cls, held: torch.Tensor) -> Self:
        tensor = torch.Tensor._make_wrapper_subclass(
            cls, held.size(), held.stride(), held.storage_offset(), dtype=held.dtype, device=GPU
        )
        tensor.held = held
        return tensor

    def __init__(self, held: torch.Tensor) -> None: ...

    @classmethod
    def __torch_dispatch__(cls, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        raise AssertionError(f"{operation} was not seen by the mode")


class PretendedGpu(TorchFunctionMode):
    """While it is on, tensors can be made on and moved to GPU.

    Raises RuntimeError where an operation is given tensors of both devices, as a real one does, and where
    values on the GPU are asked for without being copied from it.
    """

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        name = getattr(function, "__name__", "")
        leaves = tree_leaves((args, kwargs))
        tensors = [leaf for leaf in leaves if isinstance(leaf, torch.Tensor)]
        on_gpu = any(isinstance(tensor, OnGpu) for tensor in tensors)
        if name == "__get__" and on_gpu and function.__self__.__name__ == "device":
            return GPU
        named = [] if name in SPEAK_OF_DEVICES else [leaf for leaf in leaves if _is_device(leaf)]
        if on_gpu:
            _check(name, tensors)
        if named or name == "cpu":
            on_gpu = name != "cpu" and torch.device(named[0]).type == "cuda"
            args, kwargs = tree_map(lambda leaf: "cpu" if _is_device(leaf) else leaf, (args, kwargs))
        kwargs = {key: value for key, value in (kwargs or {}).items() if key != "pin_memory"}
        args, kwargs = tree_map(lambda leaf: leaf.held if isinstance(leaf, OnGpu) else leaf, (args, kwargs))
        result = function(*args, **kwargs)
        if name == "copy_":
            return tensors[0]
        if not on_gpu:
            return result
        by_held = {id(tensor.held): tensor for tensor in tensors if isinstance(tensor, OnGpu)}

        def wrapped(leaf: Any) -> Any:
            if not isinstance(leaf, torch.Tensor):
                return leaf
            return by_held[id(leaf)] if id(leaf) in by_held else OnGpu(leaf)

        return tree_map(wrapped, result)


def pretend_a_gpu(monkeypatch: pytest.MonkeyPatch) -> PretendedGpu:
    """The mode, and the functions about streams and memory that a program asks beside it."""
    stream = type("Stream", (), {"wait_event": lambda *_: None, "record_event": lambda *_: None})()
    event = type("Event", (), {"record": lambda *_: None, "synchronize": lambda *_: None})
    monkeypatch.setattr(torch.cuda, "_lazy_init", lambda: None)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (8 << 30, 16 << 30))
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: None)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: stream)
    monkeypatch.setattr(torch.cuda, "Event", event)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: True)
    return PretendedGpu()


def _is_device(leaf: Any) -> bool:
    return isinstance(leaf, torch.device) or (isinstance(leaf, str) and leaf in ("cpu", "cuda", "cuda:0"))


def _check(name: str, tensors: list[torch.Tensor]) -> None:
    """Raises what a GPU raises. Scalars (tensors without a shape) and indices may come from the CPU."""
    strangers = [tensor for tensor in tensors if not isinstance(tensor, OnGpu) and tensor.ndim]
    indexed = name in ("__getitem__", "__setitem__") and isinstance(tensors[0], OnGpu)
    if name == "__setitem__" and strangers and tensors[-1] is strangers[-1]:
        indexed = False
    if name in ("numpy", "__array__") or (strangers and not indexed and name not in MOVES):
        raise RuntimeError(f"{name} of tensors on different devices: {[tensor.shape for tensor in tensors]}")
