"""Every finding's code: what it means, how much it matters, and how to mend what it finds.

MV0xx files, MV1xx text and values, MV2xx the form of a piece, MV3xx its meaning with the score, MV4xx scores,
MV5xx sound, MV6xx budgets, MV9xx the machine. A code never changes its meaning and is never used again.
"""

from dataclasses import dataclass

from .diagnostics import Severity

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding: a title of a few words and a paragraph with an example of its mend."""

    code: str
    title: str
    severity: Severity
    explanation: str


_TABLE = (
    # Files
    Code(
        "MV001",
        "file not found",
        ERROR,
        "A file that the piece names is not there. Names are relative to the folder of piece.yaml: "
        "`score: scores/waltz.mscz` means scores/waltz.mscz beside it.",
    ),
    Code(
        "MV002",
        "name not allowed",
        ERROR,
        "A piece reads only files of its own folder, so that a stranger's piece cannot read yours. "
        "Absolute names, `..`, backslashes, addresses such as http:, and names that some system "
        "reserves are refused. Copy the file into the folder and write its relative name: "
        "`stems/marimba.wav`.",
    ),
    Code(
        "MV003",
        "symbolic link",
        ERROR,
        "A file of a piece, or a folder on the way to it, is a symbolic link, which may lead outside "
        "the piece. Put a copy of the file in its place.",
    ),
    Code(
        "MV004", "not a file", ERROR, "The name leads to a folder, a pipe or a device. Name a regular file."
    ),
    Code(
        "MV005",
        "file too large",
        ERROR,
        "Each kind of file has a limit, far above what music needs: 1 MiB for YAML, 64 MiB for a "
        "score, 2 GiB for a recording. Check that the right file is named.",
    ),
    Code(
        "MV006",
        "file cannot be read",
        ERROR,
        "The system refuses to open or read the file; the message says why. Often its permissions: "
        "`chmod u+r FILE`.",
    ),
    Code(
        "MV007",
        "not text",
        ERROR,
        "YAML and JSON are UTF-8 text. Save the file as UTF-8; a score or a recording goes under "
        "`score:` or `stems:`.",
    ),
    Code(
        "MV008",
        "kind of file",
        ERROR,
        "The ending of a name says how to read it. Scores: .mscz .mscx .musicxml .xml .mxl .mid "
        ".midi; recordings: .wav .flac; lanes: .yaml .yml .json.",
    ),
    # Text and values
    Code(
        "MV101",
        "YAML syntax",
        ERROR,
        "The text is not YAML; the place is where reading stopped, the cause often the line above: a "
        "missing colon, quote or bracket, or a tab in the indentation. Indent with spaces.",
    ),
    Code(
        "MV102",
        "a number, not a place",
        ERROR,
        "A place is written bar|beat: `7|3`, `13|2.5`. A bare `7.10` is the number 7.1 to YAML, and "
        "`7:3` is base 60 to some readers, so neither is taken. A bar alone may stand as a number: "
        "`7` is `7|1`.",
    ),
    Code(
        "MV103",
        "key written twice",
        ERROR,
        "The same key stands twice in one block; which one counts would be a guess. Remove one.",
    ),
    Code(
        "MV104",
        "YAML feature not allowed",
        ERROR,
        "Anchors, aliases, merge keys and tags (&x, *x, <<, !!x) are not part of the language: they "
        "let a few lines grow without bound. Write the values out.",
    ),
    Code(
        "MV105",
        "too much",
        ERROR,
        "A piece holds at most 1 MiB of text, 100,000 values, 32 levels of nesting and 64 KiB in one "
        "value, and its rules ask at most 5 million questions of its notes. Move lanes into "
        "effects.yaml, or look for text that was pasted by mistake.",
    ),
    Code(
        "MV106",
        "number that cannot be used",
        ERROR,
        "Not a number, infinite, longer than 18 digits, or with leading zeros (some readers take 010 "
        'for 8). Write a plain decimal number, or quote it if it is text: `title: "007"`.',
    ),
    Code(
        "MV107", "key is not text", ERROR, "Keys are plain words. Write `key: value`, not `? [list] : value`."
    ),
    Code("MV108", "second document", ERROR, "A file holds one piece: remove the `---` and what follows it."),
    Code(
        "MV109", "empty", ERROR, "The file holds nothing. A piece needs `musicvis: 1`, `title` and `score`."
    ),
    Code(
        "MV110",
        "not a place",
        ERROR,
        "A place is bar|beat, both from 1: `7|3`, `13|2.5`, `4|1+2/3`; `7` is `7|1`. Also `end`, "
        "`end-4s`, a mark of the score `@B` or `@B|2`, and `7@2|3` for the second pass of a repeat.",
    ),
    Code(
        "MV111",
        "not a range",
        ERROR,
        "A range runs from a place up to, not including, another: `6|6..7|3`, `10..12` (bars 10 and "
        "11), `16..`, `..5`. In words, both ends included: `bars 3-5`.",
    ),
    Code(
        "MV112",
        "not a duration",
        ERROR,
        "A duration has a unit: `2b` (beats), `1bar`, `1/4` (of a whole note: a crotchet), `0.5s`, `250ms`.",
    ),
    Code(
        "MV113",
        "not a quantity",
        ERROR,
        "The value or its unit does not fit here. Shares take `0.5` or `50%`, levels `-6 dB`, rates "
        "`6 Hz` or cycles per beat `2/b`, times `250ms` or `0.5s`.",
    ),
    Code(
        "MV114",
        "not a selector",
        ERROR,
        "A selector that cannot be read. Pitches: `A#`, `A#4`, `C4..C5`, `>=D7`; beats: `1`, `2.5`, "
        "`last`; velocities: `>=90`, `pp..mf`; lengths: `>=2b`, `1/8..1/4`.",
    ),
    Code(
        "MV115",
        "not a fraction",
        ERROR,
        "A ratio is a number or a fraction: `30`, `30000/1001`, `1/7.5`, `-1`; a metre is `6/8`.",
    ),
    # Form
    Code(
        "MV201",
        "unknown word",
        ERROR,
        "Only a few words are possible here and this is none of them; the finding lists or suggests "
        "them. `shape: half_cosin` becomes `shape: half_cosine`.",
    ),
    Code(
        "MV202",
        "unknown key",
        ERROR,
        "The key has no meaning in this block, so what it says would be lost. Check its spelling and "
        "its indentation: a key one level too deep belongs to another block.",
    ),
    Code("MV203", "missing key", ERROR, "A block lacks a key without which it says nothing; add it."),
    Code(
        "MV204",
        "wrong kind of value",
        ERROR,
        "A list where a word is expected, a word where a number is expected, and so on. YAML 1.2: "
        "`yes` and `no` are text, write `true` and `false`.",
    ),
    Code(
        "MV205",
        "wrong form",
        ERROR,
        "The text does not have the form that this key needs, e.g. `size: 1920x1080`.",
    ),
    Code(
        "MV206",
        "out of range",
        ERROR,
        "The number is below or above what this key allows; the finding says what.",
    ),
    Code(
        "MV207",
        "version",
        ERROR,
        "`musicvis: 1` names the version of the language. Other numbers belong to other versions of "
        "musicvis.",
    ),
    Code(
        "MV208",
        "too few or too many",
        ERROR,
        "A list, block or text is shorter or longer than this key allows.",
    ),
    Code(
        "MV209",
        "exactly one",
        ERROR,
        "Of some keys exactly one must stand: a point of a lane has one of `hold`, `to`, `via`; a "
        "stem has one of `part`, `score`, `file`.",
    ),
    Code(
        "MV210",
        "keys that do not go together",
        ERROR,
        "A key has no effect beside the others, so it is refused: `shape` needs `to` or `via`, "
        "`cycles` a shape that repeats, `mirror` a lane without points.",
    ),
    Code(
        "MV211",
        "unknown name",
        ERROR,
        "A name that the piece does not define: a chain under `audio.chains`, a lane "
        "`file.yaml#name`, a part in a stem. Check the spelling.",
    ),
    Code(
        "MV212",
        "name defined twice",
        ERROR,
        "Two things have one name: a lane in piece.yaml and in effects.yaml, or two files that both "
        "define it. Keep one, or give it a `mode: add` or `mode: multiply` to lay it over the other.",
    ),
    Code(
        "MV213",
        "circle",
        ERROR,
        "Chains that name each other, or lanes that mirror each other, never end. Break the circle.",
    ),
    Code(
        "MV214",
        "points out of order",
        ERROR,
        "The points of a lane follow each other in time; two of them cannot stand at one place.",
    ),
    Code(
        "MV215",
        "option",
        ERROR,
        "An override cannot be applied. Write `--set key.key=value`, as `--set visuals.depth=0.5`; "
        "lists are counted from 0, as `--set video.post.0.title=Hello`.",
    ),
    Code(
        "MV216",
        "ignore that ignores nothing",
        NOTE,
        "A comment `# musicvis: ignore[MV344]` stands beside a line that has no such finding, so it "
        "would only hide a later one. Remove it, or correct the code or the line: it speaks of its own "
        "line, and alone on a line, of the next.",
    ),
    Code(
        "MV230",
        "value without effect",
        WARNING,
        "In the original effects.json form, `ear_mid` acts in whole_cosine and half_sine only and "
        "`ear_f` in the others. A straight segment with `ear_mid` stays at `ear_i`; `ear_f` was "
        "probably meant.",
    ),
    Code(
        "MV231",
        "value clipped",
        WARNING,
        "An ear position runs from -1 (left) to +1 (right); what lies outside is brought to the nearest end.",
    ),
    Code(
        "MV232",
        "part of a cycle",
        WARNING,
        "In the original effects.json form a fractional number of cycles is kept here, where the "
        "original tool cut it to a whole one. Write the whole number if that is meant.",
    ),
    # Meaning, with the score
    Code(
        "MV301",
        "bar that is not there",
        ERROR,
        "The score has no bar of this number. Bars count the measures of the file from 1, a pickup "
        "included; with `numbering: printed` under `score` they are the printed numbers. The end of "
        "the last bar is `end`.",
    ),
    Code(
        "MV302",
        "beat beyond the bar",
        ERROR,
        "Beats count from 1 in the lower number of the bar's metre: 6/8 has beats 1 to 6, and 3.5 "
        "lies between the third and the fourth. One more than the last, `6|7`, is beat 1 of the next "
        "bar; beyond it there is nothing.",
    ),
    Code(
        "MV303",
        "unknown mark",
        ERROR,
        "`@B` is a rehearsal mark of the score. The score has none of this name; capitals do not matter.",
    ),
    Code(
        "MV304",
        "pass that is not played",
        ERROR,
        "`7@2|3` is bar 7 the second time through. The repeats of the score do not play the bar so often.",
    ),
    Code(
        "MV305", "before the start", ERROR, "The offset leads to before the first bar: `1|1-2s`. Write `1|1`."
    ),
    Code(
        "MV306",
        "empty range",
        ERROR,
        "A range ends after it starts. `3..6` is bars 3, 4 and 5; in words, both ends included: `bars 3-5`.",
    ),
    Code(
        "MV310",
        "lane of nothing",
        ERROR,
        "A lane is named after a bus, whose place between the ears it moves, or after a parameter: "
        "`vibes.gain`, `vibes.tremolo.rate`, `visuals.depth`. Nothing of this name can be moved.",
    ),
    Code(
        "MV311",
        "mirror of nothing",
        ERROR,
        "`mirror: glock.right` names a lane of the piece that has points.",
    ),
    Code(
        "MV312",
        "segment that ends before it starts",
        ERROR,
        "In the original effects.json form, m2 and b2 name the end of a segment, after m1 and b1.",
    ),
    Code(
        "MV313",
        "segments that overlap",
        ERROR,
        "In the original effects.json form, each segment ends where the next one begins.",
    ),
    Code(
        "MV314",
        "gap between segments",
        WARNING,
        "In the original effects.json form, nothing is said between the end of a segment and the "
        "start of the next; the last value is held there.",
    ),
    Code(
        "MV315",
        "geometric glide through zero",
        ERROR,
        "`shape: geometric` multiplies its way from one value to the other, so both need the same "
        "sign, and neither can be 0. `shape: exponential` can.",
    ),
    Code(
        "MV316",
        "number of cycles",
        ERROR,
        "A point holds more than 0 and at most 100,000 cycles of its shape. Write fewer, or `cycles: "
        "per_beat`.",
    ),
    Code(
        "MV317",
        "ear and azimuth",
        ERROR,
        "A bus is moved either by its ear, from -1 to 1, or by its azimuth, in degrees around the head: an "
        "ear of 1 is an azimuth of 90. Keep the lane that you mean.",
    ),
    Code(
        "MV320",
        "unknown part",
        ERROR,
        "No part has this name and plays a note. Parts are the keys under `parts`, or, without them, "
        "the names of the score's instruments; `*` stands for anything: `part: Violin*`.",
    ),
    Code(
        "MV321",
        "unknown track",
        ERROR,
        "No track of the score has this name; `musicvis notes` lists them. `*` stands for anything: "
        "`Marimba*`.",
    ),
    Code(
        "MV322",
        "stem of another length",
        WARNING,
        "The score of a stem lasts longer or shorter than the score of the piece, so that they drift "
        "apart. Give both the same bars, repeats and tempo marks.",
    ),
    Code(
        "MV323",
        "score without bars",
        ERROR,
        "The score holds no bar, so there is nothing to show or to hear.",
    ),
    Code(
        "MV324",
        "score not as expected",
        ERROR,
        "`score.expect` says what the piece was written for, and the score is different now. Look at "
        "what moved, then correct the expectation.",
    ),
    Code(
        "MV325",
        "recording of another length",
        WARNING,
        "A recording ends before the last note of the score begins, or goes on long after it, so it is "
        "hardly a recording of this score. A file that says 48,000 Hz and was played at 44,100 is 8 % "
        "short. Export the stem from the same version of the score, from its first bar to its last.",
    ),
    Code(
        "MV326",
        "silent recording",
        WARNING,
        "Every sample of a recording is zero: its part was muted when it was exported. Export the stem "
        "again, and listen to it.",
    ),
    Code(
        "MV327",
        "score without notes",
        WARNING,
        "The score has bars and no note that is played, so nothing moves and nothing sounds. Look whether "
        "the right file is named under `score`, and whether its parts are muted.",
    ),
    Code(
        "MV330",
        "name of several classes",
        ERROR,
        "The word names more than one ImageNet class: `crane` is a bird (134) and a machine (517). "
        "Write the index.",
    ),
    Code(
        "MV331",
        "unknown class",
        ERROR,
        "The word names none of the 1000 ImageNet classes. `musicvis classes WORD` searches them.",
    ),
    Code("MV332", "class index", ERROR, "Classes count from 0 to 999."),
    Code(
        "MV340",
        "rule that matches no note",
        WARNING,
        "No note fulfils all keys of `where`. `musicvis notes` shows what the parts play.",
    ),
    Code(
        "MV341",
        "class that is never shown",
        NOTE,
        "The class belongs to a pitch, part or lyric that the parts never play.",
    ),
    Code(
        "MV342",
        "movement that nobody hears",
        WARNING,
        "A lane moves while no note of its bus sounds. Perhaps it stands a bar too early or too late.",
    ),
    Code(
        "MV343", "point after the end", WARNING, "A lane's point stands at or after the end of the last bar."
    ),
    Code(
        "MV344",
        "jump of a lane",
        WARNING,
        "A lane leaps by more than 0.02: at a point whose value is not where the lane stands, or where a "
        "sawtooth falls back. The finding says whether notes of its bus sound then. The leap itself does "
        "not click, it is rounded off within 10 ms; but one that is heard is seldom meant. Leave out "
        "`from` to begin where the lane stands, or glide there before: `{at: 5|1, from: -0.2, to: "
        "-0.25}` becomes `{at: 5|1, to: -0.25}`.",
    ),
    Code(
        "MV345",
        "seconds across a tempo change",
        WARNING,
        "A point with `domain: seconds`, or a segment of the original effects.json, glides across a "
        "change of tempo. It is even in seconds, so it is not where the beats are. Leave out `domain: "
        "seconds`, or let a point stand where the tempo changes.",
    ),
    Code(
        "MV346",
        "too fast",
        WARNING,
        "A bus moves between the ears at more than 50 per second, from one side to the other in 40 ms. "
        "In a headphone space that bends its pitch by more than a third of a semitone. Give the glide "
        "more time, or its shape fewer cycles: `cycles: 8` in place of `cycles: 800`.",
    ),
    Code(
        "MV347",
        "shorter than a millisecond",
        WARNING,
        "Two points of a lane stand within a millisecond, so that nobody hears what the first one says. "
        "Leave one of them out.",
    ),
    Code(
        "MV348",
        "lane that ends early",
        WARNING,
        "In the original effects.json form, the last segment of a set ends before the last bar does; its "
        'last value is held from there. Write `"m2": "end"` if it should go on to the end.',
    ),
    Code(
        "MV349",
        "ring-out cut off",
        WARNING,
        "The last note is let go within half a second of the end of the film, and its ring-out is not "
        "heard. Write a longer `tail` under `score`: `tail: 3s`.",
    ),
    # Scores
    Code(
        "MV400",
        "kind of score",
        ERROR,
        "The ending or the content of a score file is none that is read: .mscz .mscx .musicxml .xml "
        ".mxl .mid .midi. Export the score in one of these.",
    ),
    Code(
        "MV401",
        "score too large",
        ERROR,
        "A score file may have 64 MiB, a MIDI file 8 MiB, and MusicXML 32 million characters. Remove "
        "pictures and sounds that the program stored with the score, and save it again.",
    ),
    Code(
        "MV402",
        "archive of a score",
        ERROR,
        "A .mscz or .mxl file is a zip archive, and this one is damaged, unpacks to more than its "
        "limits, or holds what no score holds. Open the score in the program that made it and save it "
        "again.",
    ),
    Code(
        "MV403",
        "XML of a score",
        ERROR,
        "The XML of the score cannot be read; the finding says where. Open the score in the program "
        "that made it and save it again.",
    ),
    Code(
        "MV404",
        "document type",
        ERROR,
        "A score may not declare entities: they let a few lines grow without bound, and may name "
        "other files. Remove the <!DOCTYPE ...> of the file, or save the score again.",
    ),
    Code(
        "MV405",
        "XML too large",
        ERROR,
        "The XML of a score has more elements, attributes, depth or text than any score needs. Check "
        "that the right file is named.",
    ),
    Code(
        "MV406",
        "not a score",
        ERROR,
        "The file is XML, but not a score of a version that is read: MuseScore 2, 3 and 4, or "
        "MusicXML score-partwise. Open it in MuseScore and save it again.",
    ),
    Code(
        "MV407",
        "value in a score",
        ERROR,
        "A value in the score file makes no music: a duration, a count of bars, a time signature. "
        "Open the score in MuseScore and save it again.",
    ),
    Code(
        "MV408",
        "piece too long",
        ERROR,
        "Unrolled, with all repeats and jumps, a piece may have 500,000 notes and four hours. Lower "
        "the repeat counts, or cut the score into pieces.",
    ),
    Code(
        "MV410",
        "kind of MIDI file",
        ERROR,
        "Standard MIDI files of format 0 and 1 are read, with time in beats. Export the piece again "
        "as a Standard MIDI File, format 1.",
    ),
    Code(
        "MV411",
        "damaged MIDI file",
        ERROR,
        "The file breaks the rules of Standard MIDI Files at the byte that the finding names: cut "
        "short, a note that never ends, an impossible value. Export it again from the score.",
    ),
    Code(
        "MV412",
        "MIDI file too large",
        ERROR,
        "A MIDI file may have 256 tracks and 500,000 events. Check that the right file is named.",
    ),
    Code(
        "MV420",
        "music21 is missing",
        ERROR,
        "MusicXML is read through music21. Type pip install 'musicvis[musicxml]', or save the score "
        "as .mscz or .mid.",
    ),
    Code(
        "MV421",
        "MusicXML not understood",
        ERROR,
        "music21 cannot make notes of this file. Open it in MuseScore and save it as .mscz, which is "
        "read directly.",
    ),
    Code(
        "MV451",
        "tempo not played",
        WARNING,
        "A tempo mark has no speed that can be read. Mark the tempo anew: in MuseScore from the "
        "palette of tempi.",
    ),
    Code(
        "MV452",
        "swing not played",
        WARNING,
        "Notes stand where they are written; swing is not played. Write the rhythm out if it matters.",
    ),
    Code(
        "MV453",
        "capo not played",
        WARNING,
        "Notes sound as they are written; a capo is not played. Transpose the part.",
    ),
    Code(
        "MV454",
        "gradual tempo not played",
        WARNING,
        "A ritardando or accelerando line is not played. Write the tempi that it passes through, as "
        "hidden tempo marks.",
    ),
    Code(
        "MV455",
        "metre of one staff",
        WARNING,
        "One staff has a time signature of its own. Bars and beats follow the other staves.",
    ),
    Code(
        "MV456",
        "notes outside their bar",
        WARNING,
        "Chords stand after the end of their bar and are not played. Correct the bar in the program "
        "that made the score.",
    ),
    Code(
        "MV457",
        "bar cut short",
        WARNING,
        "A time signature of the MIDI file stands inside a bar, which ends there. Move it to the bar line.",
    ),
    Code(
        "MV458",
        "muted part",
        WARNING,
        "A part is muted in the mixer of the score and is not played. Unmute it and save the score.",
    ),
    # Sound
    Code(
        "MV501",
        "kind of recording",
        ERROR,
        "A recording is neither a wav nor a FLAC file, whatever its ending says. Export the stem as "
        ".wav or .flac.",
    ),
    Code(
        "MV502",
        "damaged recording",
        ERROR,
        "A recording cannot be read to its end, or holds less than it says. Export the stem again.",
    ),
    Code(
        "MV503",
        "form of a recording",
        ERROR,
        "A recording has 1 to 8 channels at 8,000 to 192,000 Hz. Export the stem as stereo at 48,000 Hz.",
    ),
    Code(
        "MV504",
        "samples that are not numbers",
        ERROR,
        "A recording holds samples that are infinite or not numbers: the program that wrote it "
        "overflowed. Lower its level and export the stem again.",
    ),
    Code(
        "MV505",
        "direct sound in a return",
        WARNING,
        "What buses send to a return is in the mix already. A reverb there gives the room alone: write "
        "`dry: 0`, and `mix: 100%` for a delay or chorus, or leave these keys out.",
    ),
    Code(
        "MV506",
        "plugin that is not trusted",
        ERROR,
        "A VST3 plugin is a program with all your rights, so a piece cannot run one by itself. If you "
        "trust it: `musicvis compile --trust-plugins FOLDER`, with the folder where it lies.",
    ),
    Code(
        "MV507",
        "plugin that cannot be used",
        ERROR,
        "A VST3 plugin is not there, cannot be loaded, or has no such parameter; the finding says which.",
    ),
    Code(
        "MV510",
        "program not found",
        ERROR,
        "A stem is to be played by a program that is not installed: MuseScore (mscore, musescore, "
        "MuseScore4portable...) or FluidSynth (fluidsynth). Install it, or leave out `by`.",
    ),
    Code(
        "MV511",
        "program that failed",
        ERROR,
        "The program that should play a stem wrote no sound, or took longer than its time. Open the "
        "score in it, or leave out `by`.",
    ),
    Code(
        "MV512",
        "soundfont not found",
        ERROR,
        "`soundfont` names a file of the piece, or one that is installed under /usr/share/sounds or "
        "/usr/share/soundfonts.",
    ),
    Code(
        "MV520",
        "no head",
        ERROR,
        "`space: hrtf` needs a measured head, a SOFA file: `sofa: heads/mine.sofa` in the bus, or the one of "
        "the package libmysofa where it is installed. `space: binaural` needs none.",
    ),
    Code(
        "MV521",
        "head that cannot be used",
        ERROR,
        "A SOFA file is damaged, of another convention than SimpleFreeFieldHRIR, or larger than heads are. "
        "Name another one.",
    ),
    Code(
        "MV522",
        "hrtf extra missing",
        ERROR,
        "Measured heads are read with h5py: pip install 'musicvis[hrtf]'. `space: binaural` needs nothing.",
    ),
    Code(
        "MV530",
        "stem that is late or early",
        ERROR,
        "The notes of a stem are found at another time than in the score: up to 40 ms is a warning. Write "
        "where bar 1 stands, `offset: 37ms`, or `align: auto` under the stem.",
    ),
    Code(
        "MV531",
        "stem that drifts",
        ERROR,
        "A stem is slower or faster than the score. By 8.8 % its header names the wrong rate: 44,100 Hz "
        "for 48,000 or the other way round. Export it again.",
    ),
    Code(
        "MV532",
        "stem whose time cannot be told",
        NOTE,
        "The notes of a stem stand out too little from the rest for its alignment to be measured: listen "
        "to it.",
    ),
    Code(
        "MV533",
        "silent stem",
        WARNING,
        "A stem holds no sound, and its part has notes: it was muted when it was exported. Export it again.",
    ),
    Code(
        "MV534",
        "stems brought to one peak",
        WARNING,
        "Several stems peak at exactly -0.1 dBFS: MuseScore 3 normalises what it exports, and so loses "
        "their balance. Set audio\\normalize=false in MuseScore3.ini, or write gains.",
    ),
    Code(
        "MV535",
        "damaged sound of a stem",
        WARNING,
        "A stem is clipped, has a constant part, or ends before its last note. Export it again.",
    ),
    # Listening
    Code(
        "MV540",
        "not a recording",
        ERROR,
        "The file holds no sound that can be read, whatever its ending says. The first bytes decide: mp3,"
        " aac, m4a, ogg, opus, flac, wav, aiff, wma, and the sound of mp4, mov, mkv, webm and avi files. "
        "Playlists and addresses are not followed.",
    ),
    Code(
        "MV541",
        "recording too long",
        ERROR,
        "Listening takes memory and time for every minute, so an hour is the limit unless you allow more:"
        " `musicvis listen concert.mp3 --longest 120`.",
    ),
    Code(
        "MV542",
        "recording too short",
        ERROR,
        "Bars are heard from what repeats; in less than 5 seconds nothing does. Use a longer recording, "
        "or write a score.",
    ),
    Code(
        "MV543",
        "silent recording",
        ERROR,
        "The recording is below -60 dBFS on average: nothing can be heard in it. Record it louder, or "
        "export it with its parts unmuted.",
    ),
    Code(
        "MV544",
        "damaged recording",
        ERROR,
        "The recording cannot be decoded to its end. A few damaged packets are left out with a warning, "
        "as players do; more than a hundred are an error. Fetch or export the file again.",
    ),
    Code(
        "MV545",
        "recording of another length",
        WARNING,
        "The file says that it lasts longer or shorter than the sound in it does: it was cut off, or was "
        "put together wrongly. What it holds is used.",
    ),
    Code(
        "MV546",
        "recordings that do not fit together",
        WARNING,
        "Stems of one piece begin together and last equally long; these do not, or one of them is not in "
        "step with the others. Export all of them in one go, from the first bar to the last.",
    ),
    Code(
        "MV547",
        "bars that were heard",
        NOTE,
        "The score was made by `musicvis listen`, which hears beats and bars and can be wrong: most often"
        " the level of the tempo, half or double, and where a bar begins. Listen to the clicks of "
        "`--clicks`, correct it with `--half`, `--double`, `--triple`, `--meter 3/4` and `--first 0.42s`,"
        " or edit the MIDI file.",
    ),
    Code(
        "MV548",
        "another recording was heard",
        WARNING,
        "The score was heard from a recording of this name and other bytes, so that its bars may not be "
        "those of the sound. Type `musicvis listen` with the new one, or put the old one back.",
    ),
    Code(
        "MV549",
        "no clear beat",
        WARNING,
        "Nothing repeats strongly enough to be called a beat: the bars are a guess. Say what you know, as"
        " `--tempo 60..80`, `--meter 3/4`, `--first 0.42s`, or give the piece a score.",
    ),
    Code(
        "MV550",
        "spectrum that cannot be used",
        ERROR,
        "`visuals.mapping: spectrum` needs `visuals.spectrum.file`, made by `musicvis listen song.mp3 "
        "--spectrum song.spectrum`. The file is missing, damaged, or of another version: make it again.",
    ),
    Code(
        "MV551",
        "key without effect",
        WARNING,
        "With `mapping: spectrum` the sound moves the picture and notes do not, so what speaks of notes "
        "says nothing: rules, envelope, keep, motion.amount, motion.memory, other ways to choose classes."
        " Leave it out, or write `mapping: notes`.",
    ),
    Code(
        "MV552",
        "form of a recording",
        NOTE,
        "The recording has one channel, more than two, or a low sample rate. It is used as it is; the "
        "finding says what becomes of it.",
    ),
    Code(
        "MV553",
        "classes and pitch classes",
        ERROR,
        "With `mapping: spectrum` a list of classes has 12 entries, one for each pitch class from C, or "
        "as many as `visuals.spectrum.num_classes` says; names are pitch classes.",
    ),
    # Budgets
    Code(
        "MV601",
        "length of the film",
        ERROR,
        "A film lasts more than nothing and at most 4 hours. `--bars` compiles a passage.",
    ),
    Code("MV602", "too many frames", ERROR, "A film has at most 1,000,000 frames: lower `video.fps`."),
    Code(
        "MV603", "frame too large", ERROR, "A side of the film has at most 4096 pixels: lower `video.size`."
    ),
    Code(
        "MV604",
        "too many pixels",
        ERROR,
        "Width times height times frames is at most 2 million million: lower `video.size` or `video.fps`.",
    ),
    Code(
        "MV605",
        "picture too heavy",
        ERROR,
        "So many classes, or notes that last so long, cannot be planned over so many frames.",
    ),
    # The machine
    Code(
        "MV901",
        "device cannot be used",
        ERROR,
        "The device that `--device` names is not here. `--device auto` takes what there is; `cpu` "
        "works everywhere.",
    ),
    Code(
        "MV902",
        "weights not here",
        ERROR,
        "BigGAN paints with weights that are not part of musicvis: `musicvis weights fetch "
        "biggan-deep-512` gets them, `musicvis weights add FOLDER` takes those that you have, and "
        "`visuals.weights` names a folder of the piece or weights of that store. They make images of "
        "one size: `visuals.resolution` may be smaller, not larger. With `generator: auto` the piece "
        "compiles without them.",
    ),
    Code(
        "MV903",
        "weights cannot be used",
        ERROR,
        "The folder does not hold the weights of a BigGAN that can be used; the finding says what is "
        "missing or different. Download it again.",
    ),
    Code(
        "MV904",
        "BigGAN's package is missing",
        ERROR,
        "`musicvis weights fetch` takes its addresses from a package: type pip install "
        "'musicvis[gan]'. Weights that are here work without it.",
    ),
    Code(
        "MV905",
        "other weights than pinned",
        ERROR,
        "`visuals.weights_sha256` says which weights the piece was made with, and the file here is "
        "another: its pictures would differ. `musicvis weights list` shows what is here; take the "
        "right ones, or pin these.",
    ),
    Code(
        "MV906",
        "runtime cannot be used",
        ERROR,
        "The runtime that `--backend` names is not installed or cannot compute there. `--backend auto` "
        "takes what there is.",
    ),
    Code(
        "MV907",
        "name of weights",
        ERROR,
        "Weights are kept under a name of letters, digits, points, hyphens and underscores, and a name "
        "that other weights have is not taken from them. Choose another: `musicvis weights add PATH "
        "--name NAME`.",
    ),
    Code(
        "MV908",
        "download failed",
        ERROR,
        "The weights did not come: no connection, a server that refuses, or a line that broke several "
        "times. What has come is kept aside, and the same command goes on from there.",
    ),
    Code(
        "MV910",
        "segment that ends its process",
        ERROR,
        "The process that rendered a stretch of the film died three times, each time at the same segment; "
        "often the memory was full. With fewer `--workers`, a smaller `visuals.resolution` or less else "
        "running it may pass. All other segments are kept, and the same command goes on from there.",
    ),
    Code(
        "MV911",
        "not enough room on the disk",
        ERROR,
        "The segments that are missing will not fit on the disk of the cache. Nothing was begun. Make "
        "room, type `musicvis clean`, or name a folder on another disk with `--cache-dir`.",
    ),
    Code(
        "MV912",
        "cache that cannot be used",
        ERROR,
        "The folder where finished work is kept is not yours, may be written to by others, cannot be "
        "written to, or is no such folder. Name another with `--cache-dir` or MUSICVIS_CACHE, or mend its "
        "permissions: `chmod 700`.",
    ),
    Code(
        "MV913",
        "machines that cannot be used",
        ERROR,
        "The Ray cluster of `--ray` did not answer in time, asks for a token, or is not what the film needs. "
        "Whoever may talk to a cluster may run programs on it, so musicvis joins one on other machines "
        "only with token authentication switched on: set RAY_AUTH_MODE=token on all of them.",
    ),
    Code(
        "MV914",
        "machines that differ",
        ERROR,
        "A machine that was to render segments has other versions of the packages that make the picture, "
        "or another kind of device, than the one that asked: its frames would not fit the others. Install "
        "the same versions of torch and av everywhere.",
    ),
    Code(
        "MV915",
        "segments that do not fit together",
        ERROR,
        "The film could not be joined from its segments, or `--verify` found a frame that is not that of its "
        "segment: an encoder gives other headers than it gave before, as a new driver of a GPU may, or the "
        "disk fails. Type `musicvis clean --all` and compile again. The film of before is untouched.",
    ),
)

CODES: dict[str, Code] = {entry.code: entry for entry in _TABLE}
"""Every code by name."""


def code_page(code: str) -> str:
    """The page of a code in Markdown: what it means and how to mend it, wrong and right side by side.

    Raises KeyError for a code that is not in the table.
    """
    from .examples import EXAMPLES, OLD

    entry = CODES[code]
    page = f"### {entry.code} {entry.title} ({entry.severity})\n\n{entry.explanation}\n"
    if code in EXAMPLES:
        wrong, right = EXAMPLES[code]
        form = "json" if wrong.startswith(OLD) else "yaml"
        page += f"\n```{form}\n{wrong}\n```\nbecomes\n```{form}\n{right}\n```\n"
    return page
