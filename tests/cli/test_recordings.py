"""`musicvis listen` and `musicvis new` on recordings: a piece that compiles, and what is told of it."""

import re
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from musicvis.api.making.listening import parse_meter
from musicvis.api.making.recordings import folder_name
from musicvis.cli.heard import parse_mark, parse_seconds, parse_tempi
from musicvis.compiler.compile import check_piece
from musicvis.compiler.score.read import read_score_file
from musicvis.dsl.load import load_piece
from PIL import Image

Run = Callable[..., Result]
RATE_HZ = 22_050


def song(
    path: Path, length_s: float = 10.0, step_s: float = 0.5, pitches: tuple[int, ...] = (60, 65, 69, 67)
) -> Path:
    """Chords that change each four strokes, at 120, as 16 bits."""
    times_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    bar = np.floor(times_s / (4 * step_s)).astype(int) % len(pitches)
    into = np.exp(-(times_s % step_s) * 6) * np.where(np.floor(times_s / step_s) % 4 == 0, 1.0, 0.6)
    grounds_hz = 440.0 * 2.0 ** ((np.array(pitches)[bar] - 69) / 12)
    sound = (
        sum(np.sin(2 * np.pi * grounds_hz * ratio * times_s) for ratio in (0.5, 1.0, 1.26, 1.5)) * into * 0.15
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.repeat((sound * 32767).astype("<i2"), 2).tobytes())
    return path


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return song(tmp_path_factory.mktemp("songs") / "My Song.wav")


def codes(folder: Path) -> list[str]:
    return [finding.code for finding in check_piece(load_piece(folder))]


def test_a_recording_becomes_a_piece_that_checks_and_compiles(
    recording: Path, tmp_path: Path, run: Run
) -> None:
    folder = tmp_path / "piece"
    assert run("new", recording, folder).exit_code == 0
    assert codes(folder) == ["MV547"]
    assert run("fmt", "--check", folder).exit_code == 0
    manifest = (folder / "piece.yaml").read_text()
    assert "stems: [{file: stems/My Song.wav, offset: " in manifest
    assert (folder / "stems/My Song.wav").read_bytes() == recording.read_bytes()
    score = read_score_file(folder / "scores/My Song.heard.mid")
    heard = {note.pitch % 12 for note in score.notes}
    assert len(load_piece(folder).piece.visuals.classes) == len(heard)  # type: ignore[union-attr]
    small = ("--size", "64x36", "--fps", "2", "--seconds", "1", "--workers", "1", "-q")
    assert run("compile", folder, *small, "--set", "visuals.resolution=128").exit_code == 0


def test_the_same_recording_gives_the_same_bytes_and_is_never_written_over(
    recording: Path, tmp_path: Path, run: Run
) -> None:
    one, two = tmp_path / "a.mid", tmp_path / "b.mid"
    assert run("listen", recording, "-o", one, "-q").exit_code == 0
    assert run("listen", recording, "-o", two, "-q").exit_code == 0
    assert one.read_bytes() == two.read_bytes()
    refused = run("listen", recording, "-o", one, "--half")
    assert refused.exit_code == 1 and "--replace" in refused.stderr
    assert run("listen", recording, "-o", one, "--half", "--replace", "-q").exit_code == 0
    assert one.read_bytes() != two.read_bytes()


def test_clicks_a_plot_and_marks(recording: Path, tmp_path: Path, run: Run) -> None:
    files = {name: tmp_path / f"x{suffix}" for name, suffix in (("--clicks", ".wav"), ("--plot", ".png"))}
    options = [part for name, path in files.items() for part in (name, path)]
    score = tmp_path / "a.mid"
    result = run(
        "listen",
        recording,
        "-o",
        score,
        *options,
        "--mark",
        "A=0:04.1",
        "--meter",
        "4/4",
        "--notes",
        "chroma",
    )
    assert result.exit_code == 0, result.stderr
    assert "beats a minute in 4/4" in result.stderr
    with wave.open(str(files["--clicks"])) as clicks, wave.open(str(recording)) as plain:
        assert (clicks.getnframes(), clicks.getframerate()) == (plain.getnframes(), RATE_HZ)
    with Image.open(files["--plot"]) as drawn:
        assert drawn.format == "PNG" and drawn.width == 820  # ten seconds are no wider than their title
    (mark,) = read_score_file(score).marks
    assert mark.name == "A" and mark.onset_qn in (8, 9)


