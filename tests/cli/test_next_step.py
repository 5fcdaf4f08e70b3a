"""A composer's first commands name a score, a recording or a folder: each says what to type."""

import shlex
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from musicvis.api.making.beside import recordings_beside
from musicvis.dsl.text.typed import typed

Run = Callable[..., Result]


@pytest.mark.parametrize(
    "word", ["a b", "it's", "$HOME", "a;b", "*", "\u00e9t\u00e9", "a&b", "(1)", "a'b\"c", "x|y", "~"]
)
def test_a_word_that_is_typed_reaches_the_command_whole(word: str) -> None:
    assert shlex.split(typed("musicvis", word)) == ["musicvis", word]


def test_a_plain_word_has_no_quotes_and_a_space_has_double_ones() -> None:
    assert (
        typed("musicvis", "new", Path("my waltz.mscz"), "a/b.mid") == 'musicvis new "my waltz.mscz" a/b.mid'
    )
    assert typed(Path("-o")) == "./-o"


@pytest.mark.parametrize("command", ["compile", "check", "plan", "plot", "fmt"])
def test_a_score_in_place_of_a_piece_says_what_to_type(
    command: str, tmp_path: Path, waltz: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    score = Path("my waltz.mscz")
    score.write_bytes(waltz.read_bytes())
    result = run(command, score)
    assert result.exit_code == 2
    assert 'musicvis new "my waltz.mscz"\n' in result.stderr
    assert f'musicvis {command} "my waltz"\n' in result.stderr
    assert max(map(len, result.stderr.splitlines())) <= 80
    assert run("new", score).exit_code == 0
    after = run(command, score).stderr
    assert "musicvis new" not in after
    assert f'musicvis {command} "my waltz"\n' in after


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("song.mp3", "is a recording"),
        ("song.sib", "Export MusicXML"),
        ("song.als", "Export MIDI"),
        ("song.dawproject", "musicvis import"),
    ],
)
@pytest.mark.parametrize("command", ["compile", "check"])
def test_another_file_says_what_works_today(
    command: str, name: str, said: str, tmp_path: Path, run: Run
) -> None:
    (tmp_path / name).write_bytes(b"\xff\xfb")
    result = run(command, tmp_path / name)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert "musicvis new" in result.stderr


def test_a_folder_of_scores_names_them(tmp_path: Path, waltz: Path, run: Run) -> None:
    (tmp_path / "waltz.mscz").write_bytes(waltz.read_bytes())
    result = run("compile", tmp_path)
    assert result.exit_code == 2
    assert f"musicvis new {tmp_path / 'waltz.mscz'}" in result.stderr


def test_a_folder_of_recordings_alone_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    for name in ("song.mp3", "words.txt"):
        (tmp_path / name).write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    for words in (["compile"], ["new"]):
        result = run(*words)
        assert result.exit_code == 2
        assert "a recording that lies here" in result.stderr and "\n  musicvis new song.mp3" in result.stderr


def test_a_misspelt_piece_names_the_nearest(tmp_path: Path, run: Run) -> None:
    (tmp_path / "waltz").mkdir()
    result = run("compile", tmp_path / "walz")
    assert result.exit_code == 2
    assert f"did you mean {tmp_path / 'waltz'}?" in result.stderr


def recording(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 44_100, 0, "NONE", ""))
        file.writeframes(b"\x10\x10" * 44_100 * 12)


def test_recordings_beside_a_score_that_are_called_like_parts_become_its_stems(
    tmp_path: Path, waltz: Path, run: Run
) -> None:
    score = tmp_path / "tune.mscz"
    score.write_bytes(waltz.read_bytes())
    recording(tmp_path / "tune-Piano.wav")
    recording(tmp_path / "tune.wav")
    (tmp_path / "Clarinet.wav").write_bytes(b"RIFF")
    result = run("new", score, tmp_path / "piece")
    assert result.exit_code == 0
    assert "tune-Piano.wav sounds for the part piano" in result.stderr
    assert "Clarinet.wav is left out" in result.stderr
    assert "not used: tune.wav" in result.stderr
    manifest = (tmp_path / "piece/piece.yaml").read_text()
    assert "clarinet: {stems: [{part: clarinet}]}" in manifest
    assert "piano: {stems: [{file: stems/tune-Piano.wav}]}" in manifest
    copied = tmp_path / "piece/stems/tune-Piano.wav"
    assert copied.read_bytes() == (tmp_path / "tune-Piano.wav").read_bytes()
    assert run("check", tmp_path / "piece").exit_code == 0


def test_a_recording_is_for_one_part_by_its_whole_name(tmp_path: Path) -> None:
    for name in ("Piano.wav", "piano.flac", "Violin 2.wav", "solo.wav"):
        recording(tmp_path / name)
    parts = {"piano": ("Piano",), "violin-1": ("Violin 1",), "violin-2": ("Violin 2",)}
    found = recordings_beside(tmp_path / "tune.mscz", parts)
    assert found.parts == {"piano": tmp_path / "Piano.wav", "violin-2": tmp_path / "Violin 2.wav"}
    assert found.others == (tmp_path / "piano.flac", tmp_path / "solo.wav")
