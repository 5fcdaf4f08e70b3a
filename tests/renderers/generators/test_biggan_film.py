"""Impassive compiled with BigGAN at 512 pixels, from the user's store to the file."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from musicvis.compiler.compile import compile_piece
from musicvis.compiler.plan import Plan
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.dsl.load import load_piece
from musicvis.renderers.film.frames import Workshop, made_chunk, shots_of
from musicvis.renderers.generators.biggan.generator import BigGan
from musicvis.renderers.generators.choose import choose_generator
from musicvis.renderers.render import render
from musicvis.renderers.request import Request

PIECE = Path(__file__).parents[3] / "pieces" / "impassive" / "piece.yaml"
CPU = torch.device("cpu")


class Listener:
    """A Reporter that remembers."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def progress(self, stage: str, done: int, total: int) -> None:
        pass

    def message(self, text: str) -> None:
        self.said.append(text)


def plan_of(bars: str | None, *overrides: str) -> Plan:
    overrides = ("video.size=160x90", "video.fps=4", *overrides)
    plan = compile_piece(load_piece(PIECE, overrides, bars=bars)).plan
    assert plan is not None
    return plan


def test_impassive_compiles_with_the_weights_of_the_store(narrow_store: Path, tmp_path: Path) -> None:
    plan = plan_of("6..6|4")
    listener = Listener()
    request = Request(only="video", device="cpu", precision="fp32")
    report = render(plan, tmp_path / "film.mp4", request, reporter=listener)
    folder = narrow_store / "biggan-deep-512"
    said = [text for text in listener.said if "BigGAN" in text]
    assert len(said) == 1 and said[0].startswith(
        f"picture by BigGAN from {folder}, 512x512 on cpu, float32 by"
    )
    with av.open(str(tmp_path / "film.mp4")) as film:
        frames = [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]
    assert len(frames) == report.frame_count == plan.picture.frame_count == 9
    assert min(frame.std() for frame in frames) > 5
    differences = [np.abs(a.astype(float) - b).mean() for a, b in pairwise(frames)]
    assert max(differences) > 3  # it moves


def test_a_passage_has_the_pictures_of_the_whole_film(narrow_store: Path) -> None:
    """The statistics of a frame come from its own truncation, not from what else the film holds."""
    lane = "visuals.truncation=0.3"
    whole, passage = plan_of(None, lane).picture, plan_of("..6", lane).picture
    assert passage.frame_count < whole.frame_count / 2
    generator = BigGan(narrow_store / "biggan-deep-512", 512)
    frames = []
    for picture in (whole, passage):
        shots = [shot for shot in shots_of(picture) if 30 <= shot.first < 32]
        frames += made_chunk(Workshop.of(picture, generator), shots, None)[0]
    assert len(frames) == 4
    assert np.array_equal(frames[0], frames[2]) and np.array_equal(frames[1], frames[3])
    assert not np.array_equal(frames[0], frames[1])


def test_the_truncation_of_the_plan_reaches_the_statistics(narrow_store: Path) -> None:
    """The same noise with other statistics is another picture."""
    picture = plan_of("7..8", "visuals.truncation=0.3").picture
    assert picture.truncation is not None
    other = replace(picture, truncation=np.ones_like(picture.truncation))
    generator = BigGan(narrow_store / "biggan-deep-512", 512)
    found = [made_chunk(Workshop.of(p, generator), shots_of(p)[:1], None)[0][0] for p in (picture, other)]
    assert np.abs(found[0].astype(float) - found[1]).mean() > 1


@pytest.mark.parametrize(("memory", "least", "most"), [("clock", 0.7, 0.95), ("motif", 0.5, 0.95)])
def test_the_noise_of_a_plan_suits_the_statistics(memory: str, least: float, most: float) -> None:
    """They were taken with normal noise cut at ±2, times the truncation: its rms is 0.88 of the truncation.

    The plan's noise is spread evenly within ±1.4 of the truncation, rms 0.81; with a memory, which needs room
    for transpositions, within ±0.98, rms 0.57.
    """
    for share in (1.0, 0.3):
        noise = plan_of(None, f"visuals.truncation={share}", f"visuals.motion.memory={memory}").picture.noise
        assert np.abs(noise).max() <= 2 * share
        assert least < np.sqrt((noise.astype(float) ** 2).mean()) / share < most


def test_weights_are_chosen_by_the_resolution_and_larger_ones_are_made_smaller(narrow_store: Path) -> None:
    generator, said = choose_generator(plan_of("7..8", "visuals.resolution=128").picture, CPU)
    assert generator.size_px == (128, 128) and "512x512, made 128x128 on cpu" in said


def test_weights_that_are_named_may_be_in_the_store_and_must_be_those_that_are_pinned(
    narrow_store: Path,
) -> None:
    name = "visuals.weights=biggan-deep-512"
    generator, _ = choose_generator(plan_of("7..8", name).picture, CPU)
    assert isinstance(generator, BigGan)
    pinned = plan_of("7..8", name, "visuals.weights_sha256=" + "ab" * 32).picture
    with pytest.raises(PieceError, match="but the piece pins abab"):
        choose_generator(pinned, CPU)


def test_weights_that_are_too_small_are_a_finding_that_says_what_to_write(
    folder: Path, narrow_store: Path
) -> None:
    picture = replace(plan_of("7..8").picture, weights=folder)
    with pytest.raises(PieceError, match=r"make 32 pixels, but visuals\.resolution is 512") as caught:
        choose_generator(picture, CPU)
    assert "write resolution: 32" in caught.value.diagnostics[0].hint
