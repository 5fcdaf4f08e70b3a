"""What listening hears of music whose truth is known: python -m benchmarks.listening [SECONDS].

Four bands by the built-in instruments. F at 70 ms for beats and bars, 50 ms for onsets and notes (and pitch).
CPU seconds are for each second of sound. librosa's beats and onsets stand beside them where it is installed.
"""

import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from musicvis.compiler.plan import SoundingNote
from musicvis.renderers.sound.listening.decode import RATE_HZ, Recording
from musicvis.renderers.sound.listening.hear import hear
from musicvis.renderers.sound.stems.synth import synthesised

CHORDS = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
BANDS = {
    "pop 120": (120.0, 4, 0.0),
    "swing 96": (96.0, 4, 0.16),
    "waltz 150": (150.0, 3, 0.0),
    "fast 168": (168.0, 4, 0.0),
}


def band(
    bpm: float, beats: int, swing: float, length_s: float
) -> tuple[list[SoundingNote], list[float], list[float]]:
    """Notes, beats and bars: chords, bass, a tune drawn by a seed, drums."""
    draw = np.random.default_rng(round(bpm))
    step_s = 60.0 / bpm
    times_s = np.arange(0.0, length_s - step_s, step_s).tolist()
    notes: list[SoundingNote] = []
    for number, start_s in enumerate(times_s):
        bar, place = divmod(number, beats)
        chord = CHORDS[bar % 4]
        notes += [SoundingNote(start_s, 0.45 * step_s, 60 + third % 12, 62, 0, False) for third in chord]
        if place in (0, 2) or draw.random() < 0.4:
            notes.append(SoundingNote(start_s, 0.8 * step_s, 36 + chord[0] % 12, 85, 33, False))
        if draw.random() < 0.8:
            late_s = draw.choice([0.0, 0.0, 0.5 + swing]) * step_s
            notes.append(
                SoundingNote(
                    start_s + late_s,
                    0.45 * step_s,
                    72 + int(draw.choice([0, 2, 4, 5, 7, 9, 11])),
                    85,
                    80,
                    False,
                )
            )
        is_kick = place in (0, 2) if beats == 4 else place == 0
        notes.append(SoundingNote(start_s, 0.1, 36 if is_kick else 38, 100, 0, True))
        notes += [SoundingNote(start_s + half * step_s, 0.05, 42, 75, 0, True) for half in (0.0, 0.5 + swing)]
    return notes, times_s, times_s[::beats]


def f_measure(truth: list[float], found: list[float], window_s: float) -> float:
    """2 · hits / both, each time used once."""
    left, hits = sorted(found), 0
    for time_s in sorted(truth):
        near = [other for other in left if abs(other - time_s) <= window_s]
        if near:
            left.remove(min(near, key=lambda other: abs(other - time_s)))
            hits += 1
    return 2.0 * hits / max(1, len(truth) + len(found))


def main(length_s: float) -> None:
    """One line for each band."""
    print(
        f"| {length_s:g} s of | beat F | bar F | onset F | note F | CPU s/s "
        "| librosa beat F | onset F | CPU s/s |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name, (bpm, beats, swing) in BANDS.items():
        notes, beats_s, bars_s = band(bpm, beats, swing, length_s)
        blocks = synthesised(notes, round(length_s * RATE_HZ), RATE_HZ)
        samples = np.concatenate([block.mean(axis=0) for block in blocks]).astype(np.float32)
        started_s = time.process_time()
        heard = hear(Recording(Path(name), samples, "wav", RATE_HZ, 2, 1.0, "0" * 64))
        cpu = (time.process_time() - started_s) / length_s
        last_s = beats_s[-1] + 0.1
        onsets = sorted({round(note.onset_s, 3) for note in notes})
        pitched = [(note.onset_s, note.pitch) for note in notes if not note.is_drums]
        row = [
            f_measure(beats_s, [t for t in heard.beats_s.tolist() if t < last_s], 0.07),
            f_measure(bars_s, [t for t in heard.beats_s[heard.places == 0].tolist() if t < last_s], 0.07),
            f_measure(onsets, heard.onsets_s.tolist(), 0.05),
            # A pitch is a time of its own: so far from the others that only equal ones match.
            f_measure(
                [t + 1e4 * p for t, p in pitched],
                [note.onset_s + 1e4 * note.pitch for note in heard.notes],
                0.05,
            ),
        ]
        told = " | ".join(f"{value:.2f}" for value in row)
        print(f"| {name} | {told} | {cpu:.3f} | {beside(samples, beats_s, onsets)}")


def beside(samples: np.ndarray, beats_s: list[float], onsets: list[float]) -> str:
    """librosa's figures, or that it is not here."""
    if find_spec("librosa") is None:
        return "not installed | | |"
    import librosa

    started_s = time.process_time()
    strength = librosa.onset.onset_strength(y=samples, sr=RATE_HZ)
    _, found = librosa.beat.beat_track(onset_envelope=strength, sr=RATE_HZ, units="time")
    begun = librosa.onset.onset_detect(onset_envelope=strength, sr=RATE_HZ, units="time")
    cpu = (time.process_time() - started_s) * RATE_HZ / len(samples)
    beat, onset = f_measure(beats_s, list(found), 0.07), f_measure(onsets, list(begun), 0.05)
    return f"{beat:.2f} | {onset:.2f} | {cpu:.3f} |"


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0)
