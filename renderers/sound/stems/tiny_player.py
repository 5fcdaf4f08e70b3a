"""A program of its own: a MIDI file through TinySoundFont to raw float32, stereo.

    python -I tiny_player.py RATE_HZ FONT IN.mid OUT.raw

A soundfont is a stranger's file and its reader is written in C, so it runs in a process that is locked in, as
FluidSynth does (store/sandbox.py). Events are on their exact sample.
"""

import sys
from pathlib import Path

# TinySoundFont begins louder than FluidSynth at the gain that players.py gives it: measured on FluidR3 GM.
GAIN_DB = -2.5
MOST_SAMPLES = 1 << 16
"""Samples that are made at once."""


def main(rate_hz: int, font: str, midi: str, raw: str) -> None:
    """Play the file from its start to the end of its track."""
    import mido
    import tinysoundfont  # type: ignore[import-not-found, unused-ignore]

    synth = tinysoundfont.Synth(gain=GAIN_DB, samplerate=rate_hz)
    sounds = synth.sfload(font)
    for channel in range(16):
        synth.program_select(channel, sounds, 128 if channel == 9 else 0, 0, channel == 9)
    now_s, made = 0.0, 0
    with Path(raw).open("xb") as out:
        for message in mido.MidiFile(midi):
            now_s += message.time
            while made < round(now_s * rate_hz):
                count = min(MOST_SAMPLES, round(now_s * rate_hz) - made)
                out.write(bytes(synth.generate(count)))
                made += count
            match message.type:
                case "note_on" if message.velocity:
                    synth.noteon(message.channel, message.note, message.velocity)
                case "note_off" | "note_on":
                    synth.noteoff(message.channel, message.note)
                case "program_change":
                    synth.program_change(message.channel, message.program, message.channel == 9)
                case "control_change":
                    synth.control_change(message.channel, message.control, message.value)
                case "pitchwheel":
                    synth.pitchbend(message.channel, message.pitch + 8192)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:5])
