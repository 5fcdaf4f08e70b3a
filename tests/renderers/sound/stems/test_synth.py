"""The synthesiser as a whole: every program and drum sounds, the same bits each time, in bounded memory."""

import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from musicvis.compiler.plan import SoundingNote
from musicvis.renderers.sound.block import BLOCK
from musicvis.renderers.sound.instruments.orchestra import BARS, voice_of
from musicvis.renderers.sound.instruments.voice import CHUNK
from musicvis.renderers.sound.stems.synth import synthesised
from numpy.typing import NDArray

F64 = NDArray[np.float64]
RATE = 48_000


def note(
    program: int = 12,
    pitch: int = 60,
    velocity: int = 90,
    onset_s: float = 0.0,
    length_s: float = 0.3,
    is_drums: bool = False,
) -> SoundingNote:
    return SoundingNote(onset_s, length_s, pitch, velocity, program, is_drums)


def sound(*notes: SoundingNote, seconds: float = 0.5) -> F64:
    return np.concatenate(list(synthesised(notes, round(seconds * RATE), RATE)), axis=1)


def colour(samples: F64) -> F64:
    """Shares of the power in third octaves, and how it is spread over time: enough to tell families apart."""
    mono = samples.sum(axis=0)
    power = np.abs(np.fft.rfft(mono)) ** 2
    frequency_hz = np.fft.rfftfreq(len(mono), 1.0 / RATE)
    edges = 40.0 * 2.0 ** (np.arange(28) / 3.0)
    bands = np.array(
        [power[(frequency_hz >= a) & (frequency_hz < b)].sum() for a, b in itertools.pairwise(edges)]
    )
    times = np.array([np.sum(part**2) for part in np.array_split(mono, 10)])
    return np.concatenate([np.sqrt(bands / bands.sum()), np.sqrt(times / times.sum())])


@pytest.mark.parametrize("program", range(128))
def test_every_program_sounds_at_a_sane_level_and_ends(program: int) -> None:
    for pitch in (36, 84):
        samples = sound(note(program, pitch, 100), seconds=0.45)
        assert np.isfinite(samples).all()
        assert 0.005 < np.abs(samples).max() < 0.7
    assert voice_of(note(program, 60, 100), RATE).chunk_count * CHUNK < 25 * RATE


@pytest.mark.parametrize("program", range(128))
def test_every_program_stands_in_the_middle(program: int) -> None:
    """Keys of bars and strings stand beside each other; the middle one, as sections do, in the middle."""
    bar = BARS.get(program)
    samples = sound(note(program, 60 if bar is None else bar.reference_pitch, length_s=0.4), seconds=0.6)
    left, right = np.sum(samples**2, axis=1)
    assert abs(10.0 * np.log10(right / left)) < 0.5


@pytest.mark.parametrize("key", range(27, 88))
def test_every_drum_key_sounds_at_a_sane_level_and_ends(key: int) -> None:
    samples = sound(note(0, key, 100, is_drums=True), seconds=0.3)
    assert np.isfinite(samples).all() and 0.01 < np.abs(samples).max() < 0.7
    assert voice_of(note(0, key, 100, is_drums=True), RATE).chunk_count * CHUNK < 15 * RATE


def test_families_are_told_apart_by_their_colour() -> None:
    # One of each family of eight programs, at one pitch.
    programs = [0, 12, 19, 25, 33, 40, 48, 56, 68, 73, 81, 89, 98, 105, 115, 122]
    colours = [colour(sound(note(p, 60, 100, length_s=0.6), seconds=0.8)) for p in programs]
    for i, one in enumerate(colours):
        for j in range(i):
            assert np.sum((one - colours[j]) ** 2) > 0.03, (programs[i], programs[j])


