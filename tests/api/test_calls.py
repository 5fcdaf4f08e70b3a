"""Calls that make or change files give back what they did, write over nothing, and raise what is wrong."""

import multiprocessing
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import musicvis as mv
import numpy as np
import pytest
from click.testing import CliRunner
from musicvis.api.variant import compiled
from musicvis.cli.command import main
from musicvis.renderers.sound.wave import write_wav
from PIL import Image

RATE_HZ = 44_100
SCORE = (
    '<score-partwise version="4.0"><part-list><score-part id="P"><part-name>A</part-name></score-part>'
    "</part-list>"
    '<part id="P"><measure number="1"><attributes><divisions>1</divisions><time><beats>4</beats>'
    "<beat-type>4</beat-type></time></attributes><note><pitch><step>C</step><octave>4</octave></pitch>"
    "<duration>4</duration></note></measure></part></score-partwise>"
)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve strokes of an A at 120 beats a minute, each second one louder."""
    path = tmp_path_factory.mktemp("heard") / "song.wav"
    times_s = np.arange(RATE_HZ // 2) / RATE_HZ
    stroke = np.sin(2 * np.pi * 440 * times_s) * np.exp(-8 * times_s)
    mono = np.concatenate([stroke * level for level in [0.8, 0.3] * 6]).astype(np.float32)
    write_wav(path, [np.stack([mono, mono])], RATE_HZ)
    return path


@pytest.fixture(autouse=True)
def quiet(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """No call prints: what it has to say, it returns or raises."""
    yield
    assert capsys.readouterr() == ("", "")


def hint(error: pytest.ExceptionInfo[mv.PieceError]) -> str:
    (finding,) = error.value.findings
    assert finding.code == "MV925"
    return finding.hint


def test_a_path_that_is_not_a_piece_names_the_call_that_makes_one(
    recording: Path, folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(mv.PieceError, match="is a recording, not a piece") as heard:
        mv.load(recording)
    assert f"mv.new({str(recording)!r}, {str(recording.with_suffix(''))!r})" in hint(heard)
    assert "mv.listen" in hint(heard)
    score = tmp_path / "waltz.mscz"
    score.write_bytes((folder / "waltz.mscz").read_bytes())
    with pytest.raises(mv.PieceError, match="is a score, not a piece") as written:
        mv.load(score)
    made = hint(written).partition(" makes ")[0]
    assert made == f"mv.new({str(score)!r}, {str(tmp_path / 'waltz')!r})"
    # The hint is right when it is followed, and then the score names its piece.
    new = eval(made)
    assert [finding.code for finding in new.piece.check() if finding.severity == "error"] == []
    with pytest.raises(mv.PieceError) as again:
        mv.load(score)
    assert f"mv.load({str(tmp_path / 'waltz')!r})" in hint(again)


def test_a_folder_without_a_manifest_names_its_scores_or_its_pieces(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(mv.PieceError, match="it holds the piece waltz") as several:
        mv.load(folder.parent)
    assert f"mv.load({str(folder)!r})" in hint(several)
    (tmp_path / "a.mid").touch()
    with pytest.raises(mv.PieceError, match=r"has no piece\.yaml") as scores:
        mv.load(tmp_path)
    assert f"mv.new({str(tmp_path / 'a.mid')!r}, {str(tmp_path)!r})" in hint(scores)
    (tmp_path / "a.sib").touch()
    with pytest.raises(mv.PieceError, match="cannot read") as foreign:
        mv.load(tmp_path / "a.sib")
    assert "export MusicXML" in hint(foreign) and "a.musicxml" in hint(foreign)
    with pytest.raises(mv.PieceError, match="MV001"):
        mv.load(tmp_path / "nowhere")


def test_a_new_piece_is_that_of_the_command_and_is_not_written_over(folder: Path, tmp_path: Path) -> None:
    score = folder / "waltz.mscz"
    made = mv.new(score, tmp_path / "ours")
    assert CliRunner().invoke(main, ["new", str(score), str(tmp_path / "theirs")]).exit_code == 0
    ours = {path.relative_to(made.folder): path.read_bytes() for path in made.files}
    theirs = tmp_path / "theirs"
    assert ours == {p.relative_to(theirs): p.read_bytes() for p in theirs.rglob("*") if p.is_file()}
    with pytest.raises(mv.RequestError, match="already exists; nothing was written"):
        mv.new(score, tmp_path / "ours")
    assert {path.relative_to(made.folder): path.read_bytes() for path in made.files} == ours
    for wrong in ([], [score, score], tmp_path):
        with pytest.raises(mv.RequestError):
            mv.new(wrong)
    with pytest.raises(mv.RequestError, match="this is a score"):
        mv.new(score, tmp_path / "third", mapping="spectrum")
    assert not (tmp_path / "third").exists()


def test_a_name_with_a_nul_is_refused_as_any_other_that_cannot_be(
    folder: Path, plan: mv.Plan, recording: Path, tmp_path: Path
) -> None:
    nul, refusals = "a\0b", (mv.MusicvisError, mv.RequestError, OSError)
    calls: tuple[Callable[[], object], ...] = (
        lambda: mv.load(nul),
        lambda: mv.load(folder, set={"score": "a\0b.mid"}).plan(),
        lambda: mv.read_score(nul),
        lambda: mv.new(nul),
        lambda: mv.new(recording, tmp_path / nul),
        lambda: mv.listen(nul),
        lambda: mv.listen(recording, tmp_path / f"{nul}.mid"),
        lambda: plan.render(tmp_path / f"{nul}.mp4"),
        lambda: plan.still(tmp_path / f"{nul}.png", 0),
        lambda: plan.plot(tmp_path / f"{nul}.png"),
        lambda: plan.export(tmp_path / f"{nul}.csv", "csv"),
        lambda: mv.clean(cache=tmp_path / nul),
        lambda: mv.import_lanes(nul),
        lambda: mv.train(nul, "model"),
        lambda: mv.train(folder, "model", into=tmp_path / nul),
    )
    for call in calls:
        with pytest.raises(refusals):
            call()


def test_a_detected_score_is_written_once(recording: Path, tmp_path: Path) -> None:
    known = mv.Listening(meter="2/4", notes="chroma", marks=(("B", 2.1),))
    heard = mv.listen(recording, tmp_path / "a.mid", listening=known)
    assert heard.beats_s[1] - heard.beats_s[0] == pytest.approx(0.5, abs=0.02)
    assert heard.files == (heard.score,) == (tmp_path / "a.mid",)
    score = mv.read_score(tmp_path / "a.mid")
    assert {note.pitch % 12 for note in score.notes} == {9} and len(score.notes) == heard.notes
    assert str(score.measures[1].meter) == "2/4"
    before = (tmp_path / "a.mid").read_bytes()
    with pytest.raises(mv.RequestError, match="already exists"):
        mv.listen(recording, tmp_path / "a.mid")
    assert (tmp_path / "a.mid").read_bytes() == before
    for wrong in (
        {"meter": "3"},
        {"tempo_bpm": (130, 90)},
        {"level": "twice"},
        {"notes": "ear"},
        {"first_s": float("nan")},
        {"marks": (("A", -1.0),)},
        {"longest_s": 0.0},
    ):
        with pytest.raises(mv.RequestError):
            mv.Listening(**wrong)  # type: ignore[arg-type]
    with pytest.raises(mv.RequestError, match="the mark C is at 99"):
        mv.listen(recording, tmp_path / "b.mid", listening=mv.Listening(marks=(("C", 99.0),)))
    assert not (tmp_path / "b.mid").exists()


def test_fixes_are_shown_and_then_written(folder: Path, tmp_path: Path) -> None:
    piece = mv.new(folder / "waltz.mscz", tmp_path / "piece").piece
    right = piece.manifest.read_text()
    wrong = right.replace("\ntitle: waltz", "\ntitel: waltz")
    piece.manifest.write_text(wrong)
    (fix,) = piece.fixes()
    assert piece.manifest.read_text() == wrong and (fix.path, fix.count) == (piece.manifest, 1)
    assert "-titel: waltz" in fix.diff() and "+title: waltz" in fix.diff()
    assert piece.fix() == (fix,) and piece.manifest.read_text() == right
    assert piece.fixes() == ()
    piece.manifest.write_text(wrong)
    link = tmp_path / "piece/there.yaml"
    piece.manifest.rename(link)
    piece.manifest.symlink_to(link)
    # Through a link nothing is read, and nothing is written.
    assert piece.fix() == () and link.read_text() == wrong


def test_layout_changes_are_reported_without_writing_them(folder: Path, tmp_path: Path) -> None:
    made = mv.new(folder / "waltz.mscz", tmp_path / "piece")
    manifest = made.folder / "piece.yaml"
    loose, laid_out = "score:\n      file: x.mid\n", "score:\n  file: x.mid\n"
    lanes = made.folder / "effects.yaml"
    manifest.write_text(loose)
    (only,) = mv.fmt(manifest, check=True)
    assert (only.path, only.state, manifest.read_text()) == (manifest, "would change", loose)
    assert [file.state for file in mv.fmt(manifest)] == ["laid out"]
    assert manifest.read_text() == laid_out and [file.state for file in mv.fmt(lanes)] == ["unchanged"]
    manifest.write_text("a: [\n")
    with pytest.raises(mv.PieceError) as error:
        mv.fmt(made.folder)
    assert error.value.findings and manifest.read_text() == "a: [\n"


def test_imported_lanes_are_those_of_the_command(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "zoom.txt").write_text("0:(1.0), 30:(1.1)")
    score = folder / "waltz.mscz"
    made = mv.import_lanes(
        tmp_path / "zoom.txt",
        score=score,
        lanes={"schedule": "visuals.zoom"},
        fps=15,
        output=tmp_path / "a.yaml",
    )
    said = [
        "import",
        tmp_path / "zoom.txt",
        "--score",
        score,
        "--lane",
        "schedule=visuals.zoom",
        "--fps",
        "15",
    ]
    assert CliRunner().invoke(main, [str(word) for word in said]).stdout == made.text
    assert made.path is not None and made.path.read_text() == made.text
    with pytest.raises(mv.RequestError, match="already exists"):
        mv.import_lanes(
            tmp_path / "zoom.txt", score=score, lanes={"schedule": "visuals.zoom"}, fps=15, output=made.path
        )
    with pytest.raises(mv.RequestError, match="fields schedule"):
        mv.import_lanes(tmp_path / "zoom.txt", score=score)
    for rate in ("x", "1e-9", "1e999999999", "15/0", 1001):
        with pytest.raises(mv.RequestError, match="frame rate"):
            mv.import_lanes(tmp_path / "zoom.txt", fps=rate)
    with pytest.raises(mv.RequestError, match="is not a lane"):
        mv.import_lanes(
            tmp_path / "zoom.txt", score=score, lanes={"schedule": "visuals.zoom:0.." + "9" * 400}, fps=15
        )


def test_a_folder_in_place_of_a_file_is_a_finding(tmp_path: Path) -> None:
    for call in (mv.read_score, mv.import_lanes):
        with pytest.raises(mv.PieceError, match="is a folder, not a file"):
            call(tmp_path)


def test_one_name_is_that_name_and_not_its_letters(
    piece: mv.Piece, plan: mv.Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted: list[tuple[Path, ...]] = []
    whole = compiled
    monkeypatch.setattr(
        "musicvis.api.piece.compiled", lambda loaded, *rest: trusted.append(rest[0]) or whole(loaded, *rest)
    )
    # The first letter alone would be the whole disk.
    piece.plan(trust_plugins="/plugins")
    assert trusted == [(Path("/plugins"),)]
    assert plan.export(tmp_path / "a.csv", "csv", lanes="visuals.depth").is_file()
    assert piece.notation("Piano").staff_count == piece.notation(["Piano"]).staff_count


def test_what_a_piece_is_made_from_is_never_replaced(recording: Path, tmp_path: Path) -> None:
    (tmp_path / "stems").mkdir()
    (tmp_path / "s.musicxml").write_text(SCORE)
    (tmp_path / "lanes.json").write_text('{"visuals.zoom": [{"at": "1|1", "hold": 1.5}]}')
    Image.new("RGB", (64, 64), "#808080").save(tmp_path / "a.png")
    for name in ("song.wav", "stems/a-dry.wav"):
        (tmp_path / name).write_bytes(recording.read_bytes())
    (tmp_path / "piece.yaml").write_text(
        "musicvis: 1\ntitle: Song\nscore: {file: s.musicxml}\nvideo: {size: 64x36, fps: 4}\n"
        "audio: {buses: {a: {stems: [{file: song.wav}, {file: stems/a-dry.wav}]}}}\n"
        "effects: lanes.json\nvisuals: {classes: {other: {picture: a.png}}}\n"
    )
    plan = mv.load(tmp_path, cache=tmp_path / "cache").plan(seconds=1)
    for name, stems in (("song.wav", []), ("film.wav", ["dry"])):
        with pytest.raises(mv.PieceError, match="MV926"):
            plan.render(tmp_path / name, stems=stems)
    assert not (tmp_path / "film.wav").exists()
    with pytest.raises(mv.RequestError, match="made from"):
        mv.load(tmp_path).notation().export(tmp_path / "s.musicxml", "musicxml")
    with pytest.raises(mv.RequestError, match="made from"):
        plan.export(tmp_path / "lanes.json", "deforum")
    with pytest.raises(mv.RequestError, match="made from"):
        plan.still(tmp_path / "a.png", 0)
    before = (tmp_path / "a.png").read_bytes()
    for words in (("plot", "-o"), ("still", "1|1", "-o"), ("classes", "--sheet")):
        place = [] if words[0] == "classes" else [str(tmp_path)]
        refused = CliRunner().invoke(main, [*words, str(tmp_path / "a.png"), *place])
        assert refused.exit_code == 2 and "would be replaced" in refused.stderr, words
    for name in ("song.wav", "stems/a-dry.wav"):
        assert (tmp_path / name).read_bytes() == recording.read_bytes()
    assert (tmp_path / "a.png").read_bytes() == before
    assert (tmp_path / "s.musicxml").read_text() == SCORE


def test_what_a_kind_of_export_does_not_hold_is_refused(plan: mv.Plan, tmp_path: Path) -> None:
    for wrong in ({"stems": True}, {"parts": ["Piano"]}):
        with pytest.raises(mv.RequestError, match="csv holds no"):
            plan.export(tmp_path / "a.csv", "csv", **wrong)  # type: ignore[arg-type]
    with pytest.raises(mv.RequestError, match="names no channel"):
        plan.channels({"visuals.depth": "9999"})
    assert not any(tmp_path.iterdir())


def test_numbers_of_numpy_are_numbers(folder: Path) -> None:
    depth = mv.load(folder, set={"visuals.depth": np.float32(0.5), "seed": np.int64(4)})
    assert not [found for found in depth.check() if found.severity is mv.Severity.ERROR]
    with pytest.raises(mv.RequestError, match="cannot be set"):
        mv.load(folder, set={"title": b"Waltz"})


def test_a_forecast_counts_what_a_render_makes(folder: Path, tmp_path: Path) -> None:
    plan = mv.load(folder, cache=tmp_path / "cache").plan(bars="1..2", draft=True)
    before = plan.forecast()
    assert before.frames_to_make == plan.frame_count and before.seconds is None
    plan.render(tmp_path / "a.mp4", workers=1)
    after = plan.forecast()
    assert (after.frames_to_make, after.seconds) == (0, 0.0) and all(part.is_there for part in after.items)
    assert all(part.is_there for part in plan.diff(plan))
    other = mv.load(folder, set={"visuals.truncation": 0.5}).plan(bars="1..2", draft=True)
    differing = {part.stage for part in other.diff(plan) if not part.is_there}
    assert differing == {"segment"}


def test_a_place_is_the_first_frame_whose_middle_is_not_before_it(plan: mv.Plan, tmp_path: Path) -> None:
    whole = mv.load(plan._loaded.root).plan()
    third_s = next(float(bar.start_s) for bar in whole.bars if bar.bar == 3)
    times_s = whole.frame_times_s()
    assert whole.frame_at("3|1") == int(np.flatnonzero(times_s >= third_s)[0])
    with pytest.raises(mv.RequestError, match="not in this film"):
        plan.frame_at("3|1")
    with pytest.raises(mv.PieceError):
        plan.frame_at("99|1")


@pytest.mark.parametrize(
    ("name", "wishes"),
    [
        ("a.mp4", {"bits": 16}),
        ("a.flac", {"bits": 32}),
        ("a.wav", {"silent": True}),
        ("a.wav", {"verify": True}),
        ("a.gif", {"stems": ["dry"]}),
        ("a.mp4", {"stems": ["loud"]}),
    ],
)
def test_wishes_that_do_not_go_together_are_refused(
    name: str, wishes: dict[str, object], plan: mv.Plan, tmp_path: Path
) -> None:
    with pytest.raises(mv.RequestError):
        plan.render(tmp_path / name, **wishes)  # type: ignore[arg-type]
    assert not any(tmp_path.iterdir())


def test_buses_are_kept_beside_a_sound(plan: mv.Plan, tmp_path: Path) -> None:
    sound = plan.render(tmp_path / "a.wav", stems=["dry"], bits=16)
    assert sound.stems == tmp_path / "stems" and len(list(sound.stems.iterdir())) == len(plan.buses)


def test_the_cache_is_emptied_and_an_invalid_limit_is_refused(tmp_path: Path) -> None:
    done = mv.clean(cache=tmp_path / "cache", everything=True, verify=True)
    assert (done.kept_entries, done.damaged, done.cache) == (0, 0, tmp_path / "cache")
    for wrong in (
        {"limit": "much"},
        {"limit": -1},
        {"limit": float("nan")},
        {"limit": 5, "everything": True},
    ):
        with pytest.raises(mv.RequestError):
            mv.clean(cache=tmp_path / "cache", **wrong)  # type: ignore[arg-type]


def test_invalid_trainings_are_refused_before_they_start(tmp_path: Path) -> None:
    for wrong in (
        {"size_px": 33},
        {"steps": 1, "minutes": 1.0},
        {"resume": True, "replace": True},
        {"every": 0},
    ):
        with pytest.raises(mv.RequestError):
            mv.train(tmp_path, "mine", into=tmp_path / "model", **wrong)  # type: ignore[arg-type]
    with pytest.raises(mv.RequestError):
        mv.train(tmp_path, "no name!")
    assert not any(tmp_path.iterdir())


def test_a_page_is_served_until_it_is_closed(folder: Path, tmp_path: Path) -> None:
    with mv.watch(folder, cache=tmp_path / "cache") as page:
        url = page.url
        assert page.url != url  # each opens once
        with urlopen(Request(url)) as answer:
            assert answer.status == 200
        with pytest.raises(mv.RequestError, match="port"):
            mv.watch(folder, port=int(url.split(":")[2].split("/")[0]))
    assert not page.is_open and page.wait(0) and multiprocessing.active_children() == []
    with pytest.raises(mv.RequestError, match="closed"):
        _ = page.url
    page.close()
    with pytest.raises(mv.RequestError, match="editor"):
        mv.watch(folder, editor="vi")
    (tmp_path / "file").touch()
    with pytest.raises(mv.StoreError):
        mv.watch(folder, cache=tmp_path / "file")
    with pytest.raises(mv.PieceError, match="MV925"):
        mv.watch(folder / "waltz.mscz")


def test_codes_schemas_and_classes_are_found_without_a_piece() -> None:
    assert mv.explain("mv204").code == "MV204"
    assert mv.schema("effects")["$schema"].startswith("https://json-schema.org/")
    assert mv.classes("castle")[0][1][0] == "castle"
    scores = [score for _, _, score in mv.classes_like("a quiet harbour")]
    assert len(scores) == 10 and scores == sorted(scores, reverse=True)
    for wrong in (lambda: mv.explain("MV998"), lambda: mv.schema("lanes")):
        with pytest.raises(mv.RequestError):
            wrong()


def test_all_errors_of_calls_have_one_base_class(tmp_path: Path) -> None:
    for wrong in (
        lambda: mv.weights.add(tmp_path / "nothing"),
        lambda: mv.sounds.add(tmp_path / "a.sf2"),
        lambda: mv.sounds.add(tmp_path / "a.wav"),
        lambda: mv.fmt(tmp_path / "nothing"),
        lambda: mv.new(tmp_path / "nothing.mid", tmp_path / "piece"),
        lambda: mv.new(tmp_path / "nothing.mp3", tmp_path / "piece"),
        lambda: mv.listen(tmp_path / "nothing.mp3"),
        lambda: mv.listen(tmp_path),
        lambda: mv.import_lanes(tmp_path / "nothing.json"),
        lambda: mv.train(tmp_path / "nothing", "mine", into=tmp_path / "model"),
    ):
        with pytest.raises(mv.MusicvisError):
            wrong()
    assert not any(tmp_path.iterdir())
