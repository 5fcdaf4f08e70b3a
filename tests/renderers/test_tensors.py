"""Where a buffer lies changes nothing: arrays that begin anywhere become tensors of torch's own memory."""

import ast
from pathlib import Path

import numpy as np
import pytest
import torch
from musicvis.renderers.picture.upscale import lanczos_matrix, resized
from musicvis.renderers.tensors import aligned, tensor_of
from musicvis.tests.shifted import shifted

RENDERERS = Path(__file__).resolve().parents[2] / "renderers"


@pytest.mark.parametrize("by_bytes", range(0, 64, 4))
def test_a_tensor_of_an_array_begins_at_a_whole_cache_line_wherever_the_array_begins(by_bytes: int) -> None:
    array = np.random.default_rng(1).standard_normal((7, 31)).astype(np.float32)
    tensor = tensor_of(shifted(array, by_bytes))
    assert tensor.data_ptr() % 64 == 0 and tensor.is_contiguous()
    assert tensor.dtype == torch.float32 and np.array_equal(tensor.numpy(), array)


def test_arrays_that_cannot_be_written_or_lie_across_become_plain_tensors() -> None:
    stored = np.frombuffer(np.arange(12.0).tobytes()).reshape(3, 4)
    tensor = tensor_of(stored.T)
    assert tensor.is_contiguous() and tensor.tolist() == stored.T.tolist()
    tensor[0, 0] = 5.0
    assert stored[0, 0] == 0.0


def test_only_a_tensor_that_begins_off_a_cache_line_is_copied() -> None:
    whole = torch.arange(40.0)
    assert aligned(whole) is whole
    moved = aligned(whole[1:])
    assert moved.data_ptr() % 64 == 0 and moved.tolist() == list(range(1, 40))


def test_a_matrix_that_lies_anywhere_resamples_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    images = torch.rand(2, 3, 40, 40, generator=torch.Generator().manual_seed(1))
    plain = resized(images, 90, 160, "lanczos")
    for by_bytes in (4, 12, 20, 60):
        monkeypatch.setattr(
            "musicvis.renderers.picture.upscale.lanczos_matrix",
            lambda *sizes, by_bytes=by_bytes: shifted(lanczos_matrix(*sizes), by_bytes),
        )
        assert torch.equal(resized(images, 90, 160, "lanczos"), plain)


def test_no_renderer_gives_torch_memory_of_another() -> None:
    """torch.frombuffer stands only where the weights are read, which align what they read."""
    found = {
        (str(path.relative_to(RENDERERS)), node.attr)
        for path in RENDERERS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "torch"
        and node.attr in ("from_numpy", "frombuffer", "from_dlpack", "as_tensor", "asarray", "from_file")
    }
    assert found == {("generators/biggan/weights.py", "frombuffer")}