@pytest.mark.parametrize(
    "program", [0, 6, 16, 19, 24, 33, 40, 42, 46, 48, 52, 56, 60, 65, 68, 71, 73, 80, 89, 104]
)
def test_pitched_programs_are_in_tune(program: int) -> None:
    samples = sound(note(program, 57, 90, length_s=1.0), seconds=1.0).sum(axis=0)[RATE // 10 :]
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 18))
    frequency_hz = np.fft.rfftfreq(1 << 18, 1.0 / RATE)
    # The strongest line within a semitone of A3, or of its octave where a string's second partial leads.
    best = min(
        abs(1200.0 * np.log2(frequency_hz[near][np.argmax(spectrum[near])] / (220.0 * k)))
        for k in (1, 2)
        for near in [(frequency_hz > 208.0 * k) & (frequency_hz < 233.0 * k)]
    )
    assert best < 12.0  # cents: sections and vibrato spread their energy around the pitch


@pytest.mark.parametrize("program", [16, 50, 56, 60, 80, 81])
def test_sustained_tones_do_not_alias(program: int) -> None:
    # C8: harmonics at 4186, 8372, 12558, 16744 Hz; whatever folds back lies elsewhere.
    samples = sound(note(program, 108, 127, length_s=1.0), seconds=1.0).sum(axis=0)[RATE // 4 :]
    spectrum = np.abs(np.fft.rfft(samples * np.blackman(len(samples))))
    frequency_hz = np.fft.rfftfreq(len(samples), 1.0 / RATE)
    harmonic = np.zeros(len(spectrum), bool)
    for k in (0.5, 1, 2, 3, 4, 1.5, 2.5, 3.5, 4.5):
        harmonic |= np.abs(frequency_hz - k * 4186.01) < 250.0 * max(1.0, k)
    strays = spectrum[~harmonic & (frequency_hz > 300.0)]
    assert 20.0 * np.log10(strays.max() / spectrum.max()) < -60.0


def test_the_same_notes_give_the_same_bits_in_any_order() -> None:
    notes = [note(p, 50 + 3 * k, onset_s=0.05 * k) for k, p in enumerate((0, 11, 24, 40, 56, 73, 89, 118))]
    assert np.array_equal(sound(*notes), sound(*reversed(notes)))


def test_a_note_sounds_the_same_wherever_the_blocks_fall() -> None:
    """Shifted by a whole number of samples that is no multiple of a block or a chunk."""
    shift = BLOCK + 1234
    late = note(11, 72, onset_s=shift / RATE)
    # The little differences between strokes follow the onset: compare the voice itself, at both places.
    voice = voice_of(late, RATE)
    alone = np.concatenate([voice.chunk(k) for k in range(4)], axis=1)
    samples = sound(late, seconds=1.5)
    assert not samples[:, :shift].any()
    assert np.array_equal(samples[:, shift : shift + 4 * CHUNK], alone)


def test_a_note_from_before_the_film_is_heard_in_its_middle() -> None:
    samples = sound(note(9, 84, onset_s=-0.25), seconds=0.2)
    voice = voice_of(note(9, 84, onset_s=-0.25), RATE)
    whole = np.concatenate([voice.chunk(k) for k in range(3)], axis=1)
    assert np.array_equal(samples, whole[:, 12_000 : 12_000 + 9600])


def test_memory_does_not_grow_with_the_length_of_the_piece() -> None:
    def peak_bytes(seconds: int) -> int:
        notes = [note(12, 48 + k % 36, onset_s=0.25 * k) for k in range(4 * seconds)]
        tracemalloc.start()
        for _ in synthesised(notes, seconds * RATE, RATE):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak_bytes(2)
    assert peak_bytes(24) < 1.5 * peak_bytes(6)


def test_programs_pitches_and_velocities_outside_midi_are_refused() -> None:
    for wrong in (note(128), note(12, 128), note(12, 60, 0), note(-1)):
        with pytest.raises(ValueError, match="no instrument plays"):
            voice_of(wrong, RATE)


@settings(max_examples=25, deadline=None)
@given(
    program=st.integers(0, 127),
    pitch=st.integers(0, 127),
    velocity=st.integers(1, 127),
    length_s=st.floats(0.0, 0.4),
    is_drums=st.booleans(),
)
def test_any_midi_note_is_finite_and_bounded(
    program: int, pitch: int, velocity: int, length_s: float, is_drums: bool
) -> None:
    samples = sound(note(program, pitch, velocity, 0.0, length_s, is_drums), seconds=0.3)
    assert np.isfinite(samples).all() and np.abs(samples).max() < 1.5
