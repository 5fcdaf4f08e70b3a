"""The network in pieces against the same network as torch's modules, which are tested against the package."""

import math

import pytest
import torch
from musicvis.renderers.generators.biggan.architecture import Architecture
from musicvis.renderers.generators.biggan.conditioning import Conditioning, Conditions, Tensors
from musicvis.renderers.generators.biggan.cpu import block, network
from musicvis.renderers.generators.biggan.cpu.convolutions import Direct, DirectDoubling
from musicvis.renderers.generators.biggan.cpu.network import CpuNetwork, FirstLayers
from musicvis.renderers.generators.biggan.cpu.winograd import Winograd, WinogradDoubling
from musicvis.renderers.generators.biggan.network import stretches
from musicvis.renderers.generators.biggan.runtimes import TorchRuntime
from musicvis.tests.renderers.generators.random_weights import random_weights

CPU = torch.device("cpu")


def architecture(layers: str, attention: int, output_px: int) -> Architecture:
    """Layers such as "16-16 16=8", where = doubles; in units of four channels."""
    found = []
    for layer in layers.split():
        before, after = layer.replace("=", "-").split("-")
        found.append(("=" in layer, int(before), int(after)))
    return Architecture(output_px, 4, tuple(found), attention, 1e-4, 51)


USUAL = architecture("16-16 16=16 16-16 16=8 8-8 8=4 4-4 4=2 2-2 2=1", 8, 128)
VARIED = {
    "as released, narrower": USUAL,
    "attention behind the first layer": architecture("16=8 8=4 4-4 4=2 2=1", 1, 64),
    "attention in front": architecture("16=8 8=4 4=2 2=1", 0, 64),
    "attention before the last": architecture("16=8 8=4 4=2 2-2 2-1", 4, 32),
    "halves without doubling": architecture("16-8 8-4 4-2 2-2 2=2 2-1 1-1", 3, 8),
    "one that only the first layers would make": architecture("16=8 8-4 4-2 2=1", 2, 16),
}


def conditions_of(sizes: Architecture, tensors: Tensors, count: int) -> Conditions:
    random = torch.Generator().manual_seed(2)
    classes = torch.zeros(count, 1000)
    classes[:, [3, 400]] = torch.rand(count, 2, generator=random) / 2
    noise = torch.randn(count, 128, generator=random)
    return Conditioning(sizes, tensors, CPU).conditions(noise, classes, torch.linspace(0.3, 1, count))


def reference(sizes: Architecture, tensors: Tensors, conditions: Conditions) -> torch.Tensor:
    return TorchRuntime(stretches(sizes, tensors, torch.float32), CPU).images(conditions)


@pytest.mark.parametrize("variant", VARIED)
@pytest.mark.parametrize("first_px", [0, 8, 16])
def test_it_makes_the_images_of_the_modules(variant: str, first_px: int) -> None:
    sizes = VARIED[variant]
    tensors = random_weights(sizes)
    conditions = conditions_of(sizes, tensors, 3)
    before = [tensor.clone() for pair in conditions.modulations for tensor in pair] + [
        conditions.start.clone()
    ]
    with torch.inference_mode():
        found = CpuNetwork(sizes, tensors, torch.float32, first_px).images(conditions)
        expected = reference(sizes, tensors, conditions)
    assert found.shape == (3, 3, sizes.output_dim, sizes.output_dim) and found.std() > 0.05
    assert torch.allclose(found, expected, atol=5e-5)
    after = [tensor for pair in conditions.modulations for tensor in pair] + [conditions.start]
    assert all(map(torch.equal, before, after)), "the conditions are the caller's"


@pytest.mark.parametrize("winograd_channels", [1, 1000])
def test_the_size_of_the_pieces_changes_nothing_but_rounding(
    monkeypatch: pytest.MonkeyPatch, winograd_channels: int
) -> None:
    """Two rows at a time everywhere, with Winograd's form throughout and nowhere."""
    tensors = random_weights(USUAL)
    conditions = conditions_of(USUAL, tensors, 2)
    monkeypatch.setattr(block, "LEAST_WINOGRAD_CHANNELS", winograd_channels)
    with torch.inference_mode():
        expected = reference(USUAL, tensors, conditions)
        for form in (Direct, DirectDoubling, Winograd, WinogradDoubling):
            monkeypatch.setattr(form, "piece_bytes", 1)
        for module in (block, network):
            monkeypatch.setattr(module, "PIECE_BYTES", 1)
        found = CpuNetwork(USUAL, tensors, torch.float32, 8).images(conditions)
    assert torch.allclose(found, expected, atol=5e-5)


def test_bfloat16_rounds_and_no_more() -> None:
    tensors = random_weights(USUAL)
    conditions = conditions_of(USUAL, tensors, 2)
    with torch.inference_mode():
        expected = reference(USUAL, tensors, conditions)
        found = CpuNetwork(USUAL, tensors, torch.bfloat16, 16).images(conditions)
    error_db = 10 * math.log10(4 / float((found - expected).square().mean()))
    assert found.dtype == torch.float32 and 30 < error_db < 80


def test_an_image_does_not_depend_on_those_beside_it() -> None:
    tensors = random_weights(USUAL)
    conditions = conditions_of(USUAL, tensors, 3)
    made = CpuNetwork(USUAL, tensors, torch.float32, 16)
    with torch.inference_mode():
        together = made.images(conditions)
        alone = torch.cat([made.images(conditions[k : k + 1]) for k in range(3)])
    assert torch.allclose(together, alone, atol=2e-5)


def test_the_first_layers_end_at_the_size_asked_for_and_before_an_attention() -> None:
    tensors = random_weights(USUAL)
    assert [len(FirstLayers(USUAL, tensors, px)) for px in (0, 4, 8, 16, 32)] == [0, 1, 3, 5, 7]
    early = VARIED["attention behind the first layer"]
    assert len(FirstLayers(early, random_weights(early), 64)) == 1
