"""Impassive, the music: for vibraphone, glockenspiel with xylophone, and marimba, each in two takes.

Run it to write the scores beside it: `python pieces/impassive/compose.py`. It needs nothing but Python.

The idea. Four notes, D A Bb F, a fifth up, a semitone up, a fourth down, look on unmoved while the harmony
under them changes: the same face over D minor, G minor, E flat. Then the face slips: its last note is pulled
up by a semitone, and again, and drives the motif through G, C and F (bars 5-7), into a waltz on E and F sharp
(8-11), to a climax on G sharp (12). From there everything sinks home; the motif returns as long bells
(13-16); and at the end it is turned upside down, A D C# F#, and that mirror image is the cadence to D major.
The last bells say D A, and leave the rest unsaid.

The takes. The plain take speaks; the 8D take answers from elsewhere: a canon, an echo, the off-beats of a
hocket. When the lanes in effects.yaml move the 8D takes from ear to ear, one hears who answers whom.

The notation. `bar N` and its harmony, then a line for each voice that plays. A part's name stands for its
upper staff and first voice; `marimba:2` is the lower staff, `vibes/2` the second voice.

    8. A5 Bb5    a length holds until the next one       F4+A4+D5    a chord
    r            a rest                                  (C7)D7      a grace note
    A5~          tied to the next note                   3:2{ 8 A5 C6 D#6 }    a triplet
    ' > _ % @    staccato, accent, tenuto, roll, fermata (after the note)
    pp .. ff     a dynamic                               < >         a hairpin to the next dynamic

All pitches are written as they sound.
"""

from fractions import Fraction
from pathlib import Path

from engrave import Instrument, Sheet, write_score
from notation import read_music

SHEET = Sheet(
    title="Impassive",
    composer="musicvis",
    copyright="The musicvis authors, CC0 1.0",
    bar_count=18,
    key_fifths=-1,
    pickup=Fraction(1, 4),
    meters={2: (4, 4), 5: (6, 4), 7: (5, 4), 8: (3, 4), 12: (4, 4), 13: (3, 4), 17: (4, 4)},
    tempi={
        (1, 1): (100, True),
        (3, 1): (95, True),
        (4, 1): (90, True),
        (5, 1): (95, True),
        (18, 4): (24, False),
    },
    marks={1: "A", 5: "B", 8: "C", 12: "D", 17: "E"},
)

