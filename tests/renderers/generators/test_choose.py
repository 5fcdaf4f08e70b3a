"""Which generator runs, in which size, and what is said of it."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from musicvis.compiler.plan import PicturePlan
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.generators.choose import choose_generator, device_named
from musicvis.renderers.generators.sources import check_weights, image_size, weights_for

CPU = torch.device("cpu")
PICTURE = PicturePlan(
    noise=np.zeros((2, 128), np.float32),
    class_indices=np.array([5]),
    class_weights=np.ones((2, 1), np.float32),
    brightness=np.ones(2, np.float32),
    fps=Fraction(30),
    width_px=1920,
    height_px=1080,
    frame="mirror",
    upscale="bicubic",
    generator="auto",
    weights=None,
    resolution=32,
    generator_seed=1,
)


@pytest.mark.parametrize(
    ("frame", "size"), [("mirror", (512, 512)), ("fit", (512, 512)), ("fill", (512, 910))]
)
def test_only_a_film_that_is_filled_gets_wide_images(frame: str, size: tuple[int, int]) -> None:
    assert image_size(replace(PICTURE, frame=frame, resolution=512)) == size


def test_a_folder_without_weights_leaves_the_choice_to_the_embedded_generator(tmp_path: Path) -> None:
    generator, said = choose_generator(replace(PICTURE, weights=tmp_path / "nowhere"), CPU)
    assert generator.size_px == (32, 32)
    assert "embedded" in said and f"no weights of BigGAN in {tmp_path / 'nowhere'}, nor of that name" in said


def test_weights_that_are_there_and_cannot_be_used_are_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(PieceError, match="there is no such file"):
        choose_generator(replace(PICTURE, weights=tmp_path), CPU)


def test_weights_of_a_folder_need_no_home_and_those_of_a_name_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for variable in ("MUSICVIS_WEIGHTS", "XDG_DATA_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    here = replace(PICTURE, generator="biggan", weights=tmp_path)
    assert weights_for(here) == (tmp_path, "")
    with pytest.raises(
        PieceError, match="no home folder with weights of that name; MUSICVIS_WEIGHTS names one"
    ):
        check_weights(replace(here, weights=tmp_path / "biggan-deep-512"))
    generator, said = choose_generator(PICTURE, CPU)
    assert generator.size_px == (32, 32) and "embedded" in said


def test_a_mirrored_film_has_its_subject_on_the_seam() -> None:
    """The middle of a square is at the right edge in the mirrored format."""
    noise, classes = torch.zeros(1, 128), torch.zeros(1, 1000)
    classes[0, 429] = 1  # a baseball: light on a darker ground
    plain, _ = choose_generator(replace(PICTURE, frame="fit", resolution=64), CPU)
    moved, _ = choose_generator(replace(PICTURE, resolution=64), CPU)
    middle, right = (slice(24, 40), slice(24, 40)), (slice(24, 40), slice(48, 64))
    found = [g.images(noise, classes).mean((0, 1)) for g in (plain, moved)]
    ball = found[0][middle].mean()
    assert abs(found[1][right].mean() - ball) < abs(found[1][middle].mean() - ball)


def test_auto_is_a_device_that_is_there() -> None:
    assert device_named("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert device_named("cpu") == CPU


@pytest.mark.parametrize("name", ["cuda:77", "abacus", "meta", "mps"])
def test_other_devices_are_findings_of_a_line(name: str) -> None:
    """torch's own words on what it was built without fill a page."""
    with pytest.raises(PieceError, match=f"{name} cannot be used") as caught:
        device_named(name)
    assert len(caught.value.diagnostics[0].message) < 160
