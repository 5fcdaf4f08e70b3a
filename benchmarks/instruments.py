"""The built-in instruments beside a sampled soundfont: `python -m benchmarks.instruments [FONT.sf2]`.

Each plays three pitches at three velocities, dry, a second long, by itself and by FluidSynth. A sampled font
is a yardstick and not the truth: what is printed is how far apart they are.

    centroid  Hz of the first 120 ms, at velocity 40, 80 and 115, in the middle pitch
    bands     root mean square of the differences in 24 bands of a third of an octave, dB, levels aside:
              attack (the first 120 ms) and sustain (0.3 to 0.9 s), over all pitches and velocities
    wobble    how far the level of the held tone moves, dB: standard deviation in steps of 20 ms, .3 to .95 s
    sides     correlation of the two channels
    level     dB over the font at velocity 80, the median of all instruments taken off
"""

import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np
from mido import Message, MetaMessage, MidiFile, MidiTrack
from musicvis.compiler.plan import SoundingNote
from musicvis.renderers.sound.stems.synth import synthesised
from numpy.typing import NDArray

F64 = NDArray[np.float64]

FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
RATE_HZ = 48_000
HELD_S, GAP_S = 1.0, 3.0
VELOCITIES = (40, 80, 115)
INSTRUMENTS = {
    "organ": (19, (48, 60, 72)),
    "violin": (40, (62, 74, 86)),
    "cello": (42, (43, 55, 67)),
    "strings": (48, (48, 60, 76)),
    "choir": (52, (48, 60, 72)),
    "trumpet": (56, (60, 70, 79)),
    "trombone": (57, (46, 55, 65)),
    "tuba": (58, (34, 41, 51)),
    "horn": (60, (46, 57, 68)),
    "oboe": (68, (62, 72, 82)),
    "bassoon": (70, (41, 50, 62)),
    "clarinet": (71, (55, 65, 77)),
    "flute": (73, (65, 76, 88)),
    "piano": (0, (36, 60, 84)),
    "celesta": (8, (67, 79, 91)),
    "glockenspiel": (9, (79, 91, 103)),
    "vibraphone": (11, (55, 67, 79)),
    "marimba": (12, (48, 60, 76)),
    "xylophone": (13, (67, 79, 91)),
    "tubular bells": (14, (62, 69, 74)),
    "guitar": (24, (45, 57, 69)),
    "harp": (46, (45, 60, 76)),
    "timpani": (47, (41, 48, 53)),
}


def notes() -> Iterator[tuple[str, int, int, float]]:
    """Instrument, pitch, velocity and onset of each note, one after the other."""
    place = 0
    for name, (_, pitches) in INSTRUMENTS.items():
        for pitch in pitches:
            for velocity in VELOCITIES:
                yield name, pitch, velocity, place * GAP_S
                place += 1


def ours() -> F64:
    """All notes by the built-in instruments: (2, samples)."""
    played = [
        SoundingNote(at_s, HELD_S, pitch, velocity, INSTRUMENTS[name][0], False)
        for name, pitch, velocity, at_s in notes()
    ]
    count = round((len(played) + 1) * GAP_S * RATE_HZ)
    return np.concatenate(list(synthesised(played, count, RATE_HZ)), axis=1)


def sampled(font: Path) -> F64:
    """The same by FluidSynth, without its room and its chorus."""
    track, now = MidiTrack([MetaMessage("set_tempo", tempo=500_000)]), 0.0
    for name, pitch, velocity, at_s in notes():
        wait = round((at_s - now) * 960)
        track.append(Message("program_change", program=INSTRUMENTS[name][0], time=wait))
        track.append(Message("note_on", note=pitch, velocity=velocity))
        track.append(Message("note_off", note=pitch, time=round(HELD_S * 960)))
        now = at_s + HELD_S
    track.append(MetaMessage("end_of_track", time=round(GAP_S * 960)))
    with tempfile.TemporaryDirectory() as folder:
        midi, sound = Path(folder, "notes.mid"), Path(folder, "notes.wav")
        MidiFile(ticks_per_beat=480, tracks=[track]).save(midi)
        options = ["-ni", "-g", "0.5", "-R", "0", "-C", "0", "-r", str(RATE_HZ), "-F", str(sound)]
        subprocess.run(["fluidsynth", *options, str(font), str(midi)], check=True, capture_output=True)
        with wave.open(str(sound)) as file:
            data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return data.reshape(-1, 2).T / 32768.0


