"""Score formats that music21 reads: a process that is locked in converts them to MusicXML."""
