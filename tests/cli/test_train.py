"""`musicvis train` says what it takes, writes a model for pieces, stops, goes on, and loses nothing."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result
from musicvis.cli.command import main
from PIL import Image


@pytest.fixture
def frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two classes of 12 frames of noise, in the current folder."""
    random = np.random.default_rng(1)
    for name in ("bass", "horn"):
        (tmp_path / "frames" / name).mkdir(parents=True)
        for number in range(12):
            rows = random.integers(0, 255, (64, 64, 3), np.uint8)
            Image.fromarray(rows).save(tmp_path / "frames" / name / f"{number}.png")
    monkeypatch.chdir(tmp_path)
    return Path("frames")


def run(*arguments: str) -> Result:
    threads = torch.get_num_threads()
    found = CliRunner().invoke(main, ["train", "frames", "--size", "32", "--workers", "1", *arguments])
    torch.set_num_threads(threads)
    return found


def model(folder: str = "models/mine") -> dict[str, object]:
    return dict(json.loads(Path(folder, "model.json").read_text()))


@pytest.mark.usefixtures("frames")
def test_training_prints_an_estimate_and_how_to_use_the_model() -> None:
    done = run("--name", "mine", "--steps", "2")
    assert done.exit_code == 0, done.output
    for said in (
        "24 frames of 2 classes: bass, horn",
        "2 steps of ",
        "expect blurred",
        "models/mine/sheet.png shows the progress",
        "visuals: {generator: mine, weights: models/mine, classes: {C: bass, E: horn}}",
    ):
        assert said in done.output
    assert model()["classes"] == ["bass", "horn"] and model()["steps"] == 2


def test_it_writes_into_the_piece_around(frames: Path) -> None:
    frames.parent.joinpath("piece.yaml").write_text("musicvis: 1\ntitle: A\nscore: a.mid\n")
    done = run("--name", "mine", "--steps", "1", "--model", "vae")
    assert done.exit_code == 0 and "in piece.yaml:" in done.output
    assert model()["model"] == "vae"


@pytest.mark.usefixtures("frames")
def test_an_existing_model_is_kept_unless_the_options_replace_it() -> None:
    assert run("--name", "mine", "--steps", "2").exit_code == 0
    before = Path("models/mine/decoder.safetensors").read_bytes()
    again = run("--name", "mine", "--steps", "1")
    assert again.exit_code == 1 and "MV624" in again.output
    assert Path("models/mine/decoder.safetensors").read_bytes() == before
    assert run("--name", "mine", "--steps", "4", "--resume").exit_code == 0
    assert model()["steps"] == 4
    assert run("--name", "mine", "--steps", "1", "--replace").exit_code == 0
    assert model()["steps"] == 1


@pytest.mark.usefixtures("frames")
def test_ctrl_c_saves_and_resume_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from musicvis.renderers.training.train import Training

    step = Training.take_step

    def interrupted(training: Training) -> float:
        loss = step(training)
        # The steps that are timed before the training come first.
        if training.step == 5 and training.options.steps == 6:
            os.kill(os.getpid(), signal.SIGINT)
        return loss

    with monkeypatch.context() as patched:
        patched.setattr(Training, "take_step", interrupted)
        stopped = run("--name", "mine", "--steps", "6")
    assert stopped.exit_code == 130 and "--resume continues" in stopped.output
    assert model()["steps"] == 5
    assert run("--name", "mine", "--resume").exit_code == 0
    assert model()["steps"] == 6


@pytest.mark.slow
@pytest.mark.usefixtures("frames")
def test_a_process_that_is_interrupted_has_saved() -> None:
    command = [sys.executable, "-m", "musicvis", "train", "frames", "--name", "mine", "--size", "32"]
    told = subprocess.Popen([*command, "--steps", "100000"], stderr=subprocess.PIPE, text=True)
    assert told.stderr is not None
    for line in told.stderr:
        if "Ctrl-C stops and saves" in line:
            break
    told.send_signal(signal.SIGINT)
    assert "--resume continues" in told.stderr.read()
    assert told.wait() == 130
    steps = int(str(model()["steps"]))
    assert run("--name", "mine", "--resume", "--steps", str(steps + 2)).exit_code == 0
    assert model()["steps"] == steps + 2


@pytest.mark.usefixtures("frames")
def test_for_a_program_it_prints_one_object_whatever_happens() -> None:
    done = run("--name", "mine", "--steps", "2", "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 0 and "expect blurred" in done.stderr
    assert {key: found[key] for key in ("model", "name", "classes", "frames", "steps", "is_stopped")} == {
        "model": "models/mine",
        "name": "mine",
        "classes": ["bass", "horn"],
        "frames": 24,
        "steps": 2,
        "is_stopped": False,
    }
    assert found["figures"]["psnr_db"] == model()["psnr_db"] and found["findings"] == []
    again = run("--name", "mine", "--steps", "2", "--json")
    assert again.exit_code == 1
    assert [finding["code"] for finding in json.loads(again.stdout)["findings"]] == ["MV624"]


@pytest.mark.usefixtures("frames")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--name", "embedded"), 2, "built in"),
        (("--name", "../mine"), 2, "letters"),
        (("--name", "mine", "--steps", "1", "--minutes", "1"), 2, "exclude each other"),
        (("--name", "mine", "--resume", "--replace"), 2, "leave one out"),
        (("--name", "mine", "--resume"), 1, "MV623"),
        (("--name", "mine", "--device", "cuda:77"), 1, "MV901"),
    ],
)
def test_contradictory_options_are_refused_before_anything_is_written(
    arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = run(*arguments)
    assert (done.exit_code, said in done.output) == (code, True), done.output
    assert not Path("models").exists()
