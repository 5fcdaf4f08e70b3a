"""The precision and the runtime of the network: those requested, and those available."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

import torch

from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ....dsl.findings.span import Span
from ....dsl.installing import install_command

PRECISIONS = ("auto", "fp32", "bf16")
BACKENDS = ("auto", "torch", "openvino")

FIRST_PX_ON_CPU = 16
"""Up to this side of the image the layers keep to float32 in short sums.

Measured with random weights, float32 at 256 pixels against float64: the package errs by 3.7e-5 at most and
4.3e-6 rms, we by 3.9e-5 and 4.7e-6; convolutions that sum in one go err by 1.2e-4. Bfloat16 at 128 pixels
against float32: 45 dB with 16, 41 dB with 8, 48 dB with 32 for a fifth more time.
"""
EXACT_PX_SMALL, EXACT_PX = 8, 16
"""The same sides for a GPU in bfloat16, whose kernels differ: for images up to 128 pixels, and for larger
ones."""


@dataclass(frozen=True, slots=True)
class Computing:
    """The settings with which a network is computed.

    precision   auto, fp32 or bf16; bf16 keeps the first layers in float32
    backend     auto, torch or openvino
    workers     threads that ask for images, each of one core
    """

    precision: str = "auto"
    backend: str = "auto"
    workers: int = 1


def dtype_for(precision: str, device: torch.device) -> torch.dtype:
    """The type for `precision`; auto is bfloat16 where the device multiplies it faster than float32."""
    if precision not in PRECISIONS:
        raise ValueError(f"precision must be one of {', '.join(PRECISIONS)}, not {precision}")
    if precision == "auto":
        return torch.bfloat16 if _has_fast_bf16(device) else torch.float32
    return torch.bfloat16 if precision == "bf16" else torch.float32


def exact_side_px(output_px: int, dtype: torch.dtype, device: torch.device) -> int:
    """Up to which side of the image the layers keep to float32, and on a CPU to short sums."""
    if device.type == "cpu":
        return FIRST_PX_ON_CPU
    if dtype == torch.float32:
        return 0
    return EXACT_PX_SMALL if output_px <= 128 else EXACT_PX


def backend_for(backend: str, device: torch.device) -> str:
    """torch or openvino. Raises PieceError where OpenVINO is asked for and cannot run."""
    if backend not in BACKENDS:
        raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, not {backend}")
    there = find_spec("openvino") is not None
    if backend == "auto":
        return "openvino" if there and device.type == "cpu" else "torch"
    if backend == "openvino" and device.type != "cpu":
        hint = "use --backend torch, or --device cpu"
        raise PieceError([_cannot_run(f"OpenVINO computes on the CPU here, not on {device}", hint)])
    if backend == "openvino" and not there:
        hint = f"type: {install_command('openvino')}, or use --backend torch"
        raise PieceError([_cannot_run("OpenVINO is not installed", hint)])
    return backend


def _cannot_run(message: str, hint: str) -> Diagnostic:
    return Diagnostic("MV906", Span("--backend"), message, hint)


def _has_fast_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    # avx512_bf16 or AMX; the two functions are torch's own questions to the processor.
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