MUSIC = """
bar 1   upbeat                             A: the face
  vibes           mp 4 D5

bar 2   Dm9 | Bbmaj7                       the motif in front: D | A Bb F
  vibes           4. A5_ 8 Bb5 4 F5 r
  vibes-8d        p 2 F4+C5+E5 4 F4+A4+D5 mp D5
  glock           2 r mp (A6)D7
  marimba:2       pp 2 D3+A3% Bb2+A3%
  marimba-8d      2 r p 8 r F4' r D4'

bar 3   Gm9 | C9sus                        the same four notes from the other side
  vibes           p 2 F4+Bb4+D5 4 G4+Bb4+C5 mp D5
  vibes-8d        4. A5_ 8 Bb5 4 F5 r
  glock-8d        2 r mp (G6)C7
  marimba         2 r pp 8 r D4' F4' D4'
  marimba:2       2 G2+Bb3% C3+Bb3%
  marimba-8d      8 r D4' r G4' 2 r

bar 4   Ebmaj9(#11) | A7(b9 b13) D7(b9)    F is pulled up to F sharp
  vibes           mf 4. F5+A5_ 8 G5+Bb5 < 4 C#5+F5 Eb5+F#5
  vibes-8d        mp 2 G4+Bb4+D5 < 4 G4+Bb4+C#5 A4+C5+Eb5
  xylo            2 r mp < 16 G5 Bb5 C#6 E6 4 r
  xylo-8d         2. r mp < 16 F#5 A5 C6 Eb6
  marimba         p 8 r D4' G4' D4' < r C#4' r C4'
  marimba:2       p 2 Eb3+Bb3% < 4 A2+G3% D3+F#3%
  marimba-8d      p 8 r G4' r F4' < r G4' r A4'

bar 5   Gm | Ebmaj7 | G7(b9)               B: the ostinato is the motif; canon at one beat
  vibes           mf 2 G5_ 4. D6 8 Eb6 < 4 Bb5 B5
  vibes-8d        mf 4 r 2 G4 4. D5 8 Eb5 4 Ab4
  xylo            mf 8 G5>' r 4 r 2 r 8 r D6' B5' G5'
  xylo-8d         mf 2 r 8 r Bb5' G5' Bb5' 2 r
  marimba         mp 8 G3> D4 Eb4 Bb3 G3> D4 Eb4 Bb3 G3> D4 F4 B3
  marimba:2       mp 2 G2> Eb2> G2>
  marimba-8d      mp 8. r 16 D5 8. r 16 Bb4 8. r 16 D5 8. r 16 Bb4 8. r 16 D5 8. r 16 B4

bar 6   Cm | Abmaj7 | Cm C7(b9)            the motif on C in the bells; canon in the vibraphones on F
  glock           mf 2 C6 4. G6 8 Ab6 < 4 Eb6 E6
  xylo            mf 8 C6>' r 4 r 8 G6>' r r Ab6' 8 Eb6>' r E6>' r
  vibes           mf 4. Eb5+G5+C6 8 Eb5+G5' 4. C5+Eb5+G5 8 C5+Eb5' < 4 Bb4+Eb5+G5 Bb4+Db5+G5
  vibes-8d        2 G4 mf F5 4. C6 8 Db6
  marimba         8 C4> G4 Ab4 Eb4 C4> G4 Ab4 Eb4 < C4> G4 Bb4 E4
  marimba:2       2 C3> Ab2> < C3>
  marimba-8d      16 r C5 r G5 r Ab5 r Eb5 r C5 r G5 r Ab5 r Eb5 < r C5 r G5 r Bb5 r E5

bar 7   Fm9 | Dbmaj7 | B7(b9)              the motif on F, hurrying; the bass falls F Db B, then lifts to C
  glock           f 2 F6 2. r
  glock-8d        2 r mf 8 r < F6 Ab6 C7 4 D#7
  xylo            mf 8 r C6' r C6' r Ab5' r F5' 4 r
  xylo-8d         1 r mf < 16 B5 D#6 F#6 A6
  vibes           mf 4 F5_ < 4. C6 8 Db6 4 Ab5 3:2{ 8 A5 C6 D#6 }
  vibes/2         2 Ab4+C5 F4+Ab4 4 F#4+A4
  vibes-8d        2 Ab5 < 8 r Ab4 C5 F5 4 F#5>
  marimba         mf 8 F4> C5 Db5 Ab4 < F4> C5 Db5 Ab4 F#4> D#5
  marimba:2       mf 2 F2+F3> < Db2+Db3> 4 B2>
  marimba-8d      mf 16 r F3 r C4 r Db4 r Ab3 < r F3 r C4 r Db4 r Ab3 r F#3 r B3

bar 8   Cmaj9(#11)                         C: a waltz; the motif E B | C G over a sequence of thirds
  vibes           f 4. G5+E6> 8 D6 4 B5
  vibes-8d        f 4 G5 mf 8 G4 B4 D5 F#5
  glock-8d        f 4 E7 mf 8 G6 B6 4 F#7
  xylo            f 8 E6>' r 2 r
  xylo-8d         f 8 E6>' r 2 r
  marimba         f 4 r G3+B3+E4' r
  marimba:2       f 4 C2+C3> r r
  marimba-8d      mf 2 r 4 B3+D4+F#4'

bar 9   Am9
  vibes           4. C6_ 8 B5 4 G5
  vibes-8d        8 E5 G4 A4 C5 E5 B4
  glock           mf 4 r 8 B6 E7 4 G7
  xylo-8d         mf 4 r 8 E6' G5' r E5'
  marimba         4 r G3+C4+E4' r
  marimba:2       4 A2+A3> r r
  marimba-8d      2 r 4 B3+E4+G4'

bar 10  Dmaj9                              one step higher: F# C# | D A
  vibes           4. F#5_ 8 A5 4 C#6
  vibes-8d        8 E5 F#4 A4 C#5 E5 A5
  glock-8d        mf 4 r 8 r A6 C#7 G#7
  xylo            mf 4 r 8 C#6' A5' r F#5'
  marimba         4 r A3+C#4+E4' r
  marimba:2       4 D2+D3> r r
  marimba-8d      2 r 4 A3+C#4+F#4'

bar 11  Bm7 | E13                          G sharp is the upbeat to the climax
  vibes           4. D6_ < 8 A5 4 G#5
  vibes-8d        < 8 F#5 D5 A5 F#5 4 G#4+D5
  glock           < 4 r 8 D7 A6 4 G#6
  xylo            < 4 r 16 D6 F#6 A6 F#6 4 r
  xylo-8d         2 r mf < 16 D6 E6 F#6 G#6
  marimba         < 4 r A3+D4+F#4' r
  marimba:2       < 4 B2> r E3>
  marimba-8d      < 2 r 4 G#3+D4+F#4'

bar 12  Amaj9(#11) | A7(b9)                D: the climax; everything has the motif, G# | D# E B
  vibes           ff 4. E4+C#5+G#5+D#6> 8 E6 > 4 G#5+B5 G5+Bb5
  vibes-8d        ff 4 A4+E5+B5> 8 r G#5 > E5 C#5 Bb4 G4
  glock           ff 4. D#7> 8 E7 > 4 B6 Bb6
  glock-8d        2 r f > 8 D#7 B6 Bb6 G6
  xylo            ff 8 D#6> 16 D#6 D#6 8 D#6 E6> 16 B5 B5 8 B5 4 r
  xylo-8d         f 2. r > 6:4{ 16 Bb6 G6 E6 C#6 Bb5 G5 }
  marimba         ff 16 G#3> D#4 E4 B3 G#3> D#4 E4 B3 > G#3> D#4 E4 B3 G3> E4 C#4 Bb3
  marimba:2       ff 2 A2+E3% > 4 A2+E3% A2
  marimba-8d      ff 8 r C#5+E5>' r C#5+E5>' > r C#5+E5' r Bb4+C#5'

bar 13  Dm9                                the motif as bells, a bar to each note; a lament beneath
  glock           mf 2. (A6)D6
  glock-8d        mp 2 r 4 D7
  xylo-8d         mp 4 r p 8 r A5' 4 r
  vibes           mf 8 A5 F4 A4 C5 F5 A5
  vibes-8d        mf 2. (D5,F5)E5~
  marimba         mf 4 r F3+C4' r
  marimba:2       mf 4 D3 r r
  marimba-8d      mp 2 r 4 A3+D4'

bar 14  Bbmaj9
  glock           2. A6
  glock-8d        2 r 4 A7
  xylo            4 r p 8 r Bb5' 4 r
  vibes           mp 8 r F4 A4 D5 F5 A5
  vibes-8d        > 4 E5 2 D5~
  marimba         mp 4 r F3+A3' r
  marimba:2       mp 4 Bb2 r r
  marimba-8d      2 r 4 A3+D4'

bar 15  Gm9
  glock           mp 2. (A6)Bb6
  glock-8d        2 r 4 Bb7
  xylo-8d         4 r 8 r F5' 4 r
  vibes           8 r F4 Bb4 D5 F5 A5
  vibes-8d        mp 4 D5 2 C5~
  marimba         p 4 r F3+Bb3' r
  marimba:2       p 4 G2 r r
  marimba-8d      p 2 r 4 Bb3+D4'

bar 16  Ebmaj9(#11)
  glock           2. F6
  glock-8d        2 r p 4 F7
  xylo            4 r p 8 r D6' 4 r
  vibes           p 8 r G4 Bb4 D5 F5 A5~
  vibes-8d        4 C5 2 Bb4~
  marimba         4 r G3+Bb3' r
  marimba:2       4 Eb3 r r
  marimba-8d      2 r 4 Bb3+F4'

bar 17  A9sus(b9) | A7sus A7               E: the motif upside down is the cadence, A D C# F#
  vibes           mp 2 A5 > 4. D5 8 C#5
  vibes/2         2 G4+D5 E4+G4
  vibes-8d        mp 4 Bb4 2 A4 4 G4
  marimba:2       p 2 A2+E3% > A2+E3%
  marimba-8d      4 r p D4' 4. r 8 C#4'

bar 18  Dadd9, a shadow of Gm              the bells: D A, and no more
  glock           2 r mp 4 D6 p A6@
  glock-8d        2. r p 4 F#6@
  vibes           p 2. A4+E5+F#5 4 F#4+A4+D5@
  vibes-8d        p 2 F#4 4 (Bb4)A4_ E5@
  marimba         2. r 4 r@
  marimba:2       p > 2. D2+D3% pp 4 D2+A2@
  marimba-8d      pp 8 r D4' 2 r 4 r@
"""

