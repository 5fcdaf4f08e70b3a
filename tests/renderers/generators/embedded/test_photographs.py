"""Own pictures as the embedded generator paints them: colours, places, mirrors, mixes, files of all kinds."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
import torch
from musicvis.compiler.plan import OwnPicture
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.dsl.values.subjects import subject_count
from musicvis.renderers.generators.embedded.own_files import decoded_picture
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator
from musicvis.renderers.generators.embedded.photographs import photograph_of
from musicvis.renderers.picture.controls import FrameControls
from PIL import Image

RED, BLUE, GREY = (214, 44, 40), (40, 70, 210), (128, 128, 128)
CALM = torch.zeros(1, 128)
CASTLE = 483


def own(file: Path, index: int) -> OwnPicture:
    return OwnPicture(index, file.name, file, hashlib.sha256(file.read_bytes()).hexdigest())


def halves(left: tuple[int, int, int], right: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGB", (96, 64), right)
    image.paste(left, (0, 0, 48, 64))
    return image


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> tuple[OwnPicture, ...]:
    folder = tmp_path_factory.mktemp("photos")
    drawn = {
        "red": Image.new("RGB", (64, 48), RED),
        "blue": Image.new("RGB", (48, 64), BLUE),
        "grey": Image.new("RGB", (64, 64), GREY),
        "halves": halves(BLUE, RED),
    }
    for name, image in drawn.items():
        image.save(folder / f"{name}.png")
    return tuple(own(folder / f"{name}.png", subject_count() + i) for i, name in enumerate(drawn))


@pytest.fixture(scope="module")
def generator(pictures: tuple[OwnPicture, ...]) -> EmbeddedGenerator:
    return EmbeddedGenerator(0, (64, 64), pictures=pictures)


def classes(**shares: float) -> torch.Tensor:
    found = torch.zeros(1, subject_count() + 4)
    for name, share in shares.items():
        place = {"red": 0, "blue": 1, "grey": 2, "halves": 3}.get(name)
        found[0, CASTLE if place is None else subject_count() + place] = share
    return found


def middle(images: torch.Tensor) -> torch.Tensor:
    """The mean colour away from the edges, which are darker, 0 to 255."""
    return (images[0, :, 16:48, 16:48].mean((1, 2)) + 1) * 127.5


@pytest.mark.parametrize(("name", "colour"), [("red", RED), ("blue", BLUE), ("grey", GREY)])
def test_a_flat_picture_keeps_its_colour(
    generator: EmbeddedGenerator, name: str, colour: tuple[int, int, int]
) -> None:
    shown = middle(generator.images(CALM, classes(**{name: 1.0})))
    assert (shown - torch.tensor(colour)).abs().max() < 22


def test_left_is_left_and_hue_and_camera_act(generator: EmbeddedGenerator) -> None:
    image = generator.images(CALM, classes(halves=1.0))[0]
    left, right = image[:, 20:44, 8:20].mean((1, 2)), image[:, 20:44, 44:56].mean((1, 2))
    assert left[2] > left[0] and right[0] > right[2]
    right_of_it = generator.steered(CALM, classes(halves=1.0), FrameControls(pan_x=torch.tensor([0.5])))[0]
    assert right_of_it[0].mean() > image[0].mean() + 0.1
    turned = middle(generator.steered(CALM, classes(red=1.0), FrameControls(hue_deg=torch.tensor([120.0]))))
    assert int(turned.argmax()) == 1


def test_two_pictures_are_not_cross_faded(generator: EmbeddedGenerator) -> None:
    noise = torch.randn(1, 128, generator=torch.Generator().manual_seed(2)) * 0.6
    mixed = generator.images(noise, classes(red=0.5, blue=0.5))[0]
    # A cross-fade of two flat pictures is flat; here each place is more of the one or of the other.
    difference = mixed[0] - mixed[2]
    assert float(difference.max()) > 0.5 and float(difference.min()) < -0.5


def test_a_picture_and_a_painted_subject_share_the_frame(generator: EmbeddedGenerator) -> None:
    alone = generator.images(CALM, classes(red=0.9))
    castle = generator.images(CALM, classes(castle=0.9))
    both = generator.images(CALM, classes(red=0.45, castle=0.45))
    assert middle(castle)[0] < middle(both)[0] < middle(alone)[0]


def test_a_soft_note_melts_its_picture(generator: EmbeddedGenerator) -> None:
    noise = torch.randn(1, 128, generator=torch.Generator().manual_seed(5)) * 0.8

    def edges(share: float) -> torch.Tensor:
        """The column in which blue becomes red, for each row."""
        image = generator.images(noise, classes(halves=share, grey=1e-5))[0]
        return (image[0] > image[2]).float().sum(1)[8:56]

    assert float(edges(0.35).std()) > 1.5 * float(edges(0.99).std())


def test_a_frame_does_not_depend_on_the_frames_beside_it(generator: EmbeddedGenerator) -> None:
    vectors = torch.cat([classes(red=0.5, halves=0.3), classes(blue=0.8)])
    together = generator.images(CALM.expand(2, -1), vectors)
    assert torch.equal(together[1:], generator.images(CALM, vectors[1:]))


def test_painted_frames_are_the_same_beside_pictures(generator: EmbeddedGenerator) -> None:
    plain = EmbeddedGenerator(0, (64, 64))
    vector = classes(castle=0.8)
    assert torch.equal(plain.images(CALM, vector[:, :-4]), generator.images(CALM, vector))


def test_in_a_mirrored_film_the_whole_picture_stands_before_the_mirror(
    pictures: tuple[OwnPicture, ...],
) -> None:
    folded = EmbeddedGenerator(0, (64, 64), pan=(0.8, 0.0), mirrored=True, pictures=pictures)
    image = folded.images(CALM, classes(halves=1.0))[0]
    left, right = image[:, 20:44, 4:20].mean((1, 2)), image[:, 20:44, 44:60].mean((1, 2))
    assert left[2] > left[0] and right[0] > right[2]


def exif(turn: int) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = turn
    return tags.tobytes()


def decoded(image: Image.Image, form: str, folder: Path, **options: object) -> np.ndarray:
    file = folder / "own"
    data = io.BytesIO()
    image.save(data, form, **options)
    file.write_bytes(data.getvalue())
    return decoded_picture(own(file, 0), 64)


def test_a_phone_that_was_held_upright_has_upright_pictures(tmp_path: Path) -> None:
    # 6: the first row of what is stored is the right side of what was seen.
    pixels = decoded(halves(BLUE, RED), "JPEG", tmp_path, exif=exif(6), quality=95)
    assert pixels.shape == (96, 64, 3)
    assert pixels[10, 30, 2] > 150 and pixels[86, 30, 0] > 150


@pytest.mark.parametrize(
    ("image", "form", "colour"),
    [
        (Image.new("L", (64, 64), 128), "PNG", GREY),
        (Image.fromarray(np.full((64, 64), 128 * 257, np.uint16)), "PNG", GREY),
        (Image.new("RGBA", (64, 64), (*RED, 255)), "PNG", RED),
        (Image.new("RGBA", (64, 64), (*RED, 0)), "PNG", (0, 0, 0)),
        (Image.new("P", (64, 64), 0), "PNG", (0, 0, 0)),
        (Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG", (255, 0, 0)),
        (Image.new("1", (64, 64), 1), "PNG", (255, 255, 255)),
        (Image.new("RGB", (64, 64), BLUE), "WebP", BLUE),
    ],
    ids=["grey", "16 bits", "opaque", "clear", "palette", "CMYK", "black and white", "WebP"],
)
def test_every_kind_of_colour_becomes_rgb(
    image: Image.Image, form: str, colour: tuple[int, int, int], tmp_path: Path
) -> None:
    pixels = decoded(image, form, tmp_path)
    assert np.abs(pixels.astype(int) - colour).max() <= 6


def test_a_large_picture_is_made_small_and_a_thin_one_can_be_painted(tmp_path: Path) -> None:
    assert decoded(Image.new("RGB", (1200, 600), RED), "JPEG", tmp_path).shape == (64, 128, 3)
    thin = photograph_of(np.zeros((16, 900, 3), np.uint8), torch.device("cpu"))
    assert all(bool(torch.isfinite(level).all()) for level in thin.levels)


def test_what_cannot_be_unpacked_or_has_changed_is_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "own.png"
    data = io.BytesIO()
    Image.effect_noise((64, 64), 80).save(data, "PNG")
    broken = bytearray(data.getvalue())
    broken[200:260] = bytes(60)
    file.write_bytes(broken)
    with pytest.raises(PieceError, match="MV721"):
        decoded_picture(own(file, 0), 64)
    known = own(file, 0)
    file.write_bytes(data.getvalue())
    with pytest.raises(PieceError, match="MV723"):
        decoded_picture(known, 64)
    file.unlink()
    with pytest.raises(PieceError, match="MV723"):
        decoded_picture(known, 64)
