"""The twelve pitch classes by name, from C up: as manifests, tables and pictures write them."""

PITCH_CLASSES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
