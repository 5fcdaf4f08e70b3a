"""The header of a picture, against what Pillow writes, and against files that lie."""

import io
import struct

import pytest
from musicvis.dsl.text.picture_header import picture_header
from PIL import Image


def saved(size: tuple[int, int], form: str, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, form, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("GIF", {}),
        ("WebP", {"lossless": True}),
        ("WebP", {"quality": 60}),
        ("WebP", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}),
    ],
)
def test_size_and_kind_are_those_that_pillow_wrote(form: str, options: dict[str, object]) -> None:
    found = picture_header(saved((40, 23), form, **options))
    assert (found.kind, found.width_px, found.height_px) == (form, 40, 23)


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_a_jpeg_in_other_colours_is_read(mode: str) -> None:
    assert picture_header(saved((20, 30), "JPEG", mode)).height_px == 30


def bomb() -> bytes:
    whole = saved((20, 20), "PNG")
    return whole[:16] + struct.pack(">II", 60_000, 60_000) + whole[24:]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not a PNG, JPEG, WebP or GIF"),
        (b"BM" + bytes(100), "not a PNG, JPEG, WebP or GIF"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(100), "it is HEIC, not a PNG, JPEG, WebP or GIF"),
        (b"GIF89a" + bytes(100), "cut off"),
        (b"GIF89a\xff\xff\xff\xff" + bytes(100) + b";", "65535x65535 pixels"),
        (saved((1, 1), "PNG"), "1x1 pixels"),
        (saved((300, 8), "JPEG"), "each side needs at least 16"),
        (bomb(), "60000x60000 pixels; at most 40 million"),
        (saved((64, 64), "PNG")[:-20], "cut off"),
        (saved((64, 64), "JPEG")[:-20], "cut off"),
        (saved((64, 64), "WebP")[:-20], "cut off"),
        (b"\xff\xd8\xff" + b"\xff" * 5000, "cut off"),
        (b"\xff\xd8\xff\xe0\0\0" * 50, "cut off"),
    ],
)
def test_unsupported_pictures_are_refused_before_they_are_unpacked(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        picture_header(data)


def test_every_beginning_of_a_picture_is_refused_and_none_is_a_crash() -> None:
    for form in ("PNG", "JPEG", "WebP", "GIF"):
        whole = saved((24, 24), form)
        for end in range(0, len(whole) - 16, 7):
            with pytest.raises(ValueError, match=r"cut off|not a PNG"):
                picture_header(whole[:end])
