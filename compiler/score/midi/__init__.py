"""Standard MIDI files to a Score."""
