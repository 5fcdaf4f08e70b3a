"""Small pieces of every kind to break, each sound as it stands here."""

import io
from pathlib import Path
from typing import Any


def waltz() -> bytes:
    """Four bars for vibes, and a marimba from bar 3 on; slower in bar 4."""
    import mido

    marks = [
        mido.MetaMessage("time_signature", numerator=3, denominator=4, time=0),
        mido.MetaMessage("set_tempo", tempo=500_000, time=0),
        mido.MetaMessage("set_tempo", tempo=600_000, time=9 * 480),
        mido.MetaMessage("end_of_track", time=0),
    ]
    file = mido.MidiFile(type=1, ticks_per_beat=480)
    file.tracks.append(mido.MidiTrack(marks))
    for channel, (name, rest) in enumerate((("vibes", 0), ("marimba", 6))):
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=name, time=0)])
        for beat in range(rest, 12):
            wait = rest * 480 if beat == rest else 0
            key = {"channel": channel, "note": (60, 64, 67)[beat % 3]}
            track.append(mido.Message("note_on", velocity=80, time=wait, **key))
            track.append(mido.Message("note_off", time=480, **key))
        track.append(mido.MetaMessage("end_of_track", time=0))
        file.tracks.append(track)
    return saved(file)


def orchestra() -> bytes:
    """Sixteen short tracks with everything that a MIDI file may hold: running status, sysex, ports, keys."""
    import mido

    file = mido.MidiFile(type=1, ticks_per_beat=96)
    for channel in range(16):
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=f"part {channel}", time=0)])
        if channel == 0:
            track.append(mido.MetaMessage("set_tempo", tempo=400_000, time=0))
            track.append(mido.MetaMessage("time_signature", numerator=5, denominator=8, time=0))
            track.append(mido.MetaMessage("key_signature", key="Eb", time=0))
            track.append(mido.Message("sysex", data=(126, 127, 9, 1), time=0))
        track.append(mido.MetaMessage("midi_port", port=channel % 2, time=0))
        track.append(mido.Message("program_change", channel=channel, program=channel * 7, time=0))
        for step in range(6):
            pitch = 48 + channel + step
            track.append(mido.Message("note_on", channel=channel, note=pitch, velocity=80, time=48))
            track.append(mido.Message("note_on", channel=channel, note=pitch, velocity=60, time=12))
            track.append(mido.Message("pitchwheel", channel=channel, pitch=100, time=0))
            track.append(mido.Message("note_on", channel=channel, note=pitch, velocity=0, time=12))
            track.append(mido.Message("note_off", channel=channel, note=pitch, time=0))
        track.append(mido.MetaMessage("end_of_track", time=0))
        file.tracks.append(track)
    return saved(file)


def saved(file: Any) -> bytes:
    """A file of mido's as bytes."""
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def flac_bytes(path: Path) -> bytes:
    """A tenth of a second of noise as a FLAC file."""
    import av
    import numpy as np

    samples = np.random.default_rng(0).integers(-9000, 9000, (1, 9600)).astype(np.int16)
    with av.open(str(path), "w", format="flac") as box:
        stream = box.add_stream("flac", rate=48_000, layout="stereo")
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
        frame.rate = 48_000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            box.mux(packet)
    return path.read_bytes()


WAV = (
    b"RIFF\xb4\x00\x00\x00WAVEfmt \x10\0\0\0\x03\0\x02\0\x40\x1f\0\0\0\xfa\0\0\x08\0\x20\0data\x90\0\0\0"
    + b"\0\0\0\x3f\0\0\0\xbe" * 18
)
MANIFEST = """\
musicvis: 1
title: Waltz   # musicvis: ignore[MV1]
score: {file: waltz.mid, tail: 2s, expect: {bars: 4, meter: {1: 3/4}, tempo: {4: 100}}}
parts: {vibes: {tracks: vibes}, marimba: {tracks: mar*}}
audio:
  chains: {hall: [{reverb: {wet: 30%}}]}
  buses:
    vibes: {stems: [{part: vibes, gain: 80%}], chain: [{tremolo: {rate: 4 Hz}}, hall], ear: lanes.yaml#vibes}
    marimba: {stems: [{file: good.wav}]}
effects: lanes.yaml
visuals:
  classes: {C: drum, E: seashore, G: {screen: 50%, wok: 50%}}
  envelope: {attack: 1/32, release: 1b}
  rules:
    - where: {part: vibes, range: 2|2..4, pitch: ">=C4", beat: 1}
      kick: 2
video: {size: 640x360, fps: 25, post: [{at: end-1s, fade_out: 1s}, {at: 1|2, for: 1b, title: Hello}]}
"""
LANES = """\
vibes:
  - {at: 1|1, hold: 0}
  - {at: 2|1, from: 0.1, to: -0.5, shape: sawtooth, cycles: per_beat}
  - {at: 3|2.5, via: 0.3, shape: whole_cosine, ease: smoothstep}
vibes.tremolo.rate:
  - {at: 2|1, to: 2/b}
marimba: {mirror: vibes}
visuals.depth: {over: visuals.depth, mode: multiply, points: [{at: 2|1, to: 50%}]}
"""
OLD = (
    '{"vibes": [{"effect": "none", "m1": 1, "b1": 1, "m2": 2, "b2": 1},\n'
    '{"effect": "sawtooth", "m1": 2, "b1": 1, "m2": 3, "b2": 2.5, "ear_i": 0, "ear_f": 1, "cycles": 3},\n'
    '{"effect": "straight", "m1": 3, "b1": 2.5, "m2": "end", "ear_i": 0.5, "ear_f": 1}]}\n'
)
