"""What the machine can do at most: products of matrices on one core, and copies."""

import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path

import torch
from musicvis.renderers.generators.biggan.precision import dtype_for

SIDE = 1536
ROUNDS = 12


def gemm_gflops(dtype: torch.dtype) -> float:
    """The best of some products of square matrices, with one thread."""
    torch.set_num_threads(1)
    a, b = (torch.randn(SIDE, SIDE).to(dtype) for _ in range(2))
    best_s = min(_cpu_s(lambda: a @ b) for _ in range(ROUNDS))
    return 2 * SIDE**3 / best_s / 1e9


def copy_gb_per_s() -> float:
    """Bytes read and written by a copy of 128 MiB."""
    source = torch.zeros(32 * 2**20)
    target = torch.empty_like(source)
    return 2 * source.nbytes / min(_cpu_s(lambda: target.copy_(source)) for _ in range(ROUNDS)) / 1e9


def described() -> str:
    """Processor, versions, day and load."""
    name = platform.processor() or platform.machine()
    try:
        with Path("/proc/cpuinfo").open(encoding="ascii", errors="replace") as info:
            name = next(line.split(":")[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    fast = (
        "bfloat16 in hardware" if dtype_for("auto", torch.device("cpu")) != torch.float32 else "no bfloat16"
    )
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {name}, {os.cpu_count()} cores, {fast}, Python "
        f"{platform.python_version()}, torch {torch.__version__}, load {os.getloadavg()[0]:.1f}"
    )


def _cpu_s(work: object) -> float:
    assert callable(work)
    started_s = time.process_time()
    work()
    return time.process_time() - started_s
