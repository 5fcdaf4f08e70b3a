"""The letters of a font: as another program reads them, and never more than a damaged file holds."""

import random
import struct
from pathlib import Path

import pytest
from musicvis.dsl.text.font_letters import font_letters
from musicvis.tests.fonts import square_font


@pytest.fixture(scope="module")
def font(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return square_font(tmp_path_factory.mktemp("fonts") / "a.ttf", "Aé床\U0001f47e").read_bytes()


def test_a_font_has_the_letters_that_were_put_into_it(font: bytes) -> None:
    letters = font_letters(font)
    assert letters is not None
    assert all(letter in letters for letter in "Aé床\U0001f47e")
    assert not any(letter in letters for letter in "B@è床月\U0001f47f".replace("床", ""))


def test_a_real_font_has_what_fonttools_reads_in_it() -> None:
    from fontTools.ttLib import TTFont
    from musicvis.renderers.picture.lettering import dejavu_path

    path = dejavu_path()
    if path is None:
        pytest.skip("DejaVu Sans is not here")
    letters = font_letters(Path(path).read_bytes())
    assert letters is not None
    ranges = zip(letters.firsts, letters.lasts, strict=True)
    assert {k for first, last in ranges for k in range(first, last + 1)} == set(TTFont(path).getBestCmap())


def test_a_damaged_font_gives_none_or_a_font_and_no_exception(font: bytes) -> None:
    draw = random.Random(1)
    for _ in range(400):
        data = bytearray(font[: draw.randrange(len(font))] if draw.random() < 0.3 else font)
        for _ in range(draw.randrange(6) if data else 0):
            data[draw.randrange(len(data))] = draw.choice((0, 1, 127, 255))
        font_letters(bytes(data))


def test_a_table_that_says_it_has_millions_of_ranges_is_not_read(font: bytes) -> None:
    at = font.index(struct.pack(">HHI", 12, 0, 28)[:4])
    assert font_letters(font[: at + 12] + struct.pack(">I", 2**32 - 1) + font[at + 16 :]) is None
