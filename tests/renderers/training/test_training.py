"""A training learns its frames, is the same for the same seed, and goes on where it was stopped or killed."""

import json
from pathlib import Path

import pytest
import torch
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.generators.trained.network import Decoder
from musicvis.renderers.training.corpus import Corpus
from musicvis.renderers.training.figures import expected, measured
from musicvis.renderers.training.learners import pyramid_loss
from musicvis.renderers.training.save import RESUME, resumed, save_model, save_state, saved_options
from musicvis.renderers.training.session import train
from musicvis.renderers.training.sheet import write_losses, write_sheet
from musicvis.renderers.training.train import Options, Training, run
from PIL import Image


def test_the_frames_come_back(trained: Training) -> None:
    figures = measured(trained)
    assert figures["psnr_db"] >= 20.0
    assert 0.2 < figures["sharpness"] < 3.0
    first, last = trained.losses[:10], trained.losses[-10:]
    assert sum(last) < sum(first) / 2


def weights(training: Training) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in training.learner.parameters().values()])


@pytest.mark.parametrize("model", ["glo", "vae"])
def test_a_training_that_goes_on_from_its_save_ends_as_one_that_was_not_stopped(
    corpus: Corpus, tmp_path: Path, model: str
) -> None:
    options = Options(model, 32, 8, seed=5)
    whole = Training.begun(corpus, options)
    run(whole, lambda *told: None)
    begun = Training.begun(corpus, options)
    assert not run(begun, lambda *told: None, lambda: begun.step == 5)
    save_state(begun, tmp_path)
    # What it does after the save is lost, as by kill -9.
    run(begun, lambda *told: None, lambda: begun.step == 7)
    again = resumed(corpus, options, tmp_path)
    assert again.step == 5 and len(again.losses) == 5
    run(again, lambda *told: None)
    assert again.losses == pytest.approx(whole.losses, rel=1e-5)
    assert torch.equal(weights(again), weights(whole))


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(corpus: Corpus, tmp_path: Path) -> None:
    digests = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        (tmp_path / name).mkdir()
        training = Training.begun(corpus, Options("glo", 32, 3, seed))
        run(training, lambda *told: None)
        save_model(training, tmp_path / name, "mine", {})
        digests.append(json.loads((tmp_path / name / "model.json").read_text())["sha256"])
    assert digests[0] == digests[1] != digests[2]


def test_torch_s_own_random_numbers_stay_as_they_were(corpus: Corpus) -> None:
    torch.manual_seed(3)
    wanted = torch.rand(1)
    torch.manual_seed(3)
    Training.begun(corpus, Options("glo", 32, 3, 1)).take_step()
    assert torch.equal(torch.rand(1), wanted)


def test_a_session_saves_on_the_way_and_stops_between_steps(corpus: Corpus, tmp_path: Path) -> None:
    training = Training.begun(corpus, Options("glo", 32, 9, seed=1))
    told: list[tuple[int, int]] = []
    figures = train(
        training,
        tmp_path,
        "mine",
        told=lambda step, steps, loss: told.append((step, steps)),
        stopped=lambda: len(told) == 3,
        save_every_s=0.0,
    )
    assert told == [(1, 9), (2, 9), (3, 9)]
    assert saved_options(tmp_path)["step"] == 3 and figures["seconds"] > 0
    written = {"codes.safetensors", "decoder.safetensors", "loss.png", "model.json", RESUME, "sheet.png"}
    assert {path.name for path in tmp_path.iterdir()} == written


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 2}, "its seed is 1"),
        ({"size_px": 64}, "its size is 32"),
        ({"model": "vae"}, "its model is glo"),
    ],
)
def test_another_training_does_not_go_on(
    corpus: Corpus, model: Path, change: dict[str, object], said: str
) -> None:
    options = Options(**{"model": "glo", "size_px": 32, "steps": 60, "seed": 1, **change})  # type: ignore[arg-type]
    with pytest.raises(PieceError, match="MV623") as caught:
        resumed(corpus, options, model)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "data", [b"", b"\xff" * 64, b"\x10" + bytes(7) + b"{}" * 8, b"\x02" + bytes(7) + b"[]"]
)
def test_an_invalid_save_is_reported(tmp_path: Path, data: bytes) -> None:
    (tmp_path / RESUME).write_bytes(data)
    with pytest.raises(PieceError, match="MV623"):
        saved_options(tmp_path)


def test_a_save_that_was_cut_off_is_reported(corpus: Corpus, model: Path, tmp_path: Path) -> None:
    data = (model / RESUME).read_bytes()
    (tmp_path / RESUME).write_bytes(data[:-1000])
    with pytest.raises(PieceError, match="MV611"):
        resumed(corpus, Options("glo", 32, 60, seed=1), tmp_path)


def test_the_sheet_has_a_row_for_frames_decoded_ones_samples_and_two_walks(
    trained: Training, tmp_path: Path
) -> None:
    write_sheet(trained, tmp_path / "sheet.png")
    write_losses(trained, tmp_path / "loss.png")
    with Image.open(tmp_path / "sheet.png") as sheet, Image.open(tmp_path / "loss.png") as losses:
        assert sheet.size == (12 * 32, 5 * 36 - 4)
        assert losses.convert("L").getextrema()[0] < 100


def test_a_decoder_begins_without_a_checkerboard() -> None:
    """The four pixels that interleave begin equal (ICNR)."""
    torch.manual_seed(0)
    image = Decoder(32, 64, 2)(torch.randn(1, 64), torch.ones(1, 2))[0]
    blocks = image.reshape(3, 16, 2, 16, 2)
    assert torch.equal(blocks[:, :, 0, :, 0], blocks[:, :, 1, :, 1])


def test_the_loss_of_equal_images_is_nothing_and_fine_detail_counts_twice() -> None:
    image = torch.rand(1, 3, 32, 32)
    assert float(pyramid_loss(image, image)) == 0.0
    # A checkerboard of ±1 is in the finest level alone: its means over 2x2 are 0.
    board = torch.ones(1, 3, 32, 32)
    board[..., ::2, ::2] = board[..., 1::2, 1::2] = -1.0
    assert float(pyramid_loss(board, torch.zeros_like(board))) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("frames", "steps", "size_px", "psnr_db", "sharp"),
    [
        (451, 580, 64, 23.8, 0.38),
        (451, 1593, 64, 27.3, 0.60),
        (451, 685, 128, 23.6, 0.29),
        (79, 700, 64, 24.3, 0.41),
    ],
)
def test_the_expected_quality_matches_the_measured_one(
    frames: int, steps: int, size_px: int, psnr_db: float, sharp: float
) -> None:
    found = expected(frames, steps, 16, size_px)
    assert found.psnr_db == pytest.approx(psnr_db, abs=0.3)
    assert found.sharpness == pytest.approx(sharp, abs=0.02)


def test_more_frames_and_larger_ones_need_more_steps() -> None:
    few, many = (expected(count, 2000, 16, 64).sharpness for count in (400, 4000))
    assert many < few and expected(400, 2000, 16, 128).sharpness < few
