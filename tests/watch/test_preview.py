"""Sound that is mixed for the moment: what is heard in a chunk is what the whole would have there."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.lanes.curve import Curve
from musicvis.compiler.lanes.segment_values import Segment
from musicvis.compiler.plan import BusPlan, MasterPlan, SoundingNote, SoundPlan, StemPlan
from musicvis.dsl.model.lane import Domain, Shape
from musicvis.renderers.sound.mix.bus import bus_tasks, kept_chains
from musicvis.renderers.sound.mix.nodes import WET
from musicvis.renderers.sound.wave import read_wav, read_wav_at, write_wav
from musicvis.store.file_digests import FileDigests
from musicvis.store.graph import Build
from musicvis.store.store import Entry, Store
from musicvis.watch.preview import Mixer
from musicvis.watch.sounding import BusSource, Ready, Share, made_sound, sound_identity
from musicvis.watch.soundmaker import mixer_of
from musicvis.watch.sounds import Playing

RATE_HZ = 48_000
SECONDS = 3
NOTES = tuple(SoundingNote(0.3 * k, 0.25, 60 + k, 90, 11, False) for k in range(9))
ONE = Curve.constant_of(1.0)


def ear(start: float, end: float) -> Curve:
    """A lane that goes from one place to another in the time of the sound."""
    segment = Segment(
        start_s=Fraction(0),
        end_s=Fraction(SECONDS),
        start_qn=Fraction(0),
        end_qn=Fraction(SECONDS),
        shape=Shape.STRAIGHT,
        start_value=start,
        target=end,
        domain=Domain.SECONDS,
    )
    return Curve((segment,), before=start, low=-1.0, high=1.0)


def bus(name: str, space: str = "balance", moved: Curve | None = None) -> BusPlan:
    """A bus of our synthesiser."""
    stem = StemPlan(name, 0.5, NOTES)
    return BusPlan(name, (stem,), (), ONE, moved or ear(-1.0, 1.0), space=space)


def plan(*buses: BusPlan) -> SoundPlan:
    """A sound of so many buses."""
    return SoundPlan(RATE_HZ, SECONDS * RATE_HZ, buses)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store for all tests of this file."""
    return Store(tmp_path_factory.mktemp("cache"))


def whole(path: Path) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """All samples of a file."""
    return np.concatenate(list(read_wav(path)), axis=1)


def finished(one: BusPlan, sound: SoundPlan, store: Store) -> Entry:
    """The bus's contribution to the mix, from the store or made now."""
    return Build(store).entry(bus_tasks(one, sound, FileDigests(), keep_dry=False).wet)


@pytest.mark.parametrize("space", ["balance", "binaural"])
def test_a_stretch_that_is_moved_now_is_that_of_the_finished_bus(store: Store, space: str) -> None:
    one = bus("near", space)
    sound = plan(one)
    chains = kept_chains(one, sound, store)
    wet = whole(finished(one, sound, store).files[WET])
    mixer = Mixer((BusSource("near", chains=chains),), RATE_HZ, sound.sample_count, 1.0, 1.0)
    for first, count in (
        (0, 2 * RATE_HZ),
        (2 * RATE_HZ, RATE_HZ),
        (30_000, 1000),
        (2 * RATE_HZ, 9 * RATE_HZ),
    ):
        found = mixer.stretch(first, count)
        expected = wet[:, first : first + count].T
        assert found.shape == expected.shape
        assert np.abs(found - expected).max() < 2e-6


def test_a_bus_is_the_same_with_its_chain_kept_and_without(tmp_path: Path) -> None:
    one = bus("near", "binaural")
    sound = plan(one)
    found = []
    for name in ("plain", "kept"):
        with Store(tmp_path / name) as own:
            if name == "kept":
                kept_chains(one, sound, own)
            found.append(finished(one, sound, own))
    assert found[0].files[WET].name == found[1].files[WET].name
    assert found[0].facts["kappa"] == found[1].facts["kappa"]


