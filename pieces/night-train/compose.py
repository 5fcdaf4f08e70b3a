"""Night Train: the music, and the two recordings that play with it.

    python pieces/night-train/compose.py

writes scores/night-train.mid, stems/claps.flac and stems/rails.flac. It needs mido, numpy and av.
Nothing is drawn by chance but the noise of the recordings, which has a seed.

A bar has seven quavers, two and two and three, as rails have that are too long for a wheel. The train leaves
(A), gets faster (B), runs (C), crosses a river (D), runs faster (E), and arrives (F).
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).parent
TICKS_PER_QUARTER = 480
QUAVERS = 7
BARS = 34
SECTIONS = {"A": 1, "B": 5, "C": 13, "D": 21, "E": 25, "F": 33}
LEAD_S = 0.5
"""Each recording begins so long before bar 1, as recordings do."""

HARMONY = {
    "Em": ("E2", ("G3", "B3", "D4", "F#4"), ("E5", "B4", "G5", "F#5")),
    "C": ("C2", ("G3", "B3", "C4", "E4"), ("E5", "C5", "G5", "B5")),
    "Am": ("A1", ("G3", "A3", "C4", "E4"), ("E5", "A4", "C5", "B5")),
    "B": ("B1", ("F#3", "A3", "B3", "D#4"), ("D#5", "A4", "F#5", "B4")),
}
"""Bass, chord of the keys, and the notes that the kalimba turns round."""
TUNE = (
    # Quaver, length, pitch; a bar each, over Em Em C C Am Am B B.
    ((0, 3, "B4"), (3, 1, "A4"), (4, 3, "G4")),
    ((0, 4, "F#4"), (4, 2, "E4"), (6, 1, "F#4")),
    ((0, 3, "G4"), (3, 1, "A4"), (4, 3, "B4")),
    ((0, 6, "E5"), (6, 1, "D5")),
    ((0, 3, "C5"), (3, 1, "B4"), (4, 3, "A4")),
    ((0, 4, "G4"), (4, 2, "A4"), (6, 1, "B4")),
    ((0, 3, "D#5"), (3, 1, "E5"), (4, 3, "F#5")),
    ((0, 6, "B4"),),
)
ANSWER = (
    ((0, 2, "G5"), (2, 2, "F#5"), (4, 3, "E5")),
    ((0, 6, "B4"), (6, 1, "D5")),
    ((0, 2, "E5"), (2, 2, "G5"), (4, 3, "C5")),
    ((0, 6, "B4"), (6, 1, "A4")),
    ((0, 2, "C5"), (2, 2, "E5"), (4, 3, "A5")),
    ((0, 4, "G5"), (4, 2, "E5"), (6, 1, "C5")),
    ((0, 3, "D#5"), (3, 1, "F#5"), (4, 3, "A5")),
    ((0, 4, "B5"), (4, 3, "F#5")),
)
KICK, SNARE, CLAP, HAT, OPEN_HAT, RIDE, CRASH = 36, 38, 39, 42, 46, 51, 49

Event = tuple[Fraction, Fraction, int, int]
"""Bar and quaver as quavers from the start, length in quavers, pitch, velocity."""


def pitch_of(name: str) -> int:
    """The MIDI pitch of a name: C4 is 60."""
    step = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[name[0]]
    return step + name.count("#") + 12 * (int(name[-1]) + 1)


def chord_of(bar: int) -> str:
    """Two bars of each chord; at the start and the end the train stands in E minor."""
    if bar < 9 or bar >= BARS:
        return "Em"
    return ("Em", "C", "Am", "B")[(bar - 9) // 2 % 4] if bar != BARS - 1 else "B"


def tempo_of(bar: int) -> int:
    """Crotchets a minute: faster from bar 5 to 12, once more from 24 to 25, and slower at the end."""
    if bar <= 4:
        return 92
    if bar <= 12:
        return 92 + (126 - 92) * (bar - 4) // 8
    return {33: 96, 34: 54}.get(bar, 126 if bar < 25 else 134)


def at(bar: int, quaver: int | Fraction) -> Fraction:
    """Quavers from the start of the piece."""
    return Fraction((bar - 1) * QUAVERS) + quaver


def kalimba() -> list[Event]:
    """An ostinato of quavers that leans on 1, 3 and 5; in D it drops every other note."""
    notes = []
    order = (0, 1, 2, 1, 0, 3, 1)
    for bar in range(1, BARS):
        shapes = [pitch_of(name) for name in HARMONY[chord_of(bar)][2]]
        is_bridge = SECTIONS["D"] <= bar < SECTIONS["E"]
        for quaver, which in enumerate(order):
            if (is_bridge and quaver % 2) or (bar == 1 and quaver < 4):
                continue
            swell = min(bar, 4) * 4
            velocity = (74 if quaver in (0, 2, 4) else 56) + swell - (10 if is_bridge else 0)
            notes.append((at(bar, quaver), Fraction(1), shapes[which], velocity))
    return [
        *notes,
        (at(BARS, 0), Fraction(7), pitch_of("E5"), 70),
        (at(BARS, 2), Fraction(5), pitch_of("B5"), 60),
    ]


def bass() -> list[Event]:
    """The root on 1 and 5, the fifth or the octave between them."""
    notes = []
    for bar in range(SECTIONS["B"], BARS):
        root = pitch_of(HARMONY[chord_of(bar)][0]) + 12
        if SECTIONS["D"] <= bar < SECTIONS["E"]:
            notes.append((at(bar, 0), Fraction(6), root, 76))
            continue
        notes += [
            (at(bar, 0), Fraction(3, 2), root, 100),
            (at(bar, 2), Fraction(1), root + 7, 84),
            (at(bar, 4), Fraction(3, 2), root, 96),
            (at(bar, 6), Fraction(1), root + (12 if bar % 2 else 10), 88),
        ]
    return [*notes, (at(BARS, 0), Fraction(7), pitch_of("E2"), 84)]


def keys() -> list[Event]:
    """Chords off the beat; over the river they are held, and rise."""
    notes = []
    for bar in range(9, BARS + 1):
        chord = [pitch_of(name) for name in HARMONY[chord_of(bar)][1]]
        if SECTIONS["D"] <= bar < SECTIONS["E"]:
            rise = 12 * ((bar - SECTIONS["D"]) // 2)
            notes += [(at(bar, 0), Fraction(7), pitch + rise, 58 + 6 * (bar - 20)) for pitch in chord]
        elif bar == BARS:
            notes += [(at(bar, 0), Fraction(7), pitch, 72) for pitch in chord]
        else:
            for quaver, length in ((1, 1), (3, 1), (5, 2)):
                notes += [
                    (at(bar, quaver), Fraction(length), pitch, 66 if quaver < 5 else 76) for pitch in chord
                ]
    return notes


def trumpet() -> list[Event]:
    """The tune, in E with its answer."""
    notes = []
    for k, phrase in enumerate(TUNE):
        notes += [(at(SECTIONS["C"] + k, q), Fraction(n), pitch_of(p), 84 + 2 * k) for q, n, p in phrase]
    for k, phrase in enumerate(ANSWER):
        notes += [(at(SECTIONS["E"] + k, q), Fraction(n), pitch_of(p), 96 + 2 * k) for q, n, p in phrase]
    return [
        *notes,
        (at(33, 0), Fraction(4), pitch_of("F#5"), 92),
        (at(33, 4), Fraction(10), pitch_of("E5"), 84),
    ]


def drums() -> list[Event]:
    """From brushes to the whole kit; none over the river."""
    notes = []

    def hit(bar: int, quaver: int | Fraction, key: int, velocity: int) -> None:
        notes.append((at(bar, quaver), Fraction(1, 2), key, velocity))

    for bar in range(7, 33):
        if SECTIONS["D"] <= bar < SECTIONS["E"]:
            if bar == 24:
                for k in range(6):
                    hit(bar, Fraction(4) + Fraction(k, 2), SNARE, 60 + 10 * k)
            continue
        is_full = bar >= SECTIONS["C"]
        for quaver in range(QUAVERS):
            cymbal = RIDE if bar >= SECTIONS["E"] else HAT
            hit(bar, quaver, cymbal, (86 if quaver in (0, 2, 4) else 62) + (8 if is_full else -14))
        hit(bar, 0, KICK, 112 if is_full else 90)
        hit(bar, 4, KICK, 104 if is_full else 84)
        if bar >= 9:
            hit(bar, 2, SNARE, 100 if is_full else 78)
            hit(bar, 6, SNARE, 92 if is_full else 70)
        if bar in (SECTIONS["C"], SECTIONS["E"]):
            hit(bar, 0, CRASH, 110)
        if bar % 4 == 0:
            hit(bar, Fraction(13, 2), OPEN_HAT, 84)
    hit(33, 0, CRASH, 104)
    hit(33, 0, KICK, 108)
    return notes


def claps() -> list[Event]:
    """Two people on the platform, then the whole carriage."""
    notes = []
    for bar in range(3, 33):
        if SECTIONS["D"] <= bar < 23:
            continue
        velocity = 78 if bar < SECTIONS["C"] else 96
        places = (2, 6) if bar % 2 else (2, 4, 5)
        notes += [(at(bar, quaver), Fraction(1, 2), CLAP, velocity) for quaver in places]
    return notes


PARTS = {
    "Kalimba": (108, kalimba),
    "Fretless Bass": (35, bass),
    "Electric Piano": (4, keys),
    "Muted Trumpet": (59, trumpet),
    "Drums": (None, drums),
    "Claps": (None, claps),
}


def seconds_of(quavers: Fraction) -> float:
    """Where a place stands in time, by the tempo of each bar."""
    bar, now_s = 1, 0.0
    while quavers >= QUAVERS:
        now_s += QUAVERS * 30.0 / tempo_of(bar)
        quavers -= QUAVERS
        bar += 1
    return now_s + float(quavers) * 30.0 / tempo_of(bar)


def write_midi(path: Path) -> None:
    """All parts, tempo, metre, rehearsal marks, and the swells of the trumpet (controller 11)."""
    from mido import Message, MetaMessage, MidiFile, MidiTrack, bpm2tempo

    def tick(quavers: Fraction) -> int:
        return round(quavers * TICKS_PER_QUARTER / 2)

    first = [(0, 0, MetaMessage("track_name", name="Night Train"))]
    first.append((0, 0, MetaMessage("time_signature", numerator=7, denominator=8)))
    first += [
        (tick(at(bar, 0)), 1, MetaMessage("set_tempo", tempo=bpm2tempo(tempo_of(bar))))
        for bar in range(1, BARS + 1)
        if bar == 1 or tempo_of(bar) != tempo_of(bar - 1)
    ]
    first += [(tick(at(bar, 0)), 0, MetaMessage("marker", text=name)) for name, bar in SECTIONS.items()]
    tracks = [first]
    for number, (name, (program, played)) in enumerate(PARTS.items()):
        channel = 9 if program is None else number
        events = [(0, 0, MetaMessage("track_name", name=name))]
        if program is not None:
            events.append((0, 0, Message("program_change", channel=channel, program=program)))
        for start, length, pitch, velocity in played():
            key = {"channel": channel, "note": pitch}
            events.append((tick(start), 2, Message("note_on", velocity=min(velocity, 127), **key)))
            events.append(
                (tick(start + length * Fraction(19, 20)), 1, Message("note_off", velocity=64, **key))
            )
            if name == "Muted Trumpet" and length >= 4:
                steps = int(length) * 2
                for step in range(steps + 1):
                    value = round(84 + 40 * min(1.0, 1.6 * step / steps))
                    place = tick(start + length * Fraction(19, 20) * Fraction(step, steps))
                    events.append(
                        (place, 0, Message("control_change", channel=channel, control=11, value=value))
                    )
        tracks.append(events)
    file = MidiFile(ticks_per_beat=TICKS_PER_QUARTER)
    for events in tracks:
        track, now = MidiTrack(), 0
        for place, _, message in sorted(events, key=lambda event: event[:2]):
            track.append(message.copy(time=place - now))
            now = place
        track.append(MetaMessage("end_of_track", time=max(0, tick(at(BARS + 1, 0)) - now)))
        file.tracks.append(track)
    file.save(path)


def record(folder: Path) -> None:
    """Hands and rails: bursts of noise, where the music has them."""
    import numpy as np

    rate_hz = 24_000
    length_s = LEAD_S + seconds_of(at(BARS + 1, 0)) + 2.0
    draw = np.random.default_rng(7)

    def burst(centre_hz: float, decay_s: float, octaves: float = 0.7) -> np.ndarray:
        """Noise around a frequency that dies away."""
        count = round(8.0 * decay_s * rate_hz)
        spectrum = np.fft.rfft(draw.standard_normal(count))
        hertz = np.maximum(np.fft.rfftfreq(count, 1.0 / rate_hz), 1.0)
        spectrum *= np.exp(-0.5 * (np.log2(hertz / centre_hz) / octaves) ** 2)
        sound = np.fft.irfft(spectrum, count)
        sound *= np.exp(-np.arange(count) / (decay_s * rate_hz))
        return np.asarray(sound / np.abs(sound).max())

    def put(sound: np.ndarray, at_s: float, level: float, into: np.ndarray) -> None:
        first = round((LEAD_S + at_s) * rate_hz)
        into[first : first + len(sound)] += level * sound[: len(into) - first]

    hands = np.zeros(round(length_s * rate_hz))
    for start, _, _, velocity in claps():
        now_s = seconds_of(start)
        # Several hands never meet; the first ones are on time, the clap's body follows.
        for late_s, level in ((0.0, 1.0), (0.008, 0.5), (0.015, 0.6), (0.021, 0.35)):
            put(
                burst(1300.0, 0.006 if late_s else 0.022), now_s + late_s, 0.34 * level * velocity / 96, hands
            )
    rails = np.zeros(round(length_s * rate_hz))
    for bar in range(1, BARS + 1):
        weight = 0.5 if SECTIONS["D"] <= bar < SECTIONS["E"] or bar == BARS else 1.0
        for quaver in (Fraction(0), Fraction(1, 2), Fraction(4), Fraction(9, 2)):
            is_second = quaver.denominator == 2
            now_s = seconds_of(at(bar, quaver))
            put(burst(95.0, 0.035, 0.5), now_s, weight * (0.34 if is_second else 0.45), rails)
            put(burst(900.0, 0.012), now_s, weight * (0.05 if is_second else 0.09), rails)
    for name, sound in (("claps", hands), ("rails", rails)):
        write_flac(folder / f"{name}.flac", sound, rate_hz)


def write_flac(path: Path, sound: object, rate_hz: int) -> None:
    """One channel of 16 bits."""
    import av
    import numpy as np

    samples = np.clip(np.rint(np.asarray(sound) * 32767.0), -32768, 32767).astype(np.int16)
    with av.open(str(path), "w", format="flac", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("flac", rate=rate_hz, layout="mono", format="s16")
        for first in range(0, len(samples), 4096):
            frame = av.AudioFrame.from_ndarray(
                samples[None, first : first + 4096], format="s16", layout="mono"
            )
            frame.sample_rate, frame.pts = rate_hz, first
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    for name in ("scores", "stems"):
        (HERE / name).mkdir(exist_ok=True)
    write_midi(HERE / "scores/night-train.mid")
    record(HERE / "stems")
