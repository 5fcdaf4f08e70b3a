"""The sound from the command line: alone, as buses, and the stems looked at."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from musicvis.cli.command import main
from musicvis.renderers.sound.wave import read_wav, write_wav

SCORE = Path(__file__).parents[1] / "compiler/score/data/waltz.mscz"
RATE = 48_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "waltz.mscz").write_bytes(SCORE.read_bytes())
    return tmp_path


def manifest(folder: Path, audio: str) -> Path:
    path = folder / "piece.yaml"
    path.write_text(f"musicvis: 1\ntitle: Waltz\nscore: waltz.mscz\naudio: {audio}\n")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_only_audio_writes_the_sound_and_the_buses_that_were_asked_for(folder: Path) -> None:
    path = manifest(folder, "{buses: {low: {stems: [{score: waltz.mscz}]}}, master: {loudness: -20 LUFS}}")
    result = run("compile", path, "--only", "audio", "--stems", "dry,wet")
    assert result.exit_code == 0, result.output
    assert "-20.0 LUFS" in result.stderr
    heard = np.concatenate(list(read_wav(folder / "build" / f"{folder.name}.wav")), axis=1)
    stems = sorted(path.name for path in (folder / "build/stems").iterdir())
    assert stems == ["low-dry.wav", "low-wet.wav"]
    wet = np.concatenate(list(read_wav(folder / "build/stems/low-wet.wav")), axis=1)
    assert wet.shape == heard.shape and np.abs(heard).max() > 0.01


def test_the_suffix_of_the_output_says_that_the_sound_is_meant(folder: Path) -> None:
    path = manifest(folder, "{buses: {low: {stems: [{score: waltz.mscz}]}}}")
    assert run("compile", path, "-q", "-o", folder / "a.flac").exit_code == 0
    assert (folder / "a.flac").read_bytes()[:4] == b"fLaC"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "a.flac", "--bits", "32"), "FLAC holds whole numbers"),
        (("-o", "a.mp3", "--only", "audio"), "a sound must end in .wav or .flac"),
        (("--stems", "moist"), "moist is neither dry nor wet"),
        (("--stems", "dry", "--only", "video"), "--only video has no buses"),
        (("--bits", "16"), "--bits is for a .wav or .flac"),
    ],
)
def test_wrong_use_is_reported(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    path = manifest(folder, "{buses: {low: {stems: [{score: waltz.mscz}]}}}")
    result = run("compile", path, *arguments)
    assert result.exit_code == 2 and said in result.output


def test_a_plugin_runs_only_where_the_command_line_trusts_its_folder(folder: Path) -> None:
    chain = "[{vst3: {file: Room.vst3, parameters: {mix: 0.3}}}]"
    path = manifest(folder, f"{{chain: {chain}, buses: {{low: {{stems: [{{score: waltz.mscz}}]}}}}}}")
    refused = run("compile", path, "--only", "audio")
    assert refused.exit_code == 1 and "MV506" in refused.stderr and not (folder / "build").exists()
    (folder / "plugins").mkdir()
    missing = run("compile", path, "--only", "audio", "--trust-plugins", folder / "plugins")
    assert missing.exit_code == 1 and "MV507" in missing.stderr
    (folder / "plugins/Room.vst3").write_bytes(b"no plugin")
    broken = run("compile", path, "--only", "audio", "--trust-plugins", folder / "plugins")
    assert broken.exit_code == 1 and "cannot be used" in broken.stderr
    # A check runs nothing, and says so.
    assert "note[MV506]" in run("check", path).output


def test_stems_check_tells_the_lag_of_each_stem(folder: Path) -> None:
    path = manifest(folder, "{buses: {low: {stems: [{score: waltz.mscz}]}}}")
    result = run("stems", "check", path)
    assert result.exit_code == 0, result.output
    assert "waltz.mscz" in result.stdout and "drift" in result.stdout


def test_a_silent_stem_is_a_warning_and_one_that_is_late_an_error(folder: Path) -> None:
    path = manifest(folder, "{buses: {low: {stems: [{score: waltz.mscz}]}}}")
    assert run("compile", path, "-q", "-o", folder / "on time.wav").exit_code == 0
    on_time = np.concatenate(list(read_wav(folder / "on time.wav")), axis=1).T.astype(np.float32)
    write_wav(folder / "late.wav", [np.zeros((round(0.08 * RATE), 2), np.float32), on_time], RATE)
    write_wav(folder / "silent.wav", [np.zeros((10 * RATE, 2), np.float32)], RATE)
    path = manifest(folder, "{buses: {all: {stems: [{file: late.wav}, {file: silent.wav}]}}}")
    result = run("stems", "check", path)
    assert result.exit_code == 1
    assert "error[MV530]: late.wav is 8" in result.stderr and "warning[MV533]" in result.stderr
    path = manifest(folder, "{buses: {all: {stems: [{file: late.wav, align: auto}]}}}")
    assert run("stems", "check", path).exit_code == 0


@pytest.mark.parametrize(
    ("master", "raised", "hint"),
    [
        ("{}", "-50 LUFS, and is raised by 30 dB", "a loudness in LUFS does"),
        ("{loudness: -14 LUFS}", "-50 LUFS, and is raised by 36 dB", "at most 30 dB"),
        ("{loudness: none}", None, ""),
    ],
)
def test_a_soft_recording_is_raised_to_the_limit_and_reported(
    folder: Path, master: str, raised: str | None, hint: str
) -> None:
    """A tone of 1 kHz at -50 dBFS in both channels has -50 LUFS (EBU Tech 3341, case 1)."""
    at_s = np.arange(4 * RATE) / RATE
    tone = 10 ** (-50 / 20) * np.sin(2 * np.pi * 1000.0 * at_s)
    write_wav(folder / "soft.wav", [np.stack([tone, tone], axis=1).astype(np.float32)], RATE)
    path = manifest(folder, f"{{buses: {{all: {{stems: [{{file: soft.wav}}]}}}}, master: {master}}}")
    done = run("compile", path, "-o", folder / "film.wav")
    assert done.exit_code == 0, done.output
    assert ("warning[MV514]" in done.stderr) == (raised is not None)
    if raised is not None:
        assert raised in done.stderr and hint in done.stderr


def test_a_stem_far_below_full_scale_is_reported(folder: Path) -> None:
    at_s = np.arange(4 * RATE) / RATE
    for level_dbfs, is_told in ((-39, False), (-41, True)):
        tone = 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * 1000.0 * at_s)
        write_wav(folder / "soft.wav", [np.stack([tone, tone], axis=1).astype(np.float32)], RATE)
        done = run("stems", "check", manifest(folder, "{buses: {all: {stems: [{file: soft.wav}]}}}"))
        assert ("MV514" in done.stderr) == is_told, done.stderr
        assert not is_told or "its highest peak is -41 dBFS" in done.stderr
