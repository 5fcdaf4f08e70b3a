"""MuseScore files (.mscz, .mscx) to a written score."""
