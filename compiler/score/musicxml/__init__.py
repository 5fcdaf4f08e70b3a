"""MusicXML files to a written score."""
