"""A generator that a program registers, or a package installs, is known to check, plan, cache and film."""

import sys
from pathlib import Path

import musicvis as mv
import numpy as np
import pytest
import torch
import yaml
from click.testing import CliRunner
from musicvis.cli.command import main
from musicvis.dsl.model import generators as registry
from musicvis.renderers.generators.sources import check_everywhere

SHOWN = {"generator": "dots", "classes": {"C": "red", "other": "blue"}}


class Dots:
    """One ground for each class, lighter with the first number of the noise."""

    def __init__(self, request: mv.GeneratorRequest) -> None:
        self.size_px, self.device = request.size_px, torch.device(request.device)

    def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        ground = (2 * classes - 1 + noise[:, :1] / 100).clamp(-1, 1)
        return ground[:, :, None, None].expand(-1, -1, *self.size_px)


@pytest.fixture
def dots() -> registry.GeneratorKind:
    """The dots, registered."""
    return mv.generators.register(
        "dots", Dots, classes=["red", ("green", "meadow"), "blue"], latent_size=8, version="1"
    )


def loaded(folder: Path, **changes: object) -> mv.Piece:
    return mv.load(folder, set={"visuals": SHOWN | changes}, cache=folder.parent / "cache")


@pytest.mark.usefixtures("dots")
def test_its_latents_and_classes_have_the_sizes_that_it_says(folder: Path) -> None:
    plan = loaded(folder).plan(bars="2..3")
    assert plan.picture.noise.shape == (plan.frame_count, 8)
    assert plan.picture.classes(0, 2).shape == (2, 3)
    assert plan.picture.class_names == ("red", "blue")
    assert np.abs(plan.picture.noise).max() <= 2.0


@pytest.mark.usefixtures("dots")
def test_its_pictures_stand_in_the_film(folder: Path, tmp_path: Path) -> None:
    plan = loaded(folder, depth=1).plan(bars="2..3")
    film = plan.render(tmp_path / "film.mp4")
    assert film.frames == plan.frame_count > 4
    strongest = int(plan.picture.class_weights.sum(axis=1).argmax())
    frame = plan.frame(strongest).reshape(-1, 3).mean(axis=0)
    shares = plan.picture.classes(strongest, strongest + 1)[0]
    assert frame.argmax() == shares.argmax()


@pytest.mark.usefixtures("dots")
def test_a_class_that_it_lacks_is_found_with_the_names_that_it_has(folder: Path) -> None:
    finding = next(f for f in loaded(folder, classes={"other": "drum"}).check() if f.code == "MV331")
    assert (finding.message, finding.hint) == (
        "drum is not one of the 3 classes of dots",
        "write one of red, green, blue",
    )
    near = next(f for f in loaded(folder, classes={"other": "meadows"}).check() if f.code == "MV331")
    assert near.hint == "did you mean green?"
    index = next(f for f in loaded(folder, classes={"other": 3}).check() if f.code == "MV332")
    assert index.hint == "classes count from 0 to 2"


@pytest.mark.usefixtures("dots")
@pytest.mark.parametrize("changes", [{"classes": {"other": {"like": "sea"}}}, {"classes_by": "meaning"}])
def test_words_have_no_meaning_among_its_classes(folder: Path, changes: dict[str, object]) -> None:
    assert "MV610" in {f.code for f in loaded(folder, **changes).check()}


@pytest.mark.usefixtures("dots")
def test_notes_carry_the_names_of_its_classes(folder: Path) -> None:
    names = {name for note in loaded(folder).plan().notes for name, _ in note.classes}
    assert names == {"red", "blue"}


def test_a_piece_that_names_no_class_shows_all_of_a_few(folder: Path, dots: registry.GeneratorKind) -> None:
    plan = mv.load(folder, set={"visuals": {"generator": "dots"}}).plan(bars="1..5")
    assert set(plan.picture.class_indices.tolist()) <= set(range(dots.class_count))