def cut(sound: F64, at_s: float, first_s: float, last_s: float) -> F64:
    """A stretch of one note."""
    return sound[:, round((at_s + first_s) * RATE_HZ) : round((at_s + last_s) * RATE_HZ)]


def power(samples: F64) -> tuple[F64, F64]:
    """Frequencies and power of both channels together."""
    window = np.hanning(samples.shape[1])
    spectrum = (np.abs(np.fft.rfft(samples * window, axis=1)) ** 2).sum(axis=0)
    return np.fft.rfftfreq(samples.shape[1], 1.0 / RATE_HZ), spectrum


def centroid_hz(samples: F64) -> float:
    frequency, energy = power(samples)
    return float((frequency * energy).sum() / energy.sum())


def bands_db(samples: F64) -> F64:
    """24 bands of a third of an octave from 63 Hz on, dB re their sum.

    Nothing lies below -40: there a font has its noise.
    """
    frequency, energy = power(samples)
    edges = 63.0 * 2.0 ** ((np.arange(25) - 0.5) / 3.0)
    sums = np.array([energy[(frequency >= a) & (frequency < b)].sum() for a, b in pairwise(edges)])
    return 10.0 * np.log10(np.maximum(sums / sums.sum(), 1e-4))


def wobble_db(samples: F64) -> float:
    step = RATE_HZ // 50
    count = samples.shape[1] // step
    level = np.sqrt((samples[:, : count * step].reshape(2, count, step) ** 2).mean(axis=(0, 2)))
    places = np.arange(count)
    in_db = 20.0 * np.log10(np.maximum(level, 1e-9))
    return float((in_db - np.polyval(np.polyfit(places, in_db, 1), places)).std())


def sides(samples: F64) -> float:
    return float(np.corrcoef(samples)[0, 1])


def main() -> None:
    font = Path(sys.argv[1]) if len(sys.argv) > 1 else FONT
    both = ours(), sampled(font)
    rows, levels = {}, {}
    for name in INSTRUMENTS:
        mine = [note for note in notes() if note[0] == name]
        middle = mine[3:6]
        centroids = [[centroid_hz(cut(s, n[3], 0.0, 0.12)) for n in middle] for s in both]
        apart = []
        for first_s, last_s in ((0.0, 0.12), (0.3, 0.9)):
            pairs = [[bands_db(cut(s, n[3], first_s, last_s)) for s in both] for n in mine]
            gaps = [a - b for a, b in pairs]
            apart.append(float(np.mean([np.sqrt(((gap - gap.mean()) ** 2).mean()) for gap in gaps])))
        held = [float(np.mean([wobble_db(cut(s, n[3], 0.3, 0.95)) for n in mine])) for s in both]
        wide = [float(np.mean([sides(cut(s, n[3], 0.0, 0.9)) for n in mine])) for s in both]
        loud = [float(np.sqrt((cut(s, mine[4][3], 0.0, 0.9) ** 2).mean())) for s in both]
        levels[name] = 20.0 * np.log10(loud[0] / loud[1])
        rows[name] = centroids, apart, held, wide
    usual = median(levels.values())
    print(f"beside {font.name}: ours | font")
    print("| | centroid Hz, ours | font | attack, sustain dB | wobble dB | sides | level dB |")
    print("|---|---|---|---|---|---|---|")
    for name, (centroids, apart, held, wide) in rows.items():
        told = " | ".join(" / ".join(f"{value:.0f}" for value in three) for three in centroids)
        moves = f"{held[0]:.1f} ({held[1]:.1f}) | {wide[0]:.2f} ({wide[1]:.2f}) | {levels[name] - usual:+.1f}"
        print(f"| {name} | {told} | {apart[0]:.0f}, {apart[1]:.0f} | {moves} |")


if __name__ == "__main__":
    main()
