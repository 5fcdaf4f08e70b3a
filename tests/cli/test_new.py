"""A new piece passes check at once, says what its score really is, and never overwrites anything."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import Result
from musicvis.compiler.compile import check_piece
from musicvis.compiler.reports.note_list import score_notes
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.findings.diagnostics import Severity
from musicvis.dsl.load import load_piece
from musicvis.dsl.text.yaml_reader import parse_source

Run = Callable[..., Result]
DATA = Path(__file__).parents[1] / "compiler/score/data"
SCORES = (
    "waltz.mscz",
    "waltz.mid",
    "waltz.mscx",
    "dc_al_fine.mscx",
    "ds_al_coda_voltas.mscx",
    "instruments.mscx",
    "lyrics.mscx",
    "pickup_and_metres.mscx",
    "tempi_and_fermatas.mscx",
    "tempi_in_repeats.mscx",
    "volta_three_endings.mscx",
)


@pytest.mark.parametrize("name", SCORES)
def test_a_new_piece_is_free_of_faults_and_laid_out(name: str, tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "piece"
    assert run("new", DATA / name, folder).exit_code == 0
    loaded = load_piece(folder)
    # MuseScore exports each voice's breath (controller 2), which is not played: a note, and no fault.
    found = [finding for finding in check_piece(loaded) if finding.severity is not Severity.NOTE]
    assert [f"{finding.code} {finding.message}" for finding in found] == []
    assert run("fmt", "--check", folder).exit_code == 0


def test_musicxml_is_read_too(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "piece"
    assert run("new", DATA / "waltz.musicxml", folder).exit_code == 0
    assert check_piece(load_piece(folder)) == ()


def test_the_manifest_expects_the_score_as_it_is(tmp_path: Path, waltz: Path, run: Run) -> None:
    folder = tmp_path / "my waltz"
    result = run("new", waltz, folder)
    assert result.stdout == ""
    source, _ = parse_source((folder / "piece.yaml").read_text(), "piece.yaml")
    manifest = source.value
    assert isinstance(manifest, dict)
    assert manifest["score"]["file"] == "scores/waltz.mscz"
    assert manifest["score"]["expect"]["tempo"]["1"] == 95
    assert manifest["score"]["expect"]["meter"]["1"] == "3/4"
    assert manifest["parts"] == {"clarinet": {"tracks": "Clarinet"}, "piano": {"tracks": "Piano"}}
    pitches = {row.note.pitch % 12 for row in score_notes(waltz)[0]}
    assert len(manifest["visuals"]["classes"]) == len(pitches)
    lanes, _ = parse_source((folder / "effects.yaml").read_text(), "effects.yaml")
    assert isinstance(lanes.value, dict)
    assert set(lanes.value) == {"clarinet", "piano"}


def test_the_first_line_names_a_schema_that_lies_beside(tmp_path: Path, waltz: Path, run: Run) -> None:
    folder = tmp_path / "piece"
    run("new", waltz, folder)
    for name in ("piece", "effects"):
        first = (folder / f"{name}.yaml").read_text().splitlines()[0]
        reference = first.removeprefix("# yaml-language-server: $schema=")
        assert (folder / reference).read_text() == run("schema", name).stdout


def test_a_score_inside_the_folder_is_used_where_it_lies(tmp_path: Path, waltz: Path, run: Run) -> None:
    (tmp_path / "tune.mscz").write_bytes(waltz.read_bytes())
    assert run("new", tmp_path / "tune.mscz", tmp_path).exit_code == 0
    assert "file: tune.mscz" in (tmp_path / "piece.yaml").read_text()
    assert not (tmp_path / "scores").exists()
    assert check_piece(load_piece(tmp_path)) == ()


def test_without_a_folder_the_piece_is_called_like_its_score(
    tmp_path: Path, waltz: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "A: strange? name.mscz").write_bytes(waltz.read_bytes())
    assert run("new", "A: strange? name.mscz").exit_code == 0
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    assert check_piece(load_piece(folder)) == ()


@pytest.mark.parametrize(
    "there", ["piece.yaml", "effects.yaml", "scores/waltz.mscz", ".musicvis/piece.schema.json"]
)
def test_what_is_there_stays_and_nothing_is_added(there: str, tmp_path: Path, waltz: Path, run: Run) -> None:
    folder = tmp_path / "piece"
    mine = folder / there
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    before = sorted(folder.rglob("*"))
    result = run("new", waltz, folder)
    assert (result.exit_code, result.stdout) == (1, "")
    lines = result.stderr.splitlines()
    assert lines[0] == f"Error: {mine} already exists; nothing was written"
    assert lines[1:] == [] or lines[1].startswith(f"{folder} is already a piece")
    assert sorted(folder.rglob("*")) == before
    assert mine.read_text() == "mine"


def test_a_write_that_fails_half_way_leaves_nothing_behind(tmp_path: Path, waltz: Path, run: Run) -> None:
    folder = tmp_path / "piece"
    folder.mkdir()
    # The folder of schemas cannot be made, because a file has its name; the score was written before.
    (folder / ".musicvis").write_text("")
    result = run("new", waltz, folder)
    assert result.exit_code == 1
    assert "nothing was written" in result.stderr
    assert [path.name for path in folder.rglob("*")] == [".musicvis"]


def test_a_file_that_is_not_a_score_is_a_finding(tmp_path: Path, run: Run) -> None:
    (tmp_path / "no.mscz").write_text("no score")
    result = run("new", tmp_path / "no.mscz", tmp_path / "piece")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[MV4" in result.stderr
    assert not (tmp_path / "piece").exists()


def test_a_new_piece_becomes_a_film(tmp_path: Path, waltz: Path, run: Run) -> None:
    pytest.importorskip("av")
    folder = tmp_path / "piece"
    run("new", waltz, folder)
    small = ("--size", "64x36", "--fps", "2", "--seconds", "1", "--workers", "1", "-q")
    result = run("compile", folder, *small, "--set", "visuals.resolution=128")
    assert (result.exit_code, result.stdout) == (0, "")
    assert (folder / "build/piece-1s.mp4").stat().st_size > 1000


def test_the_subjects_are_drawn_and_no_two_by_the_same_motif() -> None:
    from musicvis.compiler.classes.table import imagenet
    from musicvis.compiler.write.drums import KINDS, OTHERS
    from musicvis.compiler.write.first_manifest import SUBJECTS
    from musicvis.dsl.findings.span import Span
    from musicvis.dsl.values.subjects import subjects

    names = (*SUBJECTS, *(kind.subject for kind in (*KINDS, OTHERS)))
    indices = [imagenet().index(name, Span(""), Findings()) for name in names]
    found = [subjects()[i] for i in indices if i is not None]
    assert [subject.look for subject in found] == ["drawn"] * 19
    assert len({subject.motif for subject in found}) == 19


def kit(path: Path, tune: Sequence[int] = ()) -> Path:
    """A bar of kick, snare, hi-hat, crash and cowbell as MIDI, and a tune in a track of its own."""
    import mido

    struck = ((36, 42, 49), (42,), (38, 42), (46,), (35, 42), (42,), (40, 42), (56,))
    drums = mido.MidiTrack([mido.MetaMessage("track_name", name="Kit", time=0)])
    for keys in struck:
        for kind, wait in (("note_on", 0), ("note_off", 240)):
            for number, key in enumerate(keys):
                drums.append(mido.Message(kind, channel=9, note=key, time=0 if number else wait))
    played = mido.MidiTrack([mido.MetaMessage("track_name", name="Bass", time=0)])
    for pitch in tune:
        played += [mido.Message("note_on", note=pitch), mido.Message("note_off", note=pitch, time=480)]
    mido.MidiFile(tracks=[drums, played] if tune else [drums], ticks_per_beat=480).save(path)
    return path


def test_a_drum_kit_shows_what_is_struck_and_names_it(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "piece"
    assert run("new", kit(tmp_path / "kit.mid"), folder).exit_code == 0
    text = (folder / "piece.yaml").read_text(encoding="utf-8")
    assert "  classes:" not in text and "F#: " not in text
    for line in (
        "class: chime               # other percussion: 1 note",
        "where: {part: kit, pitch: [B1, C2]}\n      class: drum                # kick: 2 notes",
        "where: {part: kit, pitch: [D2, E2]}\n      class: umbrella            # snare, side",
        'where: {part: kit, pitch: ["F#2", "A#2"]}\n      class: bubble              # hi-hat: 7 notes',
        'where: {part: kit, pitch: "C#3"}\n      class: daisy               # cymbals: 1 note',
    ):
        assert line in text
    assert check_piece(load_piece(folder)) == ()
    assert run("fmt", "--check", folder).exit_code == 0


def test_the_drums_rules_leave_the_pitches_of_others_alone(tmp_path: Path, run: Run) -> None:
    folder, words = tmp_path / "piece", tmp_path / "words.txt"
    words.write_text("bells; bells! A castle on the hill.\n")
    # C2 is the kick's key, too.
    made = run("new", kit(tmp_path / "band.mid", (36, 36, 36, 36)), folder, "--classes-from", words)
    assert made.exit_code == 0
    text = (folder / "piece.yaml").read_text(encoding="utf-8")
    # The bass shows what the text means most; of the drums, what sounds most shows what it means next.
    assert "    C: chime                     # bells\n" in text
    assert "      class: castle              # hi-hat: castle\n" in text
    listed = run("notes", folder).stdout
    assert [line.split()[6] for line in listed.splitlines() if " bass " in line] == ["chime"] * 4


def test_a_new_film_has_the_loudness_of_video_sites(tmp_path: Path, waltz: Path, run: Run) -> None:
    run("new", waltz, tmp_path / "piece")
    piece = load_piece(tmp_path / "piece").piece
    assert piece is not None
    assert (piece.audio.master.loudness_lufs, piece.audio.master.most_reduction_db) == (-14, 4)
    assert piece.audio.master.ceiling_dbtp == -1


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Valse triste", "Valse triste"),
        ("Untitled score", "my tune"),
        ("Title", "my tune"),
        ("Track 1", "my tune"),
        ("Piano", "my tune"),
        ("", "my tune"),
    ],
)
def test_the_title_is_the_scores_own_unless_a_program_wrote_it(waltz: Path, written: str, title: str) -> None:
    from dataclasses import replace

    from musicvis.compiler.score.read import read_score_file
    from musicvis.compiler.write.first_manifest import title_of

    score = replace(read_score_file(waltz), title=written)
    assert title_of(score, "my_tune") == title


@pytest.mark.parametrize("name", [".musicvis", "scores"])
def test_a_folder_that_is_a_link_is_not_written_to(name: str, tmp_path: Path, waltz: Path, run: Run) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "piece").mkdir()
    (tmp_path / "piece" / name).symlink_to(tmp_path / "mine")
    result = run("new", waltz, tmp_path / "piece")
    assert result.exit_code == 1 and "MV009" in result.stderr
    assert list((tmp_path / "mine").iterdir()) == []
    assert [path.name for path in (tmp_path / "piece").iterdir()] == [name]