def test_a_replaced_recording_is_reported(recording: Path, tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "piece"
    run("new", recording, folder)
    song(folder / "stems/My Song.wav", step_s=0.48)
    assert "MV548" in codes(folder)


def test_a_renamed_recording_is_reported_too(recording: Path, tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "piece"
    run("new", recording, folder, "--mapping", "spectrum")
    song(folder / "stems/Other.wav", step_s=0.48)
    manifest = folder / "piece.yaml"
    manifest.write_text(manifest.read_text().replace("stems/My Song.wav", "stems/Other.wav"))
    assert sorted(codes(folder)) == ["MV547", "MV548", "MV655"]


def test_the_spectrum_of_a_recording_that_was_converted_is_that_of_the_piece(
    recording: Path, tmp_path: Path, run: Run
) -> None:
    eight_bits = tmp_path / "old.wav"
    with wave.open(str(recording)) as source, wave.open(str(eight_bits), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(1)
        file.setframerate(RATE_HZ)
        frames = np.frombuffer(source.readframes(source.getnframes()), "<i2")
        file.writeframes((frames // 256 + 128).astype(np.uint8).tobytes())
    folder = tmp_path / "piece"
    assert run("new", eight_bits, folder, "--mapping", "spectrum").exit_code == 0
    assert codes(folder) == ["MV547"]


def test_bars_are_corrected_by_what_check_says(tmp_path: Path, run: Run) -> None:
    recording, folder = song(tmp_path / "My Song.wav"), tmp_path / "piece"
    assert run("new", recording, folder).exit_code == 0
    (note,) = check_piece(load_piece(folder))
    command = 'musicvis listen "stems/My Song.wav" -o "scores/My Song.heard.mid" --replace'
    assert f"{command} --clicks clicks.wav" in note.hint
    score, stem = folder / "scores/My Song.heard.mid", folder / "stems/My Song.wav"
    assert run("listen", stem, "-o", score, "--replace", "--half", "--first", "0.5s", "-q").exit_code == 0
    heard = read_score_file(score).heard
    assert heard is not None and heard.bar_1_s == pytest.approx(-0.5, abs=0.05)  # a bar of one beat before
    assert "MV916" in codes(folder)
    assert run("check", "--fix", "--yes", folder).exit_code == 0
    assert codes(folder) == ["MV547"]
    assert f"offset: {heard.bar_1_s:.4f}".rstrip("0") in (folder / "piece.yaml").read_text()


def test_a_recording_that_ends_with_its_last_note_is_not_called_short(tmp_path: Path, run: Run) -> None:
    # It begins between two beats: bar 1 is before it, and its length is less than the time of the last onset.
    late = song(tmp_path / "late.wav", 7.7)
    with wave.open(str(late)) as file:
        frames = file.readframes(file.getnframes())
    with wave.open(str(late), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(frames[round(0.05 * RATE_HZ) * 4 :])
    folder = tmp_path / "piece"
    assert run("new", late, folder).exit_code == 0
    manifest = folder / "piece.yaml"
    assert "offset: -0." in manifest.read_text()
    assert codes(folder) == ["MV547"]
    # Its end is known from its offset, too: what begins later is not there.
    manifest.write_text(re.sub(r"offset: -0\.\d+s", "offset: 3s", manifest.read_text()))
    (short,) = (finding for finding in check_piece(load_piece(folder)) if finding.code == "MV325")
    assert "offset" in short.hint


def test_stems_of_a_recording_are_heard_as_parts_on_its_beats(
    recording: Path, tmp_path: Path, run: Run
) -> None:
    bass = song(tmp_path / "low.wav", pitches=(36, 41, 45, 43))
    score, alone = tmp_path / "a.mid", tmp_path / "b.mid"
    result = run("listen", recording, "-o", score, "--stem", f"bass={bass}")
    assert result.exit_code == 0, result.stderr
    made = read_score_file(score)
    assert [track.name for track in made.tracks] == ["bass"]
    assert made.heard is not None and [name for name, _ in made.heard.recordings] == [
        "My Song.wav",
        "low.wav",
    ]
    run("listen", recording, "-o", alone, "-q")
    assert made.tempi == read_score_file(alone).tempi
    twice = run("listen", recording, "-o", tmp_path / "c.mid", "--stem", f"song={recording}")
    assert twice.exit_code == 2 and "are the same" in twice.stderr


def test_stems_become_parts_and_buses_of_one_clock(tmp_path: Path, run: Run) -> None:
    bass = song(tmp_path / "bass.wav", pitches=(36, 41, 45, 43))
    keys = song(tmp_path / "keys.wav", 8.0)
    folder = tmp_path / "piece"
    result = run("new", bass, keys, folder, "--clock", bass)
    assert result.exit_code == 0, result.stderr
    assert "warning[MV546]" in result.stderr and "keys.wav lasts 8.0 s and bass.wav 10.0 s" in result.stderr
    piece = load_piece(folder).piece
    assert piece is not None
    assert [bus.name for bus in piece.audio.buses] == ["bass", "keys"]
    assert {track.name for track in read_score_file(folder / piece.score.file).tracks} == {"bass", "keys"}
    assert not {"MV320", "MV001"} & set(codes(folder))


def test_a_spectrum_moves_the_picture(recording: Path, tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "piece"
    assert run("new", recording, folder, "--mapping", "spectrum").exit_code == 0
    assert codes(folder) == ["MV547"]
    small = ("--size", "64x36", "--fps", "2", "--seconds", "1", "--workers", "1", "-q")
    assert run("compile", folder, *small, "--set", "visuals.resolution=128").exit_code == 0
    file = folder / "scores/My Song.spectrum"
    file.write_bytes(file.read_bytes()[:-4])
    assert codes(folder) == ["MV547", "MV550"]


def test_keys_without_effect_and_too_few_or_many_classes_are_reported(
    recording: Path, tmp_path: Path, run: Run
) -> None:
    folder = tmp_path / "piece"
    run("new", recording, folder, "--mapping", "spectrum")
    manifest = folder / "piece.yaml"
    text = manifest.read_text()
    manifest.write_text(text.replace("  depth: 0.8", "  keep: 3\n  envelope: {attack: 1s}\n  depth: 0.8"))
    assert codes(folder) == ["MV547", "MV551", "MV551"]
    head = text[: text.index("  classes:")]
    manifest.write_text(head + "  classes: [drum, castle]\n")
    assert codes(folder) == ["MV547", "MV553"]
    manifest.write_text(head.replace("mapping: spectrum", "mapping: notes"))
    assert codes(folder) == ["MV551", "MV547"] or set(codes(folder)) == {"MV551", "MV547"}


def test_a_heard_score_is_compared_with_a_written_one(recording: Path, tmp_path: Path, run: Run) -> None:
    score = tmp_path / "a.mid"
    run("listen", recording, "-o", score, "-q")
    result = run("listen", recording, "--against", score, "-q")
    assert result.exit_code == 0
    assert "is the same bar in a.mid" in result.stdout


def test_an_unreadable_recording_is_a_finding_and_leaves_no_files(tmp_path: Path, run: Run) -> None:
    words = tmp_path / "words.mp3"
    words.write_text("these are words")
    for arguments in (("new", words, tmp_path / "piece"), ("listen", words)):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "error[MV540]" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["words.mp3"]


@pytest.mark.parametrize(
    ("text", "seconds"), [("0.42s", 0.42), ("420ms", 0.42), ("12", 12.0), ("1:12.5", 72.5), ("0:05", 5.0)]
)
def test_times_are_read(text: str, seconds: float) -> None:
    assert parse_seconds(text) == pytest.approx(seconds)
    assert parse_mark(f"A=B={text}") == ("A=B", pytest.approx(seconds))


def test_tempi_and_metres_are_read_or_refused() -> None:
    assert parse_tempi("90..130") == (90.0, 130.0)
    low, high = parse_tempi("100")
    assert low < 100 < high
    assert parse_tempi("100..100") == (low, high)
    assert parse_meter("6/8") == (6, 8)
    for parse, text in (
        (parse_tempi, "130..90"),
        (parse_tempi, "x"),
        (parse_meter, "3/5"),
        (parse_meter, "0/4"),
    ):
        with pytest.raises(ValueError, match="write"):
            parse(text)
    for text in ("-1s", "1:2:3", "one", "1e9999"):
        with pytest.raises(ValueError, match="write"):
            parse_seconds(text)


def test_notes_without_a_class_are_no_loss_where_the_sound_moves_the_picture(
    recording: Path, tmp_path: Path, run: Run
) -> None:
    folder = tmp_path / "piece"
    run("new", recording, folder, "--mapping", "spectrum")
    manifest = folder / "piece.yaml"
    lines = manifest.read_text().splitlines()
    first = next(number for number, line in enumerate(lines) if line.strip().startswith("classes:"))
    manifest.write_text("\n".join([*lines[: first + 2], *lines[first + 13 :]]) + "\n")
    assert codes(folder) == ["MV547"]


def test_words_are_not_proposed_for_a_recording(recording: Path, tmp_path: Path, run: Run) -> None:
    result = run("new", recording, tmp_path / "piece", "--by-lyrics")
    assert result.exit_code == 2 and "--by-lyrics" in result.stderr
    assert not (tmp_path / "piece").exists()


def test_the_next_step_is_printed_once(recording: Path, tmp_path: Path, run: Run) -> None:
    assert run("new", recording, tmp_path / "piece").stderr.count("musicvis watch") == 1


@pytest.mark.parametrize(
    ("names", "folder"),
    [
        (["My Song.mp3"], "My Song"),
        (["Song - drums.wav", "Song - bass.wav"], "Song"),
        (["My Song_dub.wav", "My Song_drums.wav"], "My Song"),
        (["bass.wav", "brass.wav"], "band"),
        (["drums song.wav", "bass song.wav"], "band"),
    ],
)
def test_a_piece_of_recordings_is_called_as_their_names_begin(names: list[str], folder: str) -> None:
    assert folder_name([Path(name) for name in names]) == folder


def test_a_piece_that_is_there_already_stays_and_another_name_is_proposed(tmp_path: Path, run: Run) -> None:
    (tmp_path / "song").mkdir()
    (tmp_path / "song/piece.yaml").write_text("mine")
    recording = tmp_path / "song.mp3"
    recording.write_bytes(b"")
    refused = run("new", recording, tmp_path / "song")
    assert refused.exit_code == 1 and refused.stderr.rstrip().endswith(
        f"new {recording} {tmp_path / 'song-2'}"
    )
    assert (tmp_path / "song/piece.yaml").read_text() == "mine"
