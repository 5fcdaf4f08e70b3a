"""What is small takes no minutes: texts made for the worst case of every search and loop."""

from contextlib import suppress
from pathlib import Path

import pytest
from musicvis.compiler.compile import check_piece
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.dsl.findings.ignores import without_ignored
from musicvis.dsl.load import load_piece

from .campaigns import score_as_played
from .samples import waltz
from .watch import CASE_CPU_S, watchdog

HEAD = "musicvis: 1\ntitle: W\nscore: waltz.mid\n"
MANY = 60_000
TEXTS = {
    "an ignore comment within itself": "#musicvis:ignore[" * 50_000,
    "an ignore comment of one word": "#musicvis:ignore[" + "a" * 500_000 + " b]",
    "ignore comments alone on their lines": "# musicvis: ignore[MV1]\n" * 40_000,
    "ignore comments of many codes": "#musicvis:ignore[" + "a," * 300_000 + "]",
    "a spread of digits": f'audio: {{buses: {{vibes: {{ear: "by pitch {"1" * MANY}"}}}}}}',
    "a place of dots": f'effects: {{vibes: [{{at: "@{"a." * (MANY // 2)}", hold: 1}}]}}',
    "a place of spaces": f'effects: {{vibes: [{{at: "1|1{" " * MANY}x", hold: 1}}]}}',
    "a range of dots": f'visuals: {{rules: [{{where: {{range: "{"." * MANY}"}}, kick: 2}}]}}',
    "a part of stars": f'visuals: {{rules: [{{where: {{part: "{"*a" * (MANY // 2)}"}}, kick: 2}}]}}',
    "a long unknown key": f'"{"a" * MANY}": 1',
    "a thousand long lanes": "effects:\n"
    + "".join(f'  "{"v" * 700}{i}": [{{at: 1|1, hold: 1}}]\n' for i in range(1000)),
    "unknown lanes among many parts": "parts: {"
    + ", ".join(f"{'P' * 90}{i}: {{tracks: '*'}}" for i in range(200))
    + "}\neffects:\n"
    + "".join(f"  {'P' * 90}x{i}: [{{at: 1|1, hold: 1}}]\n" for i in range(1000)),
    "mirrors of mirrors": "effects:\n"
    + "".join(f"  l{i}: {{mirror: l{i + 1}}}\n" for i in range(998))
    + "  l998: [{at: 1|1, hold: 1}]\n",
    "a ring of mirrors": "effects:\n"
    + "".join(f"  l{i}: {{mirror: l{(i + 1) % 900}}}\n" for i in range(900)),
    "chains of chains": "audio: {chains: {"
    + ", ".join(f"c{i}: [{', '.join([f'c{i + 1}'] * 9)}]" for i in range(150))
    + ", c150: [{reverb: {}}]}}",
    "a billion cycles": "effects: {vibes: [{at: 1|1, hold: 0}, "
    "{at: 3|1, to: 1, shape: sawtooth, cycles: 999999999}]}",
    "wrong values": "audio: {buses: {vibes: {stems: [" + "x, " * 30_000 + "]}}}",
    "anchors": "x: [" + "&a 1, " * 100_000 + "]",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_megabyte_at_its_worst_is_checked_in_seconds(name: str, tmp_path: Path) -> None:
    (tmp_path / "waltz.mid").write_bytes(waltz())
    (tmp_path / "piece.yaml").write_text(f"{HEAD}{TEXTS[name]}\n", encoding="utf-8")
    # Of the processor, and ten times what the slowest takes: this is no measurement.
    with watchdog(CASE_CPU_S):
        loaded = load_piece(tmp_path)
        without_ignored(check_piece(loaded), loaded.files)


CHORD = "<Chord><durationType>128th</durationType><Note><pitch>60</pitch></Note></Chord>"
FERMATA = "<Fermata><subtype>fermataAbove</subtype><timeStretch>2</timeStretch></Fermata>"
SPANNER = "<Spanner type='{0}'><{0}/><next><location><measures>900</measures></location></next></Spanner>"
BARS = {
    "fermatas of one bar": [(FERMATA + CHORD) * 2000 + FERMATA * 20_000],
    "slurs over everything": [SPANNER.format("Slur") * 10_000 + CHORD * 64, *[CHORD * 64] * 100],
    "trills over everything": [SPANNER.format("Trill") * 10_000 + CHORD * 64, *[CHORD * 64] * 100],
    "tempi of every bar": [f"<Tempo><tempo>{10 + i / 777:.9f}</tempo></Tempo>{CHORD}" for i in range(4500)],
    "tuplets in tuplets": [
        "<Tuplet><normalNotes>2</normalNotes><actualNotes>3</actualNotes></Tuplet>" * 20_000
    ],
}


@pytest.mark.parametrize("name", BARS)
def test_a_score_at_its_worst_is_read_in_seconds(name: str) -> None:
    bars = "".join(f"<Measure><voice>{bar}</voice></Measure>" for bar in BARS[name])
    part = '<Part><Staff id="1"/></Part>'
    document = f'<museScore version="3.02"><Score>{part}<Staff id="1">{bars}</Staff></Score></museScore>'
    with watchdog(CASE_CPU_S), suppress(PieceError):
        score_as_played(document.encode(), "a.mscx")


NOTE = (
    "<note>{0}<pitch><step>C</step><octave>4</octave></pitch><duration>1</duration>"
    "<type>quarter</type>{1}</note>"
)
TRILL = "<notations><ornaments><trill-mark/></ornaments></notations>"
SLUR = "<notations><slur type='start' number='{0}'/><fermata/></notations>"
TUPLET = (
    "<time-modification><actual-notes>{0}</actual-notes><normal-notes>{1}</normal-notes></time-modification>"
)
CRESC = "<direction><direction-type><words>cresc.</words></direction-type></direction>"
MUSICXML = {
    "trills and graces in one bar": [(NOTE.format("<grace/>", "") * 9 + NOTE.format("", TRILL)) * 200],
    "slurs and fermatas everywhere": [
        "".join(NOTE.format("", SLUR.format(n % 9)) for n in range(64)) for _ in range(40)
    ],
    "tuplets without a common measure": [
        "".join(NOTE.format("", TUPLET.format(n, 7)) for n in range(8, 8000))
    ],
    "words that begin everywhere": [CRESC * 10_000 + NOTE.format("", "")] * 2,
    "divisions that change": [
        "".join(
            f"<attributes><divisions>{n}</divisions></attributes>" + NOTE.format("", "")
            for n in range(1, 4000)
        )
    ],
    "faults that differ": ["".join(f"<sound tempo='x{n}'/>" for n in range(20_000)) + NOTE.format("", "")],
    "a wide bar without notes": ["<forward><duration>2000</duration></forward>" * 20_000],
    "jumps of every bar": ["<sound dacapo='yes'/>" + NOTE.format("", "")] * 150,
}


@pytest.mark.parametrize("name", MUSICXML)
def test_musicxml_at_its_worst_is_read_in_seconds(name: str) -> None:
    bars = "".join(f"<measure>{bar}</measure>" for bar in MUSICXML[name])
    document = f"<score-partwise><part>{bars}</part></score-partwise>"
    with watchdog(CASE_CPU_S), suppress(PieceError):
        score_as_played(document.encode(), "a.musicxml")