def test_without_it_the_name_is_unknown(folder: Path) -> None:
    finding = next(f for f in loaded(folder, generator="dotz").check() if f.code == "MV201")
    # Behind them stand those that packages have installed here.
    assert finding.hint.startswith("possible here: auto, embedded, biggan")
    mv.generators.register("dots", Dots)
    finding = next(f for f in loaded(folder, generator="dotz").check() if f.code == "MV201")
    assert finding.hint == "did you mean `dots`?"


def test_a_size_that_it_does_not_make_is_found(folder: Path) -> None:
    mv.generators.register("dots", Dots, classes=["red", "green", "blue"], resolutions_px=[128])
    finding = next(f for f in loaded(folder, resolution=512).check() if f.code == "MV615")
    assert finding.hint == "write resolution: 128"
    assert "MV615" not in {f.code for f in loaded(folder, resolution=128).check()}
    built_in = next(
        f for f in loaded(folder, generator="embedded", resolution=300).check() if f.code == "MV615"
    )
    assert built_in.hint == "write resolution: 128 or 256 or 512" and built_in.line


@pytest.mark.parametrize(("sizes", "draft_px"), [([96], 96), ([48, 384], 48), ([320, 1000], 320)])
def test_it_may_have_sizes_of_its_own_also_in_a_draft(folder: Path, sizes: list[int], draft_px: int) -> None:
    mv.generators.register("dots", Dots, classes=["red", "green", "blue"], resolutions_px=sizes)
    piece = loaded(folder, resolution=sizes[-1])
    assert piece.plan(bars="2..2|2").picture.resolution == sizes[-1]
    # A draft keeps what is set by hand: here the manifest has it all.
    manifest = yaml.safe_load((folder / "piece.yaml").read_text(encoding="utf-8")) | {"visuals": SHOWN}
    (folder / "piece.yaml").write_text(yaml.safe_dump(manifest), encoding="utf-8")
    draft = mv.load(folder, cache=folder.parent / "cache").plan(bars="2..2|2", draft=True)
    assert draft.picture.resolution == draft_px
    with pytest.raises(ValueError, match="resolutions_px must be from 16"):
        mv.generators.register("giant", Dots, resolutions_px=[100_000])


def segments_made(plan: mv.Plan, path: Path) -> int:
    """The number of frames that a render paints; cached ones are not painted."""
    painted: dict[str, int] = {}
    plan.render(path, progress=lambda stage, done, total: painted.__setitem__(stage, total))
    return painted.get("frames", 0)


def test_its_frames_are_cached_by_its_version_and_not_without_one(folder: Path, tmp_path: Path) -> None:
    def again(version: str) -> int:
        mv.generators.register("dots", Dots, classes=["red", "green", "blue"], version=version)
        return segments_made(loaded(folder).plan(bars="2..2|2"), tmp_path / "film.mp4")

    assert again("cached 1") > 0
    assert again("cached 1") == 0
    assert again("cached 2") > 0
    assert again("") > 0
    assert again("") > 0


def test_a_kept_plan_knows_that_the_classes_are_others_today(folder: Path, tmp_path: Path) -> None:
    from musicvis.compiler.cache.plan import compile_piece_kept
    from musicvis.dsl.load import load_piece
    from musicvis.store.store import Store

    def names() -> tuple[tuple[str, ...], bool]:
        piece = load_piece(folder, ["visuals={generator: dots, classes: [0]}"])
        with Store(tmp_path / "cache") as store:
            made = compile_piece_kept(piece, (), store)
        assert made.plan is not None
        return made.plan.picture.class_names, made.is_from_store

    mv.generators.register("dots", Dots, classes=["red", "green", "blue"])
    assert names() == (("red",), False)
    assert names() == (("red",), True)
    mv.generators.register("dots", Dots, classes=["rose", "green", "blue"])
    assert names() == (("rose",), False)


class Small(Dots):
    """Images of another size than it promises."""

    def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        return torch.zeros(len(noise), 3, 8, 8)


class Wild(Dots):
    """Numbers that no image has."""

    def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        return torch.full((len(noise), 3, *self.size_px), float("nan"))


