"""The Python interface gives what the command gives, and complains in one family of exceptions."""

import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import musicvis as mv
import numpy as np
import pytest
from click.testing import CliRunner
from musicvis.cli.command import main
from musicvis.renderers.sound.wave import read_wav

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"torch", "av", "scipy", "pedalboard", "PIL", "soxr", "ray", "pretty_midi", "music21", "h5py"}


def loaded_by(code: str) -> set[str]:
    code += "\nimport sys; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_the_import_loads_no_other_module_of_ours() -> None:
    found = {name for name in loaded_by("import musicvis") if name.startswith("musicvis.")}
    assert found == set()


def test_all_public_names_are_sorted_documented_and_light() -> None:
    assert mv.__all__ == sorted(mv.__all__)
    assert set(mv.__all__) == set(mv._HOMES) == set(dir(mv)) - {"__version__"}
    for name in mv.__all__:
        thing = getattr(mv, name)
        assert (thing.__doc__ or "").strip(), name
        for part, value in vars(thing).items() if isinstance(thing, type) else ():
            is_ours = callable(value) or isinstance(value, property)
            if is_ours and not part.startswith("_") and name in ("Finding", "Piece", "Plan"):
                assert value.__doc__, f"{name}.{part}"
    names = loaded_by("import musicvis as mv\nfor name in mv.__all__: getattr(mv, name)")
    assert not {name.split(".")[0] for name in names} & HEAVY


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        mv.nothing  # noqa: B018


def test_a_finding_says_where_it_is_in_the_file_and_in_the_music(folder: Path) -> None:
    found = mv.load(folder, set={"visuals.depht": 1}).check()
    finding = next(f for f in found if f.file == "--set")
    assert (finding.line, finding.column, finding.bar, finding.beat) == (1, 1, None, None)
    assert "visuals.depth" in finding.hint or "depth" in finding.hint
    assert str(finding).startswith(f"--set:1:1: error[{finding.code}]: ")


def test_a_manifest_that_is_missing_and_a_piece_with_errors_raise_every_finding(folder: Path) -> None:
    with pytest.raises(mv.PieceError) as missing:
        mv.load(folder / "nowhere")
    assert missing.value.findings
    wrong = mv.load(folder, set={"visuals.depht": 1, "video.fps": -3})
    with pytest.raises(mv.PieceError) as error:
        wrong.plan()
    assert {f.line for f in error.value.findings} >= {1, 2}


def test_overrides_and_passages_change_the_plan(piece: mv.Piece, folder: Path) -> None:
    assert mv.load(folder, set={"title": "Other", "video.fps": 5}).plan(seconds=1).frame_count == 5
    assert piece.plan(bars="2..3").bars[0].bar == 2


def test_a_lane_has_the_values_that_the_manifest_writes(piece: mv.Piece) -> None:
    whole, later = piece.plan(), piece.plan(bars="2..4")
    third_s = next(float(bar.start_s) for bar in whole.bars if bar.bar == 3)
    # Straight from 0.5 at 1|1 towards 0.9 at 3|1, where it is held at 0.4.
    values = whole.lane("visuals.depth").values(np.array([0.0, third_s / 2, third_s + 0.1]))
    assert values == pytest.approx([0.5, 0.7, 0.4])
    shift_s = third_s - next(float(bar.start_s) for bar in later.bars if bar.bar == 3)
    times_s = np.array([0.0, 0.4, 1.0])
    assert later.lane("visuals.depth").values(times_s) == pytest.approx(
        whole.lane("visuals.depth").values(times_s + shift_s)
    )
    with pytest.raises(mv.RequestError, match=r"visuals\.depth"):
        whole.lane("visuals.width")


def test_notes_carry_place_classes_and_rules(piece: mv.Piece) -> None:
    notes = piece.plan(bars="2..3").notes
    assert {note.bar for note in notes} == {2}
    assert all(note.rules[0] == 1 for note in notes if note.beat == 1)
    whole = piece.plan().notes
    assert len(whole) == len(mv.read_score(piece.manifest.parent / "waltz.mscz").notes)
    assert all(dict(n.classes).keys() == {"mushroom", "seashore"} for n in whole if n.pitch % 12 == 7)


def test_a_frame_is_that_of_the_film_but_for_the_coding(plan: mv.Plan, tmp_path: Path) -> None:
    import av

    seen: list[tuple[str, int, int]] = []
    film = plan.render(tmp_path / "a.mp4", workers=1, progress=lambda *said: seen.append(said))
    assert film.sha256 == sha256(film.path.read_bytes()).hexdigest()
    assert (film.frames, film.was_up_to_date) == (plan.frame_count, False)
    assert ("frames", plan.frame_count, plan.frame_count) in seen
    assert plan.render(tmp_path / "a.mp4", workers=1).was_up_to_date
    with av.open(str(film.path)) as file:
        decoded = [
            frame.to_ndarray(format="rgb24", src_colorspace="ITU709", dst_colorspace="ITU709")
            for frame in file.decode(video=0)
        ]
    made = list(plan.frames())
    assert len(decoded) == len(made) == plan.frame_count
    for number, (theirs, ours) in enumerate(zip(decoded, made, strict=True)):
        assert ours.dtype == np.uint8 and ours.shape == (36, 64, 3)
        error = np.abs(theirs.astype(int) - ours.astype(int))
        assert error.mean() < 4, number
        assert not number or ours.std() > 10, number  # a picture, not a plane; the first one is nearly black
    last = plan.frame_count - 1
    assert (plan.frame(last) == made[last]).all()
    assert made[0].mean() < made[last].mean()  # the fade in


