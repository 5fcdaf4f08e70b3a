"""Score formats that music21 reads: a sandboxed process converts them to MusicXML."""
