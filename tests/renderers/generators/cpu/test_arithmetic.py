"""The small steps between the convolutions."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from musicvis.renderers.generators.biggan.cpu.arithmetic import (
    Norm,
    add_product,
    multiply_into,
    rectify,
    rectify_into,
)
from musicvis.renderers.generators.biggan.cpu.pieces import Piece, framed, inside, pieces


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
@given(st.lists(st.floats(width=32, allow_nan=False), min_size=1, max_size=50))
def test_rectifying_keeps_positive_values_and_sets_others_to_zero(
    precision: torch.dtype, values: list[float]
) -> None:
    """Infinities and both zeros included."""
    x = torch.tensor(values).to(precision)
    wanted = torch.where(x > 0, x, torch.zeros_like(x))
    elsewhere = torch.full_like(x, 7)
    rectify_into(elsewhere, x)
    assert torch.equal(elsewhere, wanted)
    assert torch.equal(rectify(x), wanted) and torch.equal(x, wanted)


@pytest.mark.parametrize("short_sums", [False, True])
@given(st.integers(1, 200), st.integers(0, 2**32))
def test_products_of_matrices_are_those_of_torch(short_sums: bool, length: int, seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    for batch in ((), (3,)):
        a = torch.randn(*batch, 4, length, generator=random)
        b = torch.randn(*batch, length, 6, generator=random)
        wanted = a.double() @ b.double()
        out = torch.full((*batch, 4, 6), 9.0)
        multiply_into(out, a, b, short_sums)
        assert torch.allclose(out.double(), wanted, atol=1e-4)
        add_product(out, a, b, short_sums)
        assert torch.allclose(out.double(), 2 * wanted, atol=2e-4)


def test_short_sums_err_less_than_long_ones() -> None:
    """A first layer of a block: 2048 rectified channels, times weights of both signs."""
    random = torch.Generator().manual_seed(1)
    a = torch.randn(128, 2048, generator=random).relu_()
    b = torch.randn(2048, 512, generator=random)
    errors = []
    for short_sums in (True, False):
        out = torch.empty(128, 512)
        multiply_into(out, a, b, short_sums)
        errors.append(float((out - a.double() @ b.double()).square().mean().sqrt()))
    assert errors[0] < 0.9 * errors[1]


@given(
    st.integers(1, 9),
    st.integers(1, 40).map(lambda half: 2 * half),
    st.integers(1, 4000),
    st.integers(1, 10**5),
)
def test_pieces_cover_every_row_once_and_in_order(
    n: int, rows: int, row_bytes: int, piece_bytes: int
) -> None:
    seen = []
    for piece in pieces((n, rows, 5), row_bytes, piece_bytes):
        count = piece.rows.stop - piece.rows.start
        images = piece.images.stop - piece.images.start
        assert count % 2 == 0 and (images == 1 or count == rows)
        assert images * count * row_bytes <= max(piece_bytes, 2 * row_bytes)
        seen += [(i, r) for i in range(n)[piece.images] for r in range(rows)[piece.rows]]
    assert seen == [(i, r) for i in range(n) for r in range(rows)]


def test_a_frame_is_zero_and_the_inside_is_the_image() -> None:
    x = framed((2, 4, 6), 3, torch.float32)
    assert x.shape == (2, 6, 8, 3)
    whole = Piece(slice(0, 2), slice(0, 4))
    inside(x, whole).fill_(1)
    assert float(x.sum()) == 2 * 4 * 6 * 3
    assert float(inside(x, Piece(slice(1, 2), slice(2, 4))).sum()) == 2 * 6 * 3
    assert x[whole.with_neighbours].shape == x.shape


def test_a_piece_of_a_piece_has_its_place_in_the_batch() -> None:
    outer = Piece(slice(3, 4), slice(32, 64))
    assert Piece(slice(0, 1), slice(4, 8)).within(outer) == Piece(slice(3, 4), slice(36, 40))


def test_the_norm_of_one_image_serves_each_piece_of_it() -> None:
    one = Norm(torch.ones(1, 1, 1, 2), torch.zeros(1, 1, 1, 2))
    assert one.of(slice(0, 1)) is one
    many = Norm(torch.arange(3.0)[:, None, None, None], torch.zeros(3, 1, 1, 1))
    assert many.of(slice(1, 3)).scale.flatten().tolist() == [1, 2]