@pytest.mark.parametrize(
    ("factory", "controls", "said"),
    [
        (Small, (), "its images are (1, 3, 8, 8), not (1, 3, 128, 128)"),
        (Wild, (), "its images hold numbers that are not finite"),
        (lambda request: object(), (), "has no `images` and `device`"),
        (Dots, ("truncation",), "it must have `images_at`"),
        (Dots, ("zoom",), "it must have `steered`"),
    ],
)
def test_a_broken_promise_of_a_generator_is_a_finding(
    folder: Path, factory: object, controls: tuple[str, ...], said: str
) -> None:
    mv.generators.register("dots", factory, classes=["red", "green", "blue"], controls=controls)  # type: ignore[arg-type]
    with pytest.raises(mv.PieceError, match="MV616") as caught:
        loaded(folder, resolution=128).plan(bars="2..3").frame(0)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("embedded", {}),
        ("", {}),
        ("dots", {"classes": []}),
        ("dots", {"classes": ["red", ""]}),
        ("dots", {"latent_size": 0}),
        ("dots", {"controls": ["colour"]}),
    ],
)
def test_invalid_generators_are_refused(name: str, said: dict[str, object]) -> None:
    with pytest.raises(mv.RequestError):
        mv.generators.register(name, Dots, **said)


def test_other_machines_do_not_know_what_one_program_registers(
    folder: Path, dots: registry.GeneratorKind
) -> None:
    with pytest.raises(mv.PieceError, match="MV617"):
        check_everywhere(loaded(folder).plan(bars="2..3").picture)
    registry.register(mv.generators.kind("dots", Dots, classes=["red", "green", "blue"]))
    check_everywhere(loaded(folder).plan(bars="2..3").picture)


PACKAGE = """\
import musicvis as mv

class Plain:
    def __init__(self, request):
        import torch
        self.size_px, self.device = request.size_px, torch.device(request.device)

    def images(self, noise, classes):
        return classes[:, :1, None, None].expand(-1, 3, *self.size_px).clone()

PLAIN = mv.generators.kind("plain", Plain, classes=["day", "night"], version="1")
"""


def test_a_package_brings_one_by_an_entry_point(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain_pictures.py").write_text(PACKAGE)
    about = tmp_path / "plain_pictures-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: plain-pictures\nVersion: 1\n")
    (about / "entry_points.txt").write_text(
        "[musicvis.generators]\nplain = plain_pictures:PLAIN\nbroken = plain_pictures:Plain\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(sys.modules, "plain_pictures", None)
    monkeypatch.delitem(sys.modules, "plain_pictures")
    assert {"plain", "broken"} <= set(mv.generators.names())
    piece = loaded(folder, generator="plain", classes={"other": "night"})
    assert not [f for f in piece.check() if f.severity is mv.Severity.ERROR]
    check_everywhere(piece.plan(bars="2..3").picture)
    broken = loaded(folder, generator="broken", classes={"other": "night"})
    assert [f.code for f in broken.check() if f.severity is mv.Severity.ERROR] == ["MV614"]


@pytest.mark.usefixtures("dots")
def test_the_command_lists_its_classes(folder: Path, tmp_path: Path) -> None:
    piece = tmp_path / "piece.yaml"
    piece.write_text("musicvis: 1\ntitle: A\nscore: waltz.mscz\nvisuals: {generator: dots}\n")
    (tmp_path / "waltz.mscz").write_bytes((folder / "waltz.mscz").read_bytes())
    listed = CliRunner().invoke(main, ["classes", "--piece", str(piece)])
    assert listed.output.split("\n")[:3] == ["   0  red", "   1  green, meadow", "   2  blue"]
    found = CliRunner().invoke(main, ["classes", "meadow", "--piece", str(piece)])
    assert found.output == "   1  green, meadow\n"
    told = CliRunner().invoke(main, ["explain", "2|1", str(piece)])
    assert told.exit_code == 0 and ("red" in told.output or "blue" in told.output or "green" in told.output)
