"""Resampling against Keys' formula in numpy and against Pillow."""

from typing import Any

import numpy as np
import pytest
import torch
from musicvis.renderers.picture.upscale import fitted_size, lanczos_matrix, resized
from numpy.typing import NDArray
from PIL import Image


def keys_matrix(length_px: int, target_px: int, a: float = -0.75) -> NDArray[Any]:
    """Keys 1981, the weights of one axis; the pixels at the edge are repeated outwards."""
    matrix = np.zeros((target_px, length_px))
    for i in range(target_px):
        centre = (i + 0.5) * length_px / target_px - 0.5
        for k in range(int(np.floor(centre)) - 1, int(np.floor(centre)) + 3):
            x = abs(centre - k)
            near, far = ((a + 2) * x - (a + 3)) * x * x + 1, ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
            matrix[i, min(max(k, 0), length_px - 1)] += near if x <= 1 else far
    return matrix


def grain(height_px: int, width_px: int) -> NDArray[Any]:
    """Noise that no filter brings beyond 0..255."""
    return np.random.default_rng(3).integers(80, 176, (height_px, width_px)).astype(np.uint8)


@pytest.mark.parametrize("dtype", [torch.float32, torch.uint8])
def test_bicubic_is_keys_with_a_of_minus_three_quarters(dtype: torch.dtype) -> None:
    image = grain(27, 48)
    exact = keys_matrix(27, 90) @ image.astype(np.float64) @ keys_matrix(48, 160).T
    found = resized(torch.from_numpy(image)[None, None].to(dtype), 90, 160, "bicubic")[0, 0].double().numpy()
    if dtype is torch.uint8:
        # torch's integer kernel keeps the weights to 15 bits and rounds after each axis.
        assert np.abs(found - exact).max() <= 1.5
    else:
        assert np.allclose(found, exact, atol=1e-3)


@pytest.mark.parametrize("size", [(90, 160), (13, 20)])
def test_lanczos_equals_pillow(size: tuple[int, int]) -> None:
    image = grain(27, 48).astype(np.float32)
    pillow = np.asarray(Image.fromarray(image).resize(size[::-1], Image.Resampling.LANCZOS))
    found = resized(torch.from_numpy(image)[None, None], *size, "lanczos")[0, 0].numpy()
    # Pillow leaves out taps by whole pixels where ours leaves out those beyond three lobes.
    assert np.allclose(found, pillow, atol=0.05)


def test_a_shrunk_image_equals_pillows_bicubic() -> None:
    image = grain(64, 64).astype(np.float32)
    pillow = np.asarray(Image.fromarray(image).resize((20, 20), Image.Resampling.BICUBIC))
    found = resized(torch.from_numpy(image)[None, None], 20, 20, "bicubic")[0, 0].numpy()
    assert np.allclose(found, pillow, atol=0.05)


def test_a_plain_area_stays_plain_in_every_filter() -> None:
    plain = torch.full((1, 2, 30, 40), 77, dtype=torch.uint8)
    for name in ("bicubic", "lanczos"):
        assert torch.equal(resized(plain, 101, 33, name), torch.full((1, 2, 101, 33), 77, dtype=torch.uint8))
    assert np.allclose(lanczos_matrix(40, 33).sum(1), 1)


def test_an_unknown_filter_is_refused() -> None:
    with pytest.raises(ValueError, match="upscale must be one of bicubic, lanczos, not nearest"):
        resized(torch.zeros(1, 1, 4, 4), 8, 8, "nearest")


def test_a_fitted_image_is_as_large_as_the_film_allows() -> None:
    assert fitted_size(512, 512, 1080, 1920) == (1080, 1080)
    assert fitted_size(512, 512, 1920, 1080) == (1080, 1080)
    assert fitted_size(100, 300, 360, 640) == (214, 640)
