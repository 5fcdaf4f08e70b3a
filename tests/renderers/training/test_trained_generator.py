"""A trained model paints what it learned, the same in every batch; a hostile folder is a finding."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import musicvis as mv
import numpy as np
import pytest
import torch
from musicvis.compiler.plan import WalkPlan
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.generators.trained.codes import Codes, normalised
from musicvis.renderers.generators.trained.files import CODES, DECODER, MOST_TENSOR_BYTES, Model, read
from musicvis.renderers.generators.trained.generator import TrainedGenerator
from musicvis.renderers.generators.trained.walk import look
from musicvis.renderers.training.corpus import Corpus
from safetensors.torch import load, save

CPU = torch.device("cpu")
WALTZ = Path(__file__).parents[2] / "compiler/score/data/waltz.mscz"


@pytest.fixture(scope="module")
def generator(model: Path) -> TrainedGenerator:
    return TrainedGenerator(model, (32, 32), CPU)


@pytest.fixture(scope="module")
def found(model: Path) -> Model:
    return read(model)


def rows(count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(2)
    noise = torch.randn(count, 64, generator=random)
    return noise, torch.rand(count, 2, generator=random), torch.rand(count, generator=random)


def test_an_image_does_not_depend_on_those_beside_it(generator: TrainedGenerator) -> None:
    noise, classes, truncation = rows(16)
    together = generator.images_at(noise, classes, truncation)
    alone = [
        generator.images_at(*(some[i : i + 1] for some in (noise, classes, truncation))) for i in range(16)
    ]
    assert torch.equal(together, torch.cat(alone))


def nearest(image: torch.Tensor, corpus: Corpus, label: int) -> float:
    """The rms distance to the nearest frame of a class, in 0..1."""
    frames = torch.from_numpy(corpus.frames[corpus.labels == label]).float() / 255
    return float((frames - (image + 1) / 2).square().mean((1, 2, 3)).sqrt().min())


def test_little_truncation_shows_real_frames_of_the_class(
    generator: TrainedGenerator, corpus: Corpus
) -> None:
    noise = rows(6)[0].clamp(-1.4, 1.4)
    for label in (0, 1):
        classes = torch.nn.functional.one_hot(torch.tensor([label] * 6), 2).float()
        far = generator.images(noise, classes)
        near = generator.images_at(noise * 0.02, classes, torch.full((6,), 0.02))
        assert float((far - near).abs().mean()) > 0.01
        means = [sum(nearest(image, corpus, label) for image in images) / 6 for images in (far, near)]
        assert means[1] < 0.8 * means[0]
        assert means[1] < sum(nearest(image, corpus, 1 - label) for image in near) / 6


def test_codes_change_without_a_jump_where_another_frame_gets_nearest(found: Model) -> None:
    codes = Codes(found, CPU)
    share = torch.linspace(0, 1, 8000)[:, None]
    noise = torch.randn(2, 64, generator=torch.Generator().manual_seed(4))
    path = noise[0] * (1 - share) + noise[1] * share
    classes = torch.tensor([[0.5, 0.5]]).expand(8000, 2)
    steps = codes.of(path, classes, torch.full((8000,), 0.3))[0].diff(dim=0).norm(dim=1)
    assert float(steps.max()) < 0.5


def test_an_empty_row_shows_the_mean_of_all_classes() -> None:
    assert torch.allclose(normalised(torch.zeros(1, 4)), torch.full((1, 4), 0.25))
    assert float(normalised(torch.tensor([[0.8, 0.0]]))[0, 0]) > 0.98
    shares = normalised(torch.rand(5, 4))
    assert torch.allclose(shares.sum(1), torch.ones(5))


def test_codes_stay_where_the_decoder_was_trained(found: Model) -> None:
    codes = Codes(found, CPU).of(100 * rows(4)[0], rows(4)[1], torch.ones(4))[0]
    assert float(codes.norm(dim=1).max()) <= 8.0 + 1e-4


def change_tensor(folder: Path, name: str, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    """Change tensors of a file, and the digest in model.json with them, as whoever is hostile would."""
    tensors = load((folder / name).read_bytes())
    change(tensors)
    redigest(folder, name, save(tensors))


def redigest(folder: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(data)
    said = json.loads((folder / "model.json").read_text())
    said["sha256"][name] = hashlib.sha256(data).hexdigest()
    (folder / "model.json").write_text(json.dumps(said))


def with_nan(tensors: dict[str, torch.Tensor]) -> None:
    tensors["fc.bias"][0] = float("nan")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: change_tensor(f, DECODER, with_nan), "not finite"),
        (lambda f: change_tensor(f, DECODER, lambda t: t.pop("fc.bias")), "it lacks fc.bias"),
        (lambda f: change_tensor(f, DECODER, lambda t: t.update(other=torch.ones(1))), "it holds other"),
        (
            lambda f: change_tensor(f, DECODER, lambda t: t.update({"fc.bias": torch.ones(3)})),
            "has shape (3,)",
        ),
        (lambda f: change_tensor(f, CODES, lambda t: t.update(codes=t["codes"].double())), "not 32-bit"),
        (lambda f: change_tensor(f, CODES, lambda t: t["labels"].fill_(7)), "a label names no class"),
        (lambda f: redigest(f, DECODER, b"\xff" * 100), "it is not a safetensors file"),
        (lambda f: redigest(f, DECODER, (1 << 62).to_bytes(8, "little") + b"{}"), "not a safetensors file"),
        (lambda f: redigest(f, DECODER, b""), "it is not a safetensors file"),
        (lambda f: (f / CODES).write_bytes((f / CODES).read_bytes()[:-4]), "SHA-256"),
        (lambda f: (f / CODES).unlink(), "No such file"),
        (lambda f: (f / "model.json").write_text("{}"), "musicvis_model must be"),
    ],
)
def test_a_hostile_folder_is_a_finding(
    model: Path, tmp_path: Path, spoil: Callable[[Path], Any], said: str
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(model, folder)
    spoil(folder)
    with pytest.raises(PieceError, match="MV611") as caught:
        read(folder)
    assert said in str(caught.value)


def test_no_more_is_read_than_a_model_can_have(model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(model, folder)
    with (folder / DECODER).open("r+b") as file:
        file.truncate(MOST_TENSOR_BYTES + 1)
    with pytest.raises(PieceError, match="larger than"):
        read(folder)


VISUALS = "{generator: mine, weights: models/mine, classes: {C: disc, other: bars}, resolution: 128}"


@pytest.fixture
def piece(model: Path, tmp_path: Path) -> Path:
    """A piece that names the model."""
    folder = tmp_path / "piece"
    shutil.copytree(model, folder / "models/mine")
    (folder / "waltz.mscz").write_bytes(WALTZ.read_bytes())
    (folder / "piece.yaml").write_text(
        f"musicvis: 1\ntitle: A\nscore: waltz.mscz\nvisuals: {VISUALS}\nvideo: {{size: 64x36, fps: 4}}\n"
    )
    return folder


def test_a_piece_that_names_a_model_becomes_a_film_of_its_pictures(piece: Path, tmp_path: Path) -> None:
    loaded = mv.load(piece)
    assert [f for f in loaded.check() if f.severity is mv.Severity.ERROR] == []
    plan = loaded.plan(bars="2..3")
    assert plan.picture.class_names == ("bars", "disc") and plan.picture.noise.shape[1] == 64
    film = plan.render(tmp_path / "film.mp4", workers=1)
    assert film.frames == plan.frame_count
    assert plan.frame(0).std() > 5


def test_other_weights_are_other_segments_and_the_same_are_not(piece: Path) -> None:
    from musicvis.renderers.film.segment_nodes import segment_jobs
    from musicvis.renderers.generators.identity import Recipe

    def keys() -> list[str]:
        jobs = segment_jobs(mv.load(piece).plan(bars="2..3")._plan, Recipe("cpu"))
        return [job.node.key for job in jobs]

    before = keys()
    assert keys() == before
    change_tensor(piece / "models/mine", DECODER, lambda t: t["fc.bias"].add_(0.1))
    assert not set(keys()) & set(before)


def test_a_model_that_changed_since_the_plan_stops_the_film(piece: Path, tmp_path: Path) -> None:
    plan = mv.load(piece).plan(bars="2..3")
    said = json.loads((piece / "models/mine/model.json").read_text())
    (piece / "models/mine/model.json").write_text(json.dumps(said | {"classes": ["one"]}))
    with pytest.raises(mv.PieceError, match="MV611"):
        plan.render(tmp_path / "film.mp4", workers=1)


def walk_of(found: Model, stops: int, way: str = "linger", seed: int = 1, frames: int = 24) -> WalkPlan:
    """Each stop is reached a second after the one before; the frames are evenly spread over the first way."""
    at_s = np.arange(stops, dtype=np.float64)
    classes = np.arange(stops) // 2 % len(found.description.classes)
    times_s = np.linspace(0.0, 1.0, frames)
    layers = ((times_s, np.ones(frames, np.float32)),)
    return WalkPlan(way, seed, (at_s - 1).clip(0), at_s, classes, tuple(map(str, range(stops))), layers)


def evenness(images: torch.Tensor) -> float:
    """The largest step between neighbours beside the mean step."""
    steps = look(images).diff(dim=0).norm(dim=1)
    return float(steps.max() / steps.mean())


def test_a_walk_changes_the_picture_at_an_even_pace(generator: TrainedGenerator, found: Model) -> None:
    nothing = torch.zeros(24, 64)
    for seed in range(5):
        walk = walk_of(found, 2, seed=seed)
        images = generator.images_on_walk(walk, list(range(24)), nothing)
        assert evenness(images) <= 1.1
        start, end = (generator._walker.goal(walk, stop) for stop in (0, 1))
        ends = generator._decoded(found.codes[[start, end]], torch.eye(2)[found.labels[[start, end]]])
        assert torch.allclose(images[[0, -1]], ends.clamp(-1, 1), atol=1e-3)


def test_a_walk_over_frames_stays_nearer_to_them_and_is_as_even(
    generator: TrainedGenerator, found: Model, corpus: Corpus
) -> None:
    frames = torch.from_numpy(corpus.frames).float() / 127.5 - 1
    far: dict[str, list[float]] = {"linger": [], "frames": []}
    for seed in range(2):
        for way in ("linger", "frames"):
            walk = walk_of(found, 2, way, seed)
            images = generator.images_on_walk(walk, list(range(24)), torch.zeros(24, 64))
            far[way].append(float(torch.cdist(look(images), look(frames)).min(1).values.mean()))
            assert evenness(images) <= 1.2
    assert sum(far["frames"]) < sum(far["linger"])


def test_where_it_lingers_it_shows_a_picture_of_the_class(generator: TrainedGenerator, found: Model) -> None:
    walk = walk_of(found, 4)
    labels = [int(found.labels[generator._walker.goal(walk, stop)]) for stop in range(4)]
    assert labels == walk.classes.tolist() == [0, 0, 1, 1]


WALKING = VISUALS.replace("resolution", "motion: {walk: linger, hold: 1b, move: 1b}, resolution")


def test_a_walk_becomes_a_film_whose_segments_do_not_depend_on_their_cuts(
    piece: Path, tmp_path: Path
) -> None:
    text = (piece / "piece.yaml").read_text()
    (piece / "piece.yaml").write_text(text.replace(VISUALS, WALKING))
    plan = mv.load(piece, cache=tmp_path / "cache").plan(bars="2..4")
    assert plan.picture.walk is not None and plan.picture.noise.std() < 0.3
    whole = [plan.frame(k) for k in range(3, 6)]
    assert all(np.array_equal(a, b) for a, b in zip(plan.frames(3, 6), whole, strict=True))
    film = plan.render(tmp_path / "film.mp4", workers=1)
    assert film.frames == plan.frame_count
    again = plan.render(tmp_path / "film.mp4", workers=1)
    assert again.was_up_to_date


def test_keys_that_a_walk_does_not_read_are_reported(piece: Path) -> None:
    text = (piece / "piece.yaml").read_text()
    (piece / "piece.yaml").write_text(
        text.replace(VISUALS, WALKING.replace("resolution", "depth: 0.5, resolution"))
    )
    assert "MV627" in {f.code for f in mv.load(piece).check()}