def test_another_ear_has_the_same_chain_and_another_level_has_not(store: Store) -> None:
    one = bus("near")
    moved, louder = replace(one, ear=ear(1.0, 0.0)), replace(one, gain=Curve.constant_of(0.5))
    files = [kept_chains(each, plan(each), store)[0].file.name for each in (one, moved, louder)]
    assert files[0] == files[1] != files[2]


def test_only_chunks_in_which_something_changes_get_another_name(store: Store) -> None:
    flat = Curve.constant_of(0.0)

    def late(target: float) -> Curve:
        lane = ear(0.0, target)
        (segment,) = lane.segments
        return replace(lane, segments=(replace(segment, start_s=Fraction(5, 2), start_qn=Fraction(5, 2)),))

    def names(lane: Curve) -> tuple[str, ...]:
        one = bus("near", moved=lane)
        chains = kept_chains(one, plan(one), store)
        mixer = Mixer((BusSource("near", chains=chains),), RATE_HZ, SECONDS * RATE_HZ, 1.0, 1.0)
        return Playing.provisional(mixer).names

    still, moved, same = names(flat), names(late(1.0)), names(late(1.0))
    assert still[0] == moved[0] and still[1] != moved[1] and moved == same


def test_buses_are_added_at_the_gain_of_the_master_and_held_under_the_ceiling(
    tmp_path: Path, store: Store
) -> None:
    files = []
    for level in (0.5, 0.25, 0.125):
        files.append(tmp_path / f"{level}.wav")
        write_wav(files[-1], [np.full((RATE_HZ, 2), level, np.float32)], RATE_HZ)
    sources = tuple(BusSource(str(file), file) for file in files)
    mixer = Mixer(sources, RATE_HZ, RATE_HZ, 0.5, 0.3)
    assert mixer.stretch(0, 10).max() == pytest.approx(0.3)
    assert mixer.stretch(0, 10, {1, 2}).max() == pytest.approx(0.1875)
    assert mixer.stretch(0, 10, {2}).max() == pytest.approx(0.0625)
    assert mixer.stretch(0, 10, ()).max() == 0.0


def test_reading_past_the_end_of_a_file_gives_silence(tmp_path: Path) -> None:
    samples = np.random.default_rng(3).uniform(-1, 1, (1000, 2)).astype(np.float32)
    write_wav(tmp_path / "a.wav", [samples], RATE_HZ)
    assert np.array_equal(read_wav_at(tmp_path / "a.wav", 100, 50), samples[100:150].T)
    tail = read_wav_at(tmp_path / "a.wav", 990, 20)
    assert np.array_equal(tail[:, :10], samples[990:].T) and not tail[:, 10:].any()
    assert not read_wav_at(tmp_path / "a.wav", 5000, 7).any()


def test_a_sound_is_ready_to_be_heard_before_it_is_exact_and_then_is_the_mix(store: Store) -> None:
    sound = plan(bus("one"), bus("two", moved=ear(0.5, -0.5)))
    told: list[Ready | Share] = []
    mixed = made_sound(sound, store, told.append, lambda: None)
    (ready,) = [word for word in told if isinstance(word, Ready)]
    assert [source.name for source in ready.sources] == ["one", "two"]
    assert told.index(ready) == 0
    playing = Playing.exact(mixer_of(mixed.sources, sound, mixed), mixed.digest, mixed.file)
    mix = whole(mixed.file)
    joined = np.concatenate([playing.samples(name, None) for name in playing.names])
    assert np.array_equal(joined, mix.T.astype(np.float32))
    # Without a limiter at work, all buses together are the mix.
    both = np.concatenate([playing.samples(name, {0, 1}) for name in playing.names])
    assert np.abs(both - mix.T).max() < 1e-3
    # A second time nothing is made.
    again: list[Ready | Share] = []
    assert made_sound(sound, store, again.append, lambda: None) == mixed
    assert not any(isinstance(word, Ready) for word in again)


