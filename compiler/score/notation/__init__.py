"""A written score as MusicXML: bars, voices, rests, beams and marks, for engravers and other programs."""
