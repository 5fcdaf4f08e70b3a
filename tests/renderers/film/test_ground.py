"""Films without a picture: titles and lights on a colour, and on nothing, as a decoder shows them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import musicvis as mv
import numpy as np
import pytest
from musicvis.renderers.film.alpha import parted

DATA = Path(__file__).parents[2] / "compiler/score/data"
MANIFEST = """\
musicvis: 1
title: Waltz
score: waltz.mscz
visuals:
  classes: {other: castle}
  rules:
    - where: {beat: 1}
      glow: {size: 30%, strength: 1}
video:
  size: 128x96
  fps: 4
  post:
    - {title: "MM", size: 50%, at: 1|1, for: 20s, color: "#FF0000", shadow: "#000000"}
    - {fade_in: 2s, at: 1|1}
"""
Film = Callable[[str, str], tuple[np.ndarray, str]]


Written = Callable[[str, str], Path]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """A film of a bar on a ground."""
    here = tmp_path_factory.mktemp("grounds")
    (here / "waltz.mscz").write_bytes((DATA / "waltz.mscz").read_bytes())
    (here / "piece.yaml").write_text(MANIFEST, encoding="utf-8")

    def made(ground: str, suffix: str) -> Path:
        plan = mv.load(here, set={"video.background": ground}, cache=here / "cache").plan(bars="1..2")
        return plan.render(here / f"{ground.strip('#')}{suffix}", workers=1).path

    return made


@pytest.fixture(scope="module")
def film(written: Written) -> Film:
    """Its last frame, as R, G, B, alpha, and what its samples are called."""

    def made(ground: str, suffix: str) -> tuple[np.ndarray, str]:
        with av.open(str(written(ground, suffix))) as file:
            frames: list[Any] = list(file.decode(video=0))
        frame = frames[-1]
        return frame.to_ndarray(format="rgba").astype(int), frame.format.name

    return made


def test_a_ground_is_one_colour_from_the_first_frame_on(film: Film) -> None:
    for ground, rgb in (("green", (0, 255, 0)), ("#2040C0", (32, 64, 192))):
        shown, _ = film(ground, ".mp4")
        assert np.abs(shown[:8, :8, :3] - rgb).max() <= 3


def test_alpha_is_what_titles_and_lights_leave_free(film: Film) -> None:
    shown, name = film("alpha", ".mov")
    assert name.startswith("yuva444p")
    alpha, red = shown[..., 3], shown[..., 0]
    assert alpha[:8, :8].max() == 0
    letters = (alpha > 250) & (red > 200)  # wholly there after two frames
    assert letters.any() and shown[letters][:, 1:3].max() < 60
    # The shadow is black and covers; the glow is bright and lets through.
    assert ((alpha > 100) & (shown[..., :3].max(2) < 30)).any()
    assert ((alpha > 10) & (alpha < 245) & (shown[..., :3].min(2) > 200)).any()


def alpha_by_pillow(path: Path) -> np.ndarray:
    """Of the last frame."""
    from PIL import Image

    with Image.open(path) as image:
        image.seek(image.n_frames - 1)  # type: ignore[attr-defined]
        return np.asarray(image.convert("RGBA")).astype(int)


def alpha_by_libvpx(path: Path) -> np.ndarray:
    """Of the last frame: FFmpeg's own decoder of VP9 leaves the alpha out, libvpx does not."""
    # AlphaMode (0x53C0) of the track, one byte: 1. Browsers look for an alpha only where it stands.
    assert b"\x53\xc0\x81\x01" in path.read_bytes()[:2000]
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        decoder: Any = av.CodecContext.create("libvpx-vp9", "r")
        frames = [frame for packet in file.demux(stream) for frame in decoder.decode(packet)]
    return frames[-1].to_ndarray(format="rgba").astype(int)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("suffix", "seen", "most", "mean"),
    # VP9 loses some of the alpha, too, most of it at the edges of letters.
    [
        (".webm", alpha_by_libvpx, 24, 1.0),
        (".webp", alpha_by_pillow, 1, 0.1),
        (".apng", alpha_by_pillow, 1, 0.1),
    ],
)
def test_every_file_with_alpha_holds_that_of_the_mov(
    film: Film, written: Written, suffix: str, seen: Callable[[Path], np.ndarray], most: int, mean: float
) -> None:
    mov, _ = film("alpha", ".mov")
    found = seen(written("alpha", suffix))
    off = np.abs(found[..., 3] - mov[..., 3])
    assert off.max() <= most and off.mean() <= mean
    # What shows has its colour, too, as far as chroma of half the size holds it.
    shown = mov[..., 3] > 250
    assert np.median(np.abs(found[shown][:, :3] - mov[shown][:, :3])) <= 10


def test_laid_over_green_the_film_with_alpha_is_the_film_on_green(film: Film) -> None:
    over, _ = film("alpha", ".mov")
    on, _ = film("green", ".mp4")
    share = over[..., 3:] / 255
    laid = over[..., :3] * share + np.array([0, 255, 0]) * (1 - share)
    # Lights add, and alpha lays over: where the glow is, only the red and blue agree.
    assert np.median(np.abs(laid - on[..., :3])) <= 3
    assert np.percentile(np.abs(laid - on[..., :3])[:, :, [0, 2]], 90) <= 30


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".gif"])
def test_a_container_without_alpha_is_refused_before_anything_is_rendered(
    written: Written, suffix: str
) -> None:
    with pytest.raises(mv.PieceError) as error:
        written("alpha", suffix)
    (finding,) = error.value.findings
    assert finding.code == "MV705" and ".mov, .webm, .webp or .apng" in finding.hint


def test_no_generator_runs_and_a_film_with_alpha_is_a_mov(tmp_path: Path) -> None:
    (tmp_path / "waltz.mscz").write_bytes((DATA / "waltz.mscz").read_bytes())
    (tmp_path / "piece.yaml").write_text(MANIFEST + "  background: alpha\n", encoding="utf-8")
    plan = mv.load(tmp_path).plan()
    assert plan._plan.container == "mov"
    assert plan.picture.generator == "ground alpha"
    assert not plan.picture.noise.any() and (plan.picture.brightness == 1).all()


def test_a_half_covering_red_is_parted_from_both_grounds() -> None:
    # Y'CbCr of limited range: red is 63, 102, 240; half of it over black 39.5, 115, 184, over white 149.
    black, white = (np.zeros((3, 2), np.uint8) for _ in range(2))
    black[:2], black[2] = 40, (115, 184)
    white[:2], white[2] = 149, (115, 184)
    straight, alpha = parted(black, white)
    assert alpha == pytest.approx(np.full((2, 2), 128), abs=1)
    assert straight[:2] == pytest.approx(np.full((2, 2), 64), abs=2)
    assert straight[2] == pytest.approx([102, 240], abs=2)