VIBRAPHONE = ("vibraphone", 11, "F3", "F6")
GLOCKENSPIEL = ("glockenspiel", 9, "F5", "C8", 2)
XYLOPHONE = ("xylophone", 13, "F4", "C8", 1)
MARIMBA = ("marimba", 12, "C2", "C7", 0)
PARTS = {
    "vibes": Instrument("Vibraphone", "Vib.", *VIBRAPHONE),
    "vibes-8d": Instrument("Vibraphone 8D", "Vib. 8D", *VIBRAPHONE),
    "glock": Instrument("Glockenspiel", "Glock.", *GLOCKENSPIEL),
    "xylo": Instrument("Xylophone", "Xyl.", *XYLOPHONE),
    "glock-8d": Instrument("Glockenspiel 8D", "Glock. 8D", *GLOCKENSPIEL),
    "xylo-8d": Instrument("Xylophone 8D", "Xyl. 8D", *XYLOPHONE),
    "marimba": Instrument("Marimba", "Mar.", *MARIMBA, staves=2),
    "marimba-8d": Instrument("Marimba 8D", "Mar. 8D", *MARIMBA),
}
FILES = {
    "vibes": ("vibes",),
    "vibes-8d": ("vibes-8d",),
    "glockxylo": ("glock", "xylo"),
    "glockxylo-8d": ("glock-8d", "xylo-8d"),
    "marimba": ("marimba",),
    "marimba-8d": ("marimba-8d",),
    "impassive": tuple(PARTS),
}


def main(folder: Path) -> None:
    """Write the seven scores into a folder."""
    folder.mkdir(exist_ok=True)
    music = read_music(MUSIC, SHEET.bar_lengths())
    for file, names in FILES.items():
        write_score(folder / f"{file}.mscz", SHEET, [(name, PARTS[name]) for name in names], music)


if __name__ == "__main__":
    main(Path(__file__).parent / "scores")
