"""Precisions and runtimes of BigGAN, and the logic of the GPU's path on a machine without one."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.generators.biggan import precision as precisions
from musicvis.renderers.generators.biggan.conditioning import Conditions
from musicvis.renderers.generators.biggan.generator import Batches, BigGan
from musicvis.renderers.generators.biggan.gpu import (
    CudaRuntime,
    batch_that_fits,
    copy_into,
    filled_up,
    image_bytes,
    settle_convolutions,
)
from musicvis.renderers.generators.biggan.precision import Computing, backend_for, dtype_for
from musicvis.renderers.generators.protocol import TruncatedGenerator

CPU = torch.device("cpu")
GPU = torch.device("cuda")


def vectors(count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    random = np.random.default_rng(5)
    classes = np.zeros((count, 1000), np.float32)
    classes[:, [3, 400]] = random.uniform(0, 0.5, (count, 2))
    noise = random.standard_normal((count, 128)).astype(np.float32)
    return torch.from_numpy(noise), torch.from_numpy(classes), torch.linspace(0.3, 1, count)


def psnr_db(found: torch.Tensor, expected: torch.Tensor) -> float:
    return float(10 * torch.log10(4 / (found - expected).square().mean()))


def test_bfloat16_makes_the_same_picture_but_for_rounding(folder: Path) -> None:
    exact = BigGan(folder, 32).images_at(*vectors(4))
    rounded = BigGan(folder, 32, computing=Computing("bf16", "torch")).images_at(*vectors(4))
    assert rounded.dtype == torch.float32
    assert 25 < psnr_db(rounded, exact) < 90  # equal images would mean that nothing was rounded


@pytest.mark.skipif(find_spec("openvino") is None, reason="openvino is not installed")
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_openvino_makes_the_picture_of_torch(folder: Path, precision: str) -> None:
    reference = BigGan(folder, 32).images_at(*vectors(3))
    generator = BigGan(folder, 32, computing=Computing(precision, "openvino", workers=2))
    found = generator.images_at(*vectors(3))
    assert generator.backend == "openvino"
    if precision == "fp32":
        assert torch.allclose(found, reference, atol=1e-4)
    else:
        assert psnr_db(found, reference) > 25
    # What a later call makes leaves an earlier result as it is, and the same vectors give the same bytes.
    held = found.clone()
    again = generator.images_at(*vectors(3))
    generator.images_at(*(-tensor for tensor in vectors(3)))
    assert torch.equal(found, held) and torch.equal(again, held)


def test_auto_takes_bfloat16_only_where_the_processor_multiplies_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for able, dtype in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(precisions, "_has_fast_bf16", lambda device, able=able: able)
        assert dtype_for("auto", CPU) == dtype
        assert (dtype_for("fp32", CPU), dtype_for("bf16", CPU)) == (torch.float32, torch.bfloat16)


def test_auto_takes_openvino_where_it_is_installed_and_the_device_is_a_cpu(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(precisions, "find_spec", lambda name: object())
    assert [backend_for("auto", device) for device in (CPU, GPU)] == ["openvino", "torch"]
    with pytest.raises(PieceError, match="computes on the CPU here, not on cuda"):
        backend_for("openvino", GPU)
    monkeypatch.setattr(precisions, "find_spec", lambda name: None)
    assert [backend_for("auto", device) for device in (CPU, GPU)] == ["torch", "torch"]
    with pytest.raises(PieceError, match="OpenVINO is not installed") as caught:
        backend_for("openvino", CPU)
    assert "[openvino]" in caught.value.diagnostics[0].hint


@pytest.mark.parametrize(
    ("free", "one", "batch"), [(32, 1, 16), (31, 1, 8), (16, 1, 8), (2, 1, 1), (0, 1, 1), (10**12, 3, 16)]
)
def test_a_batch_fills_at_most_half_of_the_free_memory(free: int, one: int, batch: int) -> None:
    assert batch_that_fits(free, one) == batch


def test_an_image_of_512_pixels_takes_a_quarter_of_a_gigabyte_in_bfloat16() -> None:
    """128 channels of 512x512 in 2 bytes are 64 MiB, and four such images live at once."""
    assert image_bytes(512, 128, torch.bfloat16) == 4 * 64 * 2**20


@pytest.mark.parametrize(("precision", "rounds"), [(torch.float32, False), (torch.bfloat16, True)])
def test_cudnn_rounds_to_tf32_only_beside_bfloat16(precision: torch.dtype, rounds: bool) -> None:
    before = torch.backends.cudnn.allow_tf32, torch.backends.cudnn.deterministic
    try:
        settle_convolutions(precision)
        assert (torch.backends.cudnn.allow_tf32, torch.backends.cudnn.deterministic) == (rounds, True)
    finally:
        torch.backends.cudnn.allow_tf32, torch.backends.cudnn.deterministic = before


def conditions_of(values: list[float]) -> Conditions:
    start = torch.tensor(values)[:, None, None, None]
    return Conditions(start, ((start * 10, start * 100),))


def test_a_batch_is_filled_up_with_its_last_image() -> None:
    filled = filled_up(conditions_of([1, 2, 3]), 5)
    assert filled.start.flatten().tolist() == [1, 2, 3, 3, 3]
    assert filled.modulations[0][1].flatten().tolist() == [100, 200, 300, 300, 300]


def test_buffers_take_the_new_values_and_stay_where_they_are() -> None:
    buffers = conditions_of([0, 0])
    places = [buffers.start.data_ptr(), buffers.modulations[0][1].data_ptr()]
    copy_into(buffers, conditions_of([4, 5]))
    assert buffers.start.flatten().tolist() == [4, 5]
    assert buffers.modulations[0][1].flatten().tolist() == [400, 500]
    assert [buffers.start.data_ptr(), buffers.modulations[0][1].data_ptr()] == places


def gpu_runtime(monkeypatch: pytest.MonkeyPatch, record: Any) -> CudaRuntime:
    """A runtime for batches of four whose network adds one, and whose recorder is `record`."""
    from musicvis.renderers.generators.biggan import gpu

    monkeypatch.setattr(gpu, "recorded", record)
    runtime = CudaRuntime([], CPU, 4, compiles=False)
    monkeypatch.setattr(runtime._plain, "images", lambda conditions: conditions.start + 1)
    return runtime


def test_smaller_batches_go_through_the_graph_of_the_full_one(monkeypatch: pytest.MonkeyPatch) -> None:
    replayed = []

    def record(network: Any, example: Conditions) -> Any:
        def replay(conditions: Conditions) -> torch.Tensor:
            replayed.append(len(conditions.start))
            return conditions.start + 1

        return replay

    runtime = gpu_runtime(monkeypatch, record)
    sizes = (4, 3, 1, 4)
    for size in sizes:
        made = runtime.images(conditions_of(list(map(float, range(size)))))
        assert made.flatten().tolist() == [k + 1.0 for k in range(size)]
    assert replayed == [4] * len(sizes)


def test_where_no_graph_can_be_recorded_the_network_runs_without(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def record(network: Any, example: Conditions) -> Any:
        tries.append(1)
        raise RuntimeError("operation not permitted when stream is capturing")

    runtime = gpu_runtime(monkeypatch, record)
    for _ in range(3):
        assert runtime.images(conditions_of([1, 2, 3, 4])).flatten().tolist() == [2, 3, 4, 5]
    assert len(tries) == 1


def test_where_the_graph_finds_no_memory_a_graph_of_half_the_batch_is_recorded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recorded = []

    def record(network: Any, example: Conditions) -> Any:
        recorded.append(len(example.start))
        if len(example.start) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return lambda conditions: conditions.start + 1

    batches = Batches(gpu_runtime(monkeypatch, record).images, 4)
    for count in (7, 7):
        made = batches.images(conditions_of(list(map(float, range(count)))))
        assert made.flatten().tolist() == [k + 1.0 for k in range(count)]
    assert recorded == [4, 2] and batches.size == 2


def test_the_film_passes_its_truncation_to_biggan(folder: Path) -> None:
    assert isinstance(BigGan(folder, 32), TruncatedGenerator)