def test_the_gain_of_a_first_sound_is_guessed_within_two_decibels_of_the_masters(tmp_path: Path) -> None:
    sound = replace(plan(bus("one"), bus("two", "binaural")), master=MasterPlan(-20.0, -1.0))
    told: list[Ready | Share] = []
    with Store(tmp_path / "cache") as own:
        mixed = made_sound(sound, own, told.append, lambda: None, is_first=True)
    (ready,) = [word for word in told if isinstance(word, Ready)]
    assert ready.guess is not None
    assert abs(20 * np.log10(ready.guess.gain / mixed.gain)) < 2.0
    assert ready.guess.ceiling == mixed.ceiling


def test_a_sound_that_is_not_wanted_any_more_is_stopped(tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    asked = 0

    def go_on() -> None:
        nonlocal asked
        asked += 1
        if asked > 2:
            raise StopError

    with Store(tmp_path / "cache") as own, pytest.raises(StopError):
        made_sound(plan(bus("one"), bus("two"), bus("three")), own, lambda word: None, go_on)


def test_warming_loads_what_a_spatialiser_needs() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from musicvis.watch.preview import warm\n"
        "from musicvis.compiler.plan import BusPlan, Curve, SoundPlan\n"
        "one = Curve.constant_of(1.0)\n"
        "name = 'musicvis.renderers.sound.space.binaural'; before = name in sys.modules\n"
        "warm(SoundPlan(48000, 48000, (BusPlan('far', (), (), one, one, space='binaural'),)))\n"
        "print(before, name in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_a_sound_is_identified_by_its_audible_properties() -> None:
    one = plan(bus("one"))
    assert sound_identity(one) == sound_identity(plan(bus("one")))
    assert sound_identity(one) != sound_identity(plan(bus("one", moved=ear(0.0, 0.1))))


def test_meters_read_in_pieces_are_those_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.wav"
    samples = np.random.default_rng(4).uniform(-1, 1, (3 * RATE_HZ + 77, 2)).astype(np.float32)
    write_wav(file, [samples], RATE_HZ)
    mixer = Mixer((BusSource("one", file),), RATE_HZ, len(samples), 0.5, 1.0)
    whole = Playing.exact(mixer, "d", file).meters()
    monkeypatch.setattr("musicvis.watch.sounds.PIECE_S", 1)
    playing = Playing.exact(mixer, "d", file)
    assert playing.meters() == whole
    # Asked again, nothing is read again.
    file.unlink()
    assert playing.meters() == whole


def test_a_file_that_was_cut_off_is_gone_and_no_fault_of_ours(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    write_wav(file, [np.zeros((RATE_HZ, 2), np.float32)], RATE_HZ)
    mixer = Mixer((BusSource("one", file),), RATE_HZ, RATE_HZ, 1.0, 1.0)
    playing = Playing.exact(mixer, "d", file)
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(OSError, match="not whole"):
        playing.meters()


def test_meters_show_the_level_of_each_bus(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    half = np.concatenate([np.full((RATE_HZ, 2), 0.5), np.zeros((RATE_HZ, 2))]).astype(np.float32)
    write_wav(file, [half], RATE_HZ)
    mixer = Mixer((BusSource("one", file),), RATE_HZ, 2 * RATE_HZ, 1.0, 1.0)
    meters = Playing.exact(mixer, "d", file).meters()
    import base64

    peaks = base64.b64decode(meters.buses[0].peaks)
    assert len(peaks) == 2 * meters.rate_hz
    assert (peaks[0], peaks[-1]) == (round(255 * (1 - 6.0206 / 60)), 0)
    high = np.frombuffer(base64.b64decode(meters.high), np.int8)
    assert len(high) == 2 * meters.wave_hz and high[0] == 64 and high[-1] == 0
