"""BigGAN for inference against the package's own forward, on a narrow network of the real architecture."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from musicvis.renderers.generators.biggan.architecture import read_architecture
from musicvis.renderers.generators.biggan.conditioning import Conditioning, Conditions, row_mix
from musicvis.renderers.generators.biggan.generator import Batches, BigGan
from musicvis.renderers.generators.biggan.network import transposed_kernel
from musicvis.renderers.generators.biggan.weights import read_weights, write_safetensors

CPU = torch.device("cpu")


def vectors(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    random = np.random.default_rng(4)
    classes = np.zeros((count, 1000), np.float32)
    classes[np.arange(count), random.integers(0, 1000, count)] = 0.9
    noise = random.standard_normal((count, 128)).astype(np.float32)
    return torch.from_numpy(noise), torch.from_numpy(classes)


@pytest.mark.parametrize("truncation", [0.02, 0.06, 0.14, 0.3, 0.4, 0.41, 0.57, 0.58, 0.6, 0.99, 1.0])
def test_images_are_those_of_the_package(folder: Path, network: Any, truncation: float) -> None:
    """At multiples of 0.02, those included where its quotient is not whole (0.14, 0.3, 0.58), and halfway."""
    noise, classes = vectors(3)
    with torch.no_grad():
        expected = network(noise, classes, truncation)
    found = BigGan(folder, 32).images_at(noise, classes, torch.full((3,), truncation))
    assert found.shape == (3, 3, 32, 32) and found.std() > 0.05
    assert torch.allclose(found, expected, atol=1e-5)


def test_images_have_the_resolution_of_the_plan(folder: Path) -> None:
    generator = BigGan(folder, 80)
    images = generator.images(*vectors(2))
    assert images.shape == (2, 3, *generator.size_px) == (2, 3, 80, 80)
    assert images.min() >= -1 and images.max() <= 1


def test_the_state_of_torchs_own_random_numbers_stays(folder: Path) -> None:
    before = torch.random.get_rng_state()
    BigGan(folder, 32)
    assert torch.equal(before, torch.random.get_rng_state())


def test_safetensors_give_the_same_images(folder: Path, network: Any) -> None:
    pickled = BigGan(folder, 32).images(*vectors(1))
    write_safetensors(folder / "model.safetensors", network.state_dict())
    (folder / "pytorch_model.bin").unlink()
    assert torch.equal(BigGan(folder, 32).images(*vectors(1)), pickled)


def laid_end_to_end(state: dict[str, torch.Tensor], gap: int) -> dict[str, torch.Tensor]:
    """The same tensors as views of one storage, the first of which begins after so many numbers."""
    room = torch.zeros(gap + sum(tensor.numel() for tensor in state.values()))
    views, place = {}, gap
    for name, tensor in state.items():
        views[name] = room[place : place + tensor.numel()].view(tensor.shape)
        views[name].copy_(tensor)
        place += tensor.numel()
    return views


@pytest.mark.parametrize("form", ["safetensors", "pickle"])
def test_every_weight_begins_at_a_whole_cache_line_wherever_it_lies_in_its_file(
    folder: Path, network: Any, form: str
) -> None:
    """Each weight begins at a whole cache line; elsewhere, an AMD EPYC gives images that differ by 2e-7."""
    plain = BigGan(folder, 32).images(*vectors(1))
    architecture = read_architecture(folder)
    state = network.state_dict()
    for gap in (1, 3):
        if form == "pickle":
            torch.save(laid_end_to_end(state, gap), folder / "pytorch_model.bin")
        else:
            write_safetensors(folder / "model.safetensors", state)
        tensors = read_weights(folder, architecture)
        assert {tensor.data_ptr() % 64 for tensor in tensors.values()} == {0}
        assert torch.equal(BigGan(folder, 32).images(*vectors(1)), plain)


def test_weights_of_older_files_without_second_spectral_vectors_load(folder: Path, network: Any) -> None:
    state = network.state_dict()
    old = {name: tensor for name, tensor in state.items() if not name.endswith("weight_v")}
    old |= {n.removesuffix("_orig"): t / 2 for n, t in state.items() if n.endswith("weight_orig")}
    current = BigGan(folder, 32).images(*vectors(1))
    torch.save(old, folder / "pytorch_model.bin")
    # The vectors of the network are those of one more step of the power iteration: nearly the same.
    assert torch.allclose(BigGan(folder, 32).images(*vectors(1)), current, atol=0.05)


def test_in_between_two_truncations_the_images_go_straight_from_one_to_the_other(folder: Path) -> None:
    """Statistics of 0.413 lie at 65 % of the way from those of 0.40 to those of 0.42; nothing jumps."""
    architecture = read_architecture(folder)
    conditioning = Conditioning(architecture, read_weights(folder, architecture), CPU)
    at = torch.tensor([0.40, 0.413, 0.42], dtype=torch.float32)
    means, variances = conditioning._statistics(at)
    for values in (means, variances):
        assert torch.allclose(values[1], 0.35 * values[0] + 0.65 * values[2], atol=1e-5)
        assert not torch.allclose(values[0], values[2], atol=1e-2)


def test_truncations_beyond_the_stored_ones_count_as_the_nearest(folder: Path) -> None:
    noise, classes = vectors(1)
    generator = BigGan(folder, 32)
    images = {t: generator.images_at(noise, classes, torch.tensor([t])) for t in (0.001, 0.02, 1.0, 2.0)}
    assert torch.equal(images[0.001], images[0.02]) and torch.equal(images[1.0], images[2.0])
    assert not torch.allclose(images[0.02], images[1.0], atol=0.05)


def test_an_image_depends_on_its_own_vectors_and_truncation_alone(folder: Path) -> None:
    noise, classes = vectors(3)
    truncation = torch.tensor([0.3, 1.0, 0.55])
    generator = BigGan(folder, 32)
    together = generator.images_at(noise, classes, truncation)
    alone = torch.cat(
        [generator.images_at(noise[k : k + 1], classes[k : k + 1], truncation[k : k + 1]) for k in range(3)]
    )
    assert torch.allclose(together, alone, atol=1e-5)


@given(st.integers(1, 50))
def test_the_row_is_what_the_packages_own_quotient_says(multiple: int) -> None:
    """The package: modf(truncation / step_size), with step_size = 1 / 50."""
    row, share, rest = row_mix(multiple / 50, 51)
    near = row if share > 0.5 else row + 1
    assert abs(near - multiple) <= 1 and min(abs(share), abs(rest)) < 1e-12


@pytest.mark.parametrize("shape", [(5, 3, 1, 1), (4, 7, 6, 2), (2, 2, 16, 9)])
def test_one_transposed_convolution_is_a_doubling_and_a_convolution(shape: tuple[int, ...]) -> None:
    """Against torch's own doubling and 3x3 convolution, edges included."""
    random = torch.Generator().manual_seed(3)
    images = torch.randn(shape, generator=random, dtype=torch.float64)
    weight = torch.randn(6, shape[1], 3, 3, generator=random, dtype=torch.float64)
    doubled = torch.nn.functional.interpolate(images, scale_factor=2.0, mode="nearest")
    expected = torch.nn.functional.conv2d(doubled, weight, padding=1)
    found = torch.nn.functional.conv_transpose2d(images, transposed_kernel(weight), stride=2, padding=1)
    assert torch.allclose(found, expected, atol=1e-12)


