"""What a film looks like when it is small, and that its flashes are counted across segments."""

from fractions import Fraction

import numpy as np
import pytest
from musicvis.renderers.film.flashes import film_flashing, look_at, packed, unpacked


def frame(luma: int, blue: int = 128, red: int = 128) -> np.ndarray:
    planes = np.full((72 * 3 // 2, 128), luma, np.uint8)
    planes[72:90], planes[90:] = blue, red
    return planes


MIDDLE = ((110 / 219 + 0.055) / 1.055) ** 2.4  # sRGB, IEC 61966-2-1


@pytest.mark.parametrize(("luma", "luminance"), [(16, 0.0), (235, 1.0), (126, MIDDLE)])
def test_a_grey_frame_looks_as_bright_as_it_is(luma: int, luminance: float) -> None:
    light, red = look_at(frame(luma))
    assert (light == light[0, 0]).all()
    assert (light[0, 0] / 255) ** 2 == pytest.approx(luminance, abs=0.01)
    assert red.max() == 0


def test_only_saturated_red_looks_red() -> None:
    # The 100 % bars of BT.709: red, and magenta, whose red is as strong and not alone.
    assert look_at(frame(63, 102, 240))[1].min() > 250
    assert look_at(frame(78, 214, 230))[1].max() == 0


def test_the_left_half_is_the_left_half() -> None:
    planes = frame(16)
    planes[:72, :64] = 235
    light = look_at(planes)[0]
    assert light[:, :32].min() == 255
    assert light[:, 32:].max() == 0


def test_looks_survive_packing_and_what_is_damaged_is_no_look() -> None:
    looks = [look_at(frame(16 + 40 * k)) for k in range(5)]
    text = packed(looks)
    assert np.array_equal(unpacked(text, 5), np.stack(looks))
    assert len(text) < 2000
    for damaged, count in ((text, 4), (text[:40], 5), ("not a look", 5), ("", 5)):
        with pytest.raises(ValueError, match=r"."):
            unpacked(damaged, count)


def test_a_film_is_measured_across_its_segments() -> None:
    looks = [look_at(frame(200 if k // 3 % 2 else 60)) for k in range(60)]
    whole = [(packed(looks), 60)]
    parts = [(packed(looks[:14]), 14), (packed(looks[14:31]), 17), (packed(looks[31:]), 29)]
    found = film_flashing(whole, Fraction(30))
    assert found == film_flashing(parts, Fraction(30))
    assert found is not None
    assert found.count == 5
    assert film_flashing([*parts, (None, 3)], Fraction(30)) is None
