"""Every form of the 3x3 convolutions against torch's own in float64."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from musicvis.renderers.generators.biggan.cpu.arithmetic import Norm
from musicvis.renderers.generators.biggan.cpu.convolutions import Convolution, Direct, DirectDoubling
from musicvis.renderers.generators.biggan.cpu.pieces import Piece, framed, inside
from musicvis.renderers.generators.biggan.cpu.winograd import Winograd, WinogradDoubling
from torch.nn import functional as nnf

FORMS = {
    "direct": (False, lambda weight: Direct(weight, torch.float32)),
    "direct doubling": (True, lambda weight: DirectDoubling(weight, torch.float32)),
    "Winograd": (False, lambda weight: Winograd(weight, short_sums=False)),
    "Winograd in short sums": (False, lambda weight: Winograd(weight, short_sums=True)),
    "Winograd doubling": (True, lambda weight: WinogradDoubling(weight, short_sums=False)),
    "Winograd doubling in short sums": (True, lambda weight: WinogradDoubling(weight, short_sums=True)),
}


def expected(images: torch.Tensor, weight: torch.Tensor, norm: Norm, doubles: bool) -> torch.Tensor:
    """In float64 and with channels last: doubled by torch, convolved, scaled and shifted."""
    x = images.permute(0, 3, 1, 2).double()
    if doubles:
        x = nnf.interpolate(x, scale_factor=2.0, mode="nearest")
    made = nnf.conv2d(x, weight.double(), padding=1).permute(0, 2, 3, 1)
    return made * norm.scale + norm.shift


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=25)
@given(
    st.integers(1, 3),
    st.integers(1, 5).map(lambda half: 2 * half),
    st.integers(1, 5).map(lambda half: 2 * half),
    st.sampled_from([1, 5, 16, 130]),
    st.integers(0, 2**32),
)
def test_it_is_the_convolution_of_torch(
    form: str, n: int, rows: int, columns: int, channels: int, seed: int
) -> None:
    """In pieces of two rows too, whose neighbours are those of the image."""
    doubles, make = FORMS[form]
    n = n if "Winograd" in form else 1  # the direct forms take the norm of one image into their weights
    random = torch.Generator().manual_seed(seed)
    images = torch.randn(n, rows, columns, channels, generator=random)
    weight = torch.randn(7, channels, 3, 3, generator=random) / (9 * channels) ** 0.5
    norm = Norm(*(torch.randn(n, 1, 1, 7, generator=random) for _ in range(2)))
    whole = Piece(slice(0, n), slice(0, rows))
    x = framed((n, rows, columns), channels, torch.float32)
    inside(x, whole).copy_(images)
    convolution: Convolution = make(weight)
    normed = convolution.with_norm(norm)
    wanted = expected(images, weight, norm, doubles)
    assert torch.allclose(normed(x, whole.images).double(), wanted, atol=2e-5)
    factor = 2 if doubles else 1
    for first in range(0, rows, 2):
        piece = Piece(slice(0, n), slice(first, first + 2))
        made = normed(x[piece.with_neighbours], piece.images)
        assert torch.allclose(made.double(), wanted[:, factor * first : factor * (first + 2)], atol=2e-5)


def test_winograds_form_errs_less_than_the_direct_one_with_many_channels() -> None:
    """The reason why it may stand for float32: its sums are a ninth as long."""
    random = torch.Generator().manual_seed(1)
    images = torch.randn(1, 8, 8, 256, generator=random).relu_()
    weight = torch.randn(256, 256, 3, 3, generator=random) / 48
    norm = Norm(torch.ones(1, 1, 1, 256), torch.zeros(1, 1, 1, 256))
    x = framed((1, 8, 8), 256, torch.float32)
    inside(x, Piece(slice(0, 1), slice(0, 8))).copy_(images)
    wanted = expected(images, weight, norm, doubles=False)
    direct, winograd = (
        float((form.with_norm(norm)(x, slice(0, 1)) - wanted).square().mean().sqrt())
        for form in (Direct(weight, torch.float32), Winograd(weight, short_sums=False))
    )
    assert winograd < direct < 2e-6