class Cramped:
    """A network with memory for so many images."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.asked: list[int] = []

    def __call__(self, conditions: Conditions) -> torch.Tensor:
        self.asked.append(len(conditions.start))
        if len(conditions.start) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return conditions.start


def test_where_the_memory_ends_the_batch_is_halved_for_good_and_every_image_is_made_once() -> None:
    conditions = Conditions(torch.arange(20.0)[:, None], ())
    network = Cramped(3)
    batches = Batches(network, 16)
    assert torch.equal(batches.images(conditions), conditions.start)
    assert network.asked == [16, 8, 4] + [2] * 10
    assert torch.equal(batches.images(conditions[:4]), conditions.start[:4])
    assert network.asked[13:] == [2, 2]


def test_where_one_image_is_too_many_the_error_goes_on() -> None:
    with pytest.raises(torch.OutOfMemoryError):
        Batches(Cramped(0), 4).images(Conditions(torch.zeros(4, 1), ()))


def test_at_every_multiple_of_a_fiftieth_the_statistics_are_those_of_the_package(
    folder: Path, network: Any
) -> None:
    """Its own norm, at 0: (0 - mean) / sqrt(var + eps)."""
    architecture = read_architecture(folder)
    conditioning = Conditioning(architecture, read_weights(folder, architecture), CPU)
    norm = network.generator.bn
    channels = architecture.channel_width
    for multiple in range(1, 51):
        with torch.no_grad():
            expected = norm(torch.zeros(1, channels, 1, 1), multiple / 50).flatten()
        expected = (expected - norm.bias.detach()) / norm.weight.detach()
        means, variances = conditioning._statistics(torch.tensor([multiple / 50], dtype=torch.float32))
        found = -means[0, -channels:] / torch.sqrt(variances[0, -channels:] + architecture.eps)
        assert torch.allclose(found, expected, atol=1e-5), multiple
