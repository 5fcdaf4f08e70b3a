"""Stems that MuseScore and FluidSynth play, where they are installed; what happens where they are not."""

import stat
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.plan import SoundingNote, SoundPlan, StemPlan
from musicvis.compiler.sound.soundfonts import SYSTEM_FOLDERS
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.sound.stems import players
from musicvis.renderers.sound.stems.alignment import measured
from musicvis.renderers.sound.stems.players import FLUIDSYNTH, MUSESCORE, played, program_named, tiny_version
from musicvis.renderers.sound.stems.stem import kept_blocks, stem_task
from musicvis.renderers.sound.wave import read_wav
from musicvis.store.file_digests import FileDigests
from musicvis.store.graph import Build
from musicvis.store.store import temporary_store
from numpy.typing import NDArray

F64 = NDArray[np.float64]
RATE = 48_000
WALTZ = Path(__file__).parents[3] / "compiler/score/data/waltz.mscz"
FONTS = [folder / "FluidR3_GM.sf2" for folder in SYSTEM_FOLDERS if (folder / "FluidR3_GM.sf2").is_file()]

needs_musescore = pytest.mark.skipif(program_named(MUSESCORE) is None, reason="MuseScore is not installed")
needs_fluidsynth = pytest.mark.skipif(
    program_named(FLUIDSYNTH) is None or not FONTS, reason="FluidSynth and FluidR3_GM.sf2 are not installed"
)


def samples(path: Path) -> F64:
    return np.concatenate(list(read_wav(path)), axis=1)


def first_block(stem: StemPlan) -> F64:
    plan = SoundPlan(RATE, RATE, ())
    with temporary_store() as store:
        task = stem_task(stem, plan, FileDigests())
        return next(kept_blocks(stem, None if task is None else Build(store).entry(task), plan))


@needs_musescore
def test_musescore_plays_a_score_at_48_khz_without_raising_its_level(tmp_path: Path) -> None:
    stem = StemPlan("waltz", 1.0, by="musescore", score=WALTZ)
    made, start_s = played(stem, tmp_path, RATE)
    heard = samples(made)
    assert start_s == 0.0 and heard.shape[1] > 2 * RATE
    # What MuseScore normalises peaks at -0.1 dBFS.
    assert 0.001 < np.abs(heard).max() < 0.9
    assert played(stem, tmp_path, RATE) == (made, 0.0)
    assert [path.name for path in tmp_path.iterdir()] == [made.name]


@pytest.mark.skipif(program_named(FLUIDSYNTH) is None, reason="FluidSynth is not installed")
def test_a_soundfont_that_fluidsynth_cannot_read_is_reported_and_no_other_plays(tmp_path: Path) -> None:
    font = tmp_path / "empty.sf2"
    font.write_bytes(b"RIFF\x0c\0\0\0sfbkLIST\0\0\0\0")
    stem = StemPlan("m", 1.0, (SoundingNote(0.0, 0.3, 60, 100, 12, False),), by="fluidsynth", soundfont=font)
    with pytest.raises(PieceError, match=r"cannot read the soundfont empty\.sf2"):
        played(stem, tmp_path, RATE)


@needs_fluidsynth
def test_fluidsynth_plays_notes_on_time_with_a_soundfont(tmp_path: Path) -> None:
    onsets_s = (
        0.0,
        0.4,
        0.7,
        1.2,
        1.35,
        1.9,
        2.4,
        2.6,
        3.1,
        3.25,
        3.9,
        4.3,
    )  # no even grid, which fits often
    notes = tuple(
        SoundingNote(at_s - 0.5, 0.3, 60 + 2 * k, 100, 12, False) for k, at_s in enumerate(onsets_s)
    )
    stem = StemPlan("m", 1.0, notes, by="fluidsynth", soundfont=FONTS[0])
    made, start_s = played(stem, tmp_path, RATE)
    assert start_s == 0.5
    found = measured(made, notes, start_s, RATE)
    assert found.is_told and abs(found.lag_s) <= 0.010
    # The second of the film begins where second 0 of the notes is.
    block = first_block(stem)
    assert np.abs(block - samples(made)[:, round(0.5 * RATE) :][:, : block.shape[1]]).max() < 1e-6


needs_tinysoundfont = pytest.mark.skipif(
    tiny_version() is None or not FONTS, reason="tinysoundfont and FluidR3_GM.sf2 are not installed"
)


@needs_tinysoundfont
def test_tinysoundfont_plays_where_fluidsynth_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(players, "FLUIDSYNTH", ("no-such-program",))
    notes = tuple(
        SoundingNote(at_s, 0.3, 60 + 3 * k, 100, 12, False) for k, at_s in enumerate((0.2, 0.9, 1.3))
    )
    stem = StemPlan("m", 1.0, notes, by="fluidsynth", soundfont=FONTS[0])
    made, start_s = played(stem, tmp_path, RATE)
    heard = np.abs(samples(made)).max(axis=0)
    # On time to the sample; a mallet's own attack takes a few milliseconds.
    begins_s = np.argmax(heard > 0.1 * heard.max()) / RATE
    assert start_s == 0.0 and 0.2 <= begins_s < 0.21


def program_of(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mscore"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(players, "program_named", lambda names, places=(): path)


def test_a_program_that_ends_well_without_a_file_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program_of(tmp_path, "echo the score is empty; exit 0", monkeypatch)
    with pytest.raises(PieceError) as refused:
        played(StemPlan("waltz.mscz", 1.0, by="musescore", score=WALTZ), tmp_path, RATE)
    finding = refused.value.diagnostics[0]
    assert finding.code == "MV511" and finding.hint == "it said: the score is empty"


def test_a_file_is_believed_whatever_the_exit_code_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program_of(tmp_path, 'cp "$2" "$4"; exit 3', monkeypatch)
    made, _ = played(StemPlan("waltz.mscz", 1.0, by="musescore", score=WALTZ), tmp_path, RATE)
    assert made.read_bytes() == WALTZ.read_bytes()
    # And then looked at like any other recording.
    with pytest.raises(PieceError, match="MV501"):
        first_block(StemPlan("w", 1.0, by="musescore", score=WALTZ))


@pytest.mark.parametrize("by", ["musescore", "fluidsynth"])
def test_a_program_that_is_not_installed_is_reported(
    by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(players, "program_named", lambda names, places=(): None)
    with pytest.raises(PieceError, match="MV510"):
        played(StemPlan("x", 1.0, (), by=by, score=WALTZ, soundfont=WALTZ), tmp_path, RATE)