def test_the_sound_is_that_of_the_command(plan: mv.Plan, folder: Path, tmp_path: Path) -> None:
    output, cache = tmp_path / "a.wav", folder.parent / "cache"
    said = ["compile", folder, "--bars", "1..2", "-o", output, "--bits", "32", "--cache-dir", cache]
    assert CliRunner().invoke(main, [str(word) for word in said]).exit_code == 0
    theirs = np.concatenate([block.T for block in read_wav(output)]).astype(np.float32)
    ours = plan.sound()
    assert ours.dtype == np.float32 and ours.shape == theirs.shape
    assert (ours == theirs).all()
    bus = plan.sound(plan.buses[0])
    assert bus.shape == ours.shape and np.abs(bus).max() > 0
    with pytest.raises(mv.RequestError, match=re.escape(plan.buses[0])):
        plan.sound("drums of nowhere")


def test_all_refusals_are_of_one_family(piece: mv.Piece, folder: Path, tmp_path: Path) -> None:
    plan = piece.plan(seconds=1)
    with pytest.raises(mv.MusicvisError, match=r"must end in \.mp4"):
        plan.render(tmp_path / "a.avi")
    with pytest.raises(mv.MusicvisError, match="does not exist"):
        plan.render(tmp_path / "none" / "a.mp4")
    with pytest.raises(mv.MusicvisError, match="frames 0 to 3"):
        plan.frame(4)
    with pytest.raises(mv.MusicvisError, match="MV902"):
        mv.load(folder, set={"visuals.generator": "biggan"}).plan(seconds=1).frame(0)
    (tmp_path / "file").touch()
    with pytest.raises(mv.StoreError) as store:
        mv.load(folder, cache=tmp_path / "file").plan(seconds=1).sound()
    assert isinstance(store.value, mv.MusicvisError)
    with pytest.raises(mv.PieceError):
        mv.read_score(tmp_path / "none.mscz")


def test_a_place_is_explained_and_classes_are_found(piece: mv.Piece) -> None:
    moment = piece.explain("2|1")
    assert moment.position == "2|1" and moment.notes
    assert piece.classes("drum")[0][1][0] == "drum"
    assert len(piece.classes()) >= 1000
    assert piece.subtitles() == {}
    with pytest.raises(mv.PieceError):
        piece.explain("999|1")


def test_a_plan_is_exported_by_kind_and_lane(plan: mv.Plan, tmp_path: Path) -> None:
    path = plan.export(tmp_path / "lanes.json", "deforum", lanes=["visuals.depth"])
    assert '"visuals.depth": "0:(' in path.read_text()
    for kind, name in (("vhs", "a.json"), ("otio", "a.json")):
        with pytest.raises(mv.RequestError):
            plan.export(tmp_path / name, kind)


def test_a_still_is_the_frame(plan: mv.Plan, tmp_path: Path) -> None:
    from PIL import Image

    path = plan.still(tmp_path / "one.png", np.int64(2))
    assert np.array_equal(np.asarray(Image.open(path)), plan.frame(2))
    with pytest.raises(mv.RequestError):
        plan.still(tmp_path / "none.png", [])


def test_what_notes_play_is_a_lane_too(folder: Path) -> None:
    pumped = {"visuals.zoom": {"by": "notes", "part": "*", "amount": "10%"}}
    plan = mv.load(folder, set={"effects": pumped}).plan(bars="1..2")
    assert plan.lanes == ("visuals.zoom",)
    zoom = plan.lane("visuals.zoom").values(np.linspace(0.0, 0.5, 51))
    # Struck by the first notes, and back again.
    assert zoom.max() > 1.03 and zoom[-1] == pytest.approx(1.0, abs=0.005)


def test_a_note_on_a_subject_is_where_the_subject_is_named(folder: Path, tmp_path: Path) -> None:
    text = (folder / "piece.yaml").read_text().replace("generator: embedded", "generator: auto")
    text = text.replace("{mushroom: 70%, seashore: 30%}", "rainbow")
    (tmp_path / "piece.yaml").write_text(text)
    (tmp_path / "waltz.mscz").write_bytes((folder / "waltz.mscz").read_bytes())
    found = next(finding for finding in mv.load(tmp_path).check() if finding.code == "MV692")
    assert found.line == text[: text.index("rainbow")].count("\n") + 1


def test_an_exception_says_what_is_wrong_and_what_to_do() -> None:
    with pytest.raises(mv.PieceError) as refused:
        mv.read_score("none.mscz")
    (finding,) = refused.value.findings
    assert str(refused.value) == f"{finding.code} {finding.message}; {finding.hint}"
