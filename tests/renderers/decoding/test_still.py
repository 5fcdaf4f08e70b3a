"""Pictures become upright, opaque R'G'B' in sRGB; what is broken or too large is told."""

import io

import numpy as np
import pytest
from musicvis.renderers.decoding.faults import UnusableError
from musicvis.renderers.decoding.still import still
from PIL import Image, ImageCms

RED, BLUE = (214, 44, 40), (40, 70, 210)


def saved(image: Image.Image, form: str, **options: object) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, form, **options)
    file.seek(0)
    return file


def colour(file: io.BytesIO) -> np.ndarray:
    return np.asarray(still(file, 16)).reshape(-1, 3).mean(axis=0)


def profile(red: tuple[float, float], green: tuple[float, float], blue: tuple[float, float]) -> bytes:
    """A matrix profile (ICC.1, 8.3) of primaries by their chromaticities, white D65 and gamma 2.2."""
    white = np.array([0.9505, 1.0, 1.0890])

    def xyz(x: float, y: float) -> np.ndarray:
        return np.array([x / y, 1.0, (1 - x - y) / y])

    columns = np.stack([xyz(*red), xyz(*green), xyz(*blue)], 1)
    columns = columns * np.linalg.solve(columns, white)
    # Bradford, to the white of the connection space, D50.
    cone = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    ratio = (cone @ np.array([0.9642, 1.0, 0.8249])) / (cone @ white)
    columns = np.linalg.inv(cone) @ np.diag(ratio) @ cone @ columns

    def fixed(value: float) -> bytes:
        return round(value * 65536).to_bytes(4, "big", signed=True)

    def place(value: np.ndarray) -> bytes:
        return b"XYZ " + bytes(4) + b"".join(fixed(v) for v in value)

    curve = b"curv" + bytes(4) + (1).to_bytes(4, "big") + int(2.2 * 256).to_bytes(2, "big") + bytes(2)
    text = b"desc" + bytes(4) + (5).to_bytes(4, "big") + b"wide\0" + bytes(79)
    tags = {b"desc": text, b"wtpt": place(np.array([0.9642, 1.0, 0.8249])), b"cprt": b"text" + bytes(8)}
    for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns.T, strict=True):
        tags[name] = place(column)
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    at, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += name + (at + len(body)).to_bytes(4, "big") + len(data).to_bytes(4, "big")
        body += padded
    size = at + len(body)
    head = size.to_bytes(4, "big") + bytes(4) + b"\x02\x10\0\0mntrRGB XYZ " + bytes(12) + b"acsp"
    head += bytes(28) + b"".join(fixed(v) for v in (0.9642, 1.0, 0.8249))
    return head.ljust(128, b"\0") + len(tags).to_bytes(4, "big") + table + body


DISPLAY_P3 = profile((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WebP"])
def test_a_picture_of_a_wider_gamut_is_shown_in_the_colours_of_srgb(form: str) -> None:
    # By the matrices of both: linear (.2, .6, .2) in Display P3 is (.1099, .6168, .1676) in sRGB.
    linear = np.array([0.2, 0.6, 0.2])
    written = tuple(round(255 * v) for v in linear ** (1 / 2.2))
    wanted = np.array([0.1099, 0.6168, 0.1676])
    shown = 255 * (1.055 * wanted ** (1 / 2.4) - 0.055)
    found = colour(saved(Image.new("RGB", (32, 32), written), form, icc_profile=DISPLAY_P3, quality=100))
    assert np.abs(found - shown).max() < 4


def test_a_picture_that_says_srgb_stays_as_it_is_to_a_level() -> None:
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.abs(colour(saved(Image.new("RGB", (32, 32), RED), "PNG", icc_profile=own)) - RED).max() <= 1


def test_transparency_is_kept_when_colours_are_converted() -> None:
    image = Image.new("RGBA", (32, 32), (255, 255, 255, 0))
    assert colour(saved(image, "PNG", icc_profile=DISPLAY_P3)).max() == 0


@pytest.mark.parametrize("wrong", [b"x" * 200, DISPLAY_P3[:180], DISPLAY_P3.replace(b"RGB ", b"CMYK")])
def test_a_profile_that_cannot_be_used_is_left_out(wrong: bytes) -> None:
    assert np.abs(colour(saved(Image.new("RGB", (32, 32), RED), "PNG", icc_profile=wrong)) - RED).max() <= 1


def test_cmyk_sixteen_bits_palettes_and_grey() -> None:
    palette = Image.new("P", (32, 32), 1)
    palette.putpalette([0, 0, 0, *RED] + [0] * 762)
    cases = {
        "cmyk": (saved(Image.new("CMYK", (32, 32), (0, 255, 255, 0)), "JPEG", quality=100), (255, 0, 0)),
        "16 bits": (saved(Image.fromarray(np.full((32, 32), 200 * 257, np.uint16)), "PNG"), (200,) * 3),
        "palette": (saved(palette, "PNG"), RED),
        "clear palette": (saved(palette, "PNG", transparency=1), (0, 0, 0)),
        "grey with alpha": (saved(Image.new("LA", (32, 32), (90, 255)), "PNG"), (90,) * 3),
    }
    for name, (file, wanted) in cases.items():
        assert np.abs(colour(file) - wanted).max() <= 2, name


def test_an_animation_gives_its_first_frame() -> None:
    frames = [Image.new("RGB", (32, 32), RED), Image.new("RGB", (32, 32), BLUE)]
    for form in ("GIF", "PNG", "WebP"):
        file = saved(frames[0], form, save_all=True, append_images=frames[1:], duration=100)
        assert np.abs(colour(file) - RED).max() <= 8, form


def test_unusable_pictures_are_reported_and_nothing_else_is_raised() -> None:
    image = Image.effect_noise((40, 40), 90).convert("RGB")
    for form in ("PNG", "JPEG", "WebP", "GIF"):
        whole = saved(image, form).getvalue()
        rng = np.random.default_rng(1)
        for _ in range(60):
            spoilt = bytearray(whole)
            for place in rng.integers(0, len(whole), 4):
                spoilt[place] = rng.integers(0, 256)
            try:
                still(io.BytesIO(bytes(spoilt)), 16)
            except UnusableError as error:
                assert error.why and error.mend


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (lambda: saved(Image.new("RGB", (15, 40)), "PNG"), "needs at least 16"),
        (lambda: saved(Image.new("1", (8000, 6000)), "PNG"), "40 million"),
        (lambda: saved(Image.new("RGB", (40, 40)), "BMP"), "not a PNG"),
        (lambda: io.BytesIO(b""), "not a PNG"),
    ],
)
def test_limits(file: object, said: str) -> None:
    with pytest.raises(UnusableError, match=said):
        still(file(), 16)  # type: ignore[operator]
