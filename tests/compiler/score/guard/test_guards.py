"""Hostile archives and XML: refused in time, by name, without a traceback."""

import io
import os
import re
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from musicvis.compiler.score.guard import xml as xml_guard
from musicvis.compiler.score.guard.limits import MAX_MIDI_BYTES
from musicvis.compiler.score.guard.xml import parse_xml
from musicvis.compiler.score.read import read_score, read_score_file
from musicvis.dsl.findings.diagnostics import PieceError

DATA = Path(__file__).parents[1] / "data"
CONTAINER = '<container><rootfiles><rootfile full-path="{}"/></rootfiles></container>'
SCORE = (DATA / "waltz.mscx").read_bytes()


def archive(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return stream.getvalue()


def score_archive(content: bytes = SCORE, root: str = "a.mscx", **more: bytes) -> dict[str, bytes]:
    return {"META-INF/container.xml": CONTAINER.format(root).encode(), "a.mscx": content, **more}


def doctored(data: bytes, offset: int, value: bytes) -> bytes:
    """The archive with bytes of the last entry of its central directory replaced."""
    start = data.rindex(b"PK\x01\x02") + offset
    return data[:start] + value + data[start + len(value) :]


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as target:
            for _ in range(2):
                target.writestr("a.mscx", SCORE)
    return stream.getvalue()


def symlink() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr("META-INF/container.xml", CONTAINER.format("a.mscx"))
        info = zipfile.ZipInfo("a.mscx")
        info.external_attr = 0o120777 << 16
        target.writestr(info, "/etc/passwd")
    return stream.getvalue()


def overlapping() -> bytes:
    """An archive whose second file begins where the first one does."""
    data = archive(score_archive())
    directory = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", directory + 4)
    return data[: second + 42] + data[directory + 42 : directory + 46] + data[second + 46 :]


HOSTILE_ARCHIVES = {
    "a bomb of zeros": (lambda: archive(score_archive(bytes(60 << 20))), "is packed more than 300 to 1"),
    "an entry of 4 GB by its own word": (
        lambda: doctored(archive(score_archive()), 24, struct.pack("<I", 0xFFFFFFF0)),
        "unpacks to 4294967280 bytes",
    ),
    "an entry larger than it says": (
        lambda: doctored(archive(score_archive()), 24, struct.pack("<I", 10)),
        "not a readable zip archive",
    ),
    "an encrypted entry": (lambda: doctored(archive(score_archive()), 8, b"\x01\x00"), "is encrypted"),
    "an entry packed by bzip2": (
        lambda: archive(score_archive(), zipfile.ZIP_BZIP2),
        "is packed by method 12, not by deflate",
    ),
    "too many entries": (
        lambda: archive({str(i): b"" for i in range(600)}),
        "the archive holds 600 files, at most 512",
    ),
    "two entries of one name": (twice, "two files of one name"),
    "files in each other": (overlapping, "archive overlap"),
    "a symbolic link": (symlink, "is a symbolic link"),
    "no container": (lambda: archive({"a.mscx": SCORE}), "holds no META-INF/container.xml"),
    "a root outside the archive": (
        lambda: archive(score_archive(root="../../a.mscx")),
        "names '../../a.mscx', which it does not hold",
    ),
    "two scores": (
        lambda: archive(
            {
                **score_archive(),
                "META-INF/container.xml": b'<c><rootfile full-path="a.mscx"/>'
                b'<rootfile full-path="b.mscx"/></c>',
            }
        ),
        "names 2 scores",
    ),
    "half an archive": (lambda: archive(score_archive())[:300], "not a readable zip archive"),
}


@pytest.mark.parametrize("case", HOSTILE_ARCHIVES)
def test_a_hostile_archive_is_refused(case: str) -> None:
    make, message = HOSTILE_ARCHIVES[case]
    with pytest.raises(PieceError) as caught:
        read_score(make(), "songs/a.mscz")
    finding = caught.value.diagnostics[0]
    assert (finding.code, finding.span.file) == ("MV402", "songs/a.mscz")
    assert message in finding.message


def test_a_musescore_4_archive_is_read_past_its_excerpts_and_styles() -> None:
    container = b"".join(
        [
            b"<container><rootfiles>",
            b'<rootfile full-path="score_style.mss"/>',
            b'<rootfile full-path="a.mscx"/>',
            b'<rootfile full-path="Excerpts/0_Flute/0_Flute.mscx"/>',
            b"</rootfiles></container>",
        ]
    )
    files = {**score_archive(), "Excerpts/0_Flute/0_Flute.mscx": b"", "META-INF/container.xml": container}
    assert len(read_score(archive(files), "a.mscz").notes) == 40


LAUGHS = b'<!DOCTYPE museScore [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><museScore>&b;</museScore>'
HOSTILE_XML = {
    "an entity bomb": (LAUGHS, "MV404"),
    "an external entity": (
        b'<!DOCTYPE museScore SYSTEM "file:///etc/passwd"><museScore version="3.02"/>',
        "MV404",
    ),
    "depth": (b"<a>" * 100_000, "MV405 elements nested deeper than 64"),
    "text": (b"<a>" + b"x" * (1 << 20) + b"y</a>", "MV405 a text longer than 1 MiB"),
    "attributes": (b"<a " + b" ".join(b'x%d=""' % i for i in range(65)) + b"/>", "MV405 65 attributes"),
    "an unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><a/>', "MV403"),
    "a cut": (SCORE[:2000], "MV403 not well-formed XML: "),
    "nothing": (b"", "MV403"),
    "an undefined entity": (b"<a>&nbsp;</a>", "MV403 not well-formed XML: undefined entity"),
}


@pytest.mark.parametrize("case", HOSTILE_XML)
def test_hostile_xml_is_refused(case: str) -> None:
    data, message = HOSTILE_XML[case]
    with pytest.raises(PieceError) as caught:
        read_score(data, "a.mscx")
    assert message in str(caught.value)


def test_a_document_of_more_elements_than_any_score_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert xml_guard.MAX_ELEMENTS == 500_000
    monkeypatch.setattr(xml_guard, "MAX_ELEMENTS", 1000)
    with pytest.raises(PieceError, match="MV405 more than 1000 elements"):
        read_score(b"<a>" + b"<b/>" * 1001, "a.mscx")


def test_an_xml_fault_has_its_line_and_column() -> None:
    with pytest.raises(PieceError) as caught:
        parse_xml(b"<a>\n  <b></c>\n</a>", "a.mscx")
    span = caught.value.diagnostics[0].span
    # expat points at the name of the closing tag that matches nothing.
    assert (span.file, span.line, span.column) == ("a.mscx", 2, 8)


def test_musicxml_may_name_its_document_type_but_declare_nothing_in_it() -> None:
    named = (
        b'<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD" "http://example.org/p.dtd"><score-partwise/>'
    )
    assert parse_xml(named, "a.xml", ("score-partwise",)).tag == "score-partwise"
    declared = b'<!DOCTYPE score-partwise [<!ENTITY a "x">]><score-partwise/>'
    with pytest.raises(PieceError, match="MV404"):
        parse_xml(declared, "a.xml", ("score-partwise",))


def test_elements_that_are_not_read_count_for_every_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    root = parse_xml(b"<a>x<b>no<c/></b>y<d/>z</a>", "a.xml", not_read=frozenset({"b"}))
    assert [child.tag for child in root.children] == ["d"]
    assert root.all_text() == "xyz"
    deep = b"<a>" + b"<b>" * 64 + b"</b>" * 64 + b"</a>"
    with pytest.raises(PieceError, match="MV405 elements nested deeper than 64"):
        parse_xml(deep, "a.xml", not_read=frozenset({"b"}))
    monkeypatch.setattr(xml_guard, "MAX_ELEMENTS", 10)
    with pytest.raises(PieceError, match="MV405 more than 10 elements"):
        parse_xml(b"<a>" + b"<b/>" * 10 + b"</a>", "a.xml", not_read=frozenset({"b"}))
    with pytest.raises(PieceError, match="MV405 a text longer"):
        parse_xml(b"<a><b>" + b"x" * (1 << 20) + b"y</b></a>", "a.xml", not_read=frozenset({"b"}))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<durationType>half<", "<durationType>fortnight<"),
        ("<actualNotes>3<", "<actualNotes>1000000000<"),
        ("<sigN>3<", "<sigN>0<"),
        ("<sigD>4<", "<sigD>3<"),
        ('len="1/4"', 'len="1/1000000000"'),
        ('len="1/4"', 'len="999999999/1"'),
        ('len="1/4"', 'len="1/0"'),
        ("<pitch>65<", "<pitch>65000<"),
        ("<pitch>65</pitch>", ""),
        ("<measures>1<", "<measures>1e5<"),
        ("<endRepeat>2<", "<endRepeat>-1<"),
        ('version="3.01"', 'version="-3"'),
    ],
)
def test_numbers_that_no_music_has_are_refused(old: str, new: str) -> None:
    text = SCORE.decode()
    assert old in text
    with pytest.raises(PieceError, match=r"MV40[678]"):
        read_score(text.replace(old, new).encode(), "a.mscx")


def test_bars_whose_lengths_have_no_common_measure_are_refused() -> None:
    # Sums of such fractions grow by six digits a bar: a file of a megabyte would take minutes.
    part = '<Part><Staff id="1"/></Part>'
    bars = "".join(
        f'<Measure len="1/{prime}"><voice/></Measure>' for prime in (1021, 1019, 1013, 1009, 997, 991)
    )
    data = f'<museScore version="3.02"><Score>{part}<Staff id="1">{bars}</Staff></Score></museScore>'
    with pytest.raises(PieceError, match="MV407 its bars add up to no playable length"):
        read_score(data.encode(), "a.mscx")


def test_endings_that_leave_out_every_bar_are_refused() -> None:
    volta = '<Spanner type="Volta"><Volta><endings>7</endings></Volta><next><location><measures>1</measures>'
    bar = f"<Measure><voice>{volta}</location></next></Spanner></voice></Measure>"
    part = '<Part><Staff id="1"/></Part>'
    data = f'<museScore version="3.02"><Score>{part}<Staff id="1">{bar}</Staff></Score></museScore>'
    with pytest.raises(PieceError, match="MV407 its endings leave out every bar"):
        read_score(data.encode(), "a.mscx")


def test_thousands_of_chords_on_one_spot_are_refused() -> None:
    chord = "<Chord><durationType>quarter</durationType><Note><pitch>60</pitch></Note></Chord>"
    back = "<location><fractions>-1/4</fractions></location>"
    part = '<Part><Staff id="1"/></Part>'
    bar = f"<Measure><voice>{(chord + back) * 4097}</voice></Measure>"
    data = f'<museScore version="3.02"><Score>{part}<Staff id="1">{bar}</Staff></Score></museScore>'
    with pytest.raises(PieceError, match="MV407 more than 4096 chords in one bar"):
        read_score(data.encode(), "a.mscx")


def test_dynamics_of_the_whole_system_cannot_multiply_a_small_file() -> None:
    # 512 staves and a thousand dynamics for all of them: within the limit, and what they say is played.
    def system(dynamics: int) -> bytes:
        parts = "".join(f'<Part><Staff id="{staff}"/></Part>' for staff in range(1, 513))
        dynamic = "<Dynamic><dynType>2</dynType><subtype>p</subtype></Dynamic>" * dynamics
        chord = "<Chord><durationType>whole</durationType><Note><pitch>60</pitch></Note></Chord>"
        first = f'<Staff id="1"><Measure><voice>{dynamic}{chord}</voice></Measure></Staff>'
        others = "".join(f'<Staff id="{staff}"><Measure/></Staff>' for staff in range(2, 513))
        return f'<museScore version="3.02"><Score>{parts}{first}{others}</Score></museScore>'.encode()

    assert [note.velocity for note in read_score(system(1000), "a.mscx").notes] == [49]
    with pytest.raises(PieceError, match="MV408 its dynamics and hairpins govern more than 1000000 staves"):
        read_score(system(2000), "a.mscx")


def test_tens_of_thousands_of_notes_in_one_bar_are_refused() -> None:
    note = "<note><rest/><duration>1</duration></note>"
    listing = '<part-list><score-part id="P1"><part-name>a</part-name></score-part></part-list>'
    part = f'<part id="P1"><measure number="1">{note * 8193}</measure></part>'
    with pytest.raises(PieceError, match="MV407 more than 8192 notes in one bar"):
        read_score(f"<score-partwise>{listing}{part}</score-partwise>".encode(), "a.musicxml")


def test_more_than_four_hours_of_music_are_refused() -> None:
    slow = re.sub("<tempo>[^<]*<", "<tempo>0.001<", SCORE.decode())
    with pytest.raises(PieceError, match=r"MV408 it lasts 4\.4 hours, at most 4"):
        read_score(slow.encode(), "a.mscx")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.pdf", b"", "MV400"),
        ("a", b"", "MV400"),
        ("a.mscx", b"MThd", "MV400"),
        ("a.mid", bytes(MAX_MIDI_BYTES + 1), "MV401"),
        ("a.musicxml", b"<museScore/>", "MV406"),
        ("a.mscx", b"<score-partwise/>", "MV406"),
        ("a.mid", SCORE, "MV410"),
        ("a.mscz", b"PK\x03\x04", "MV402"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(name: str, data: bytes, code: str) -> None:
    with pytest.raises(PieceError) as caught:
        read_score(data, name)
    assert [finding.code for finding in caught.value.diagnostics] == [code]


def test_a_missing_file_and_a_pipe_are_findings(tmp_path: Path) -> None:
    with pytest.raises(PieceError, match="MV001 there is no file"):
        read_score_file(tmp_path / "none.mscz")
    os.mkfifo(tmp_path / "pipe.mid")
    with pytest.raises(PieceError, match="MV004"):
        read_score_file(tmp_path / "pipe.mid")


def test_the_door_loads_neither_music21_nor_numpy() -> None:
    code = (
        "import sys; from pathlib import Path; from musicvis.compiler.score.read import read_score_file\n"
        f"for name in ('waltz.mscz', 'waltz.mid', 'waltz.mxl'): read_score_file(Path({str(DATA)!r}) / name)\n"
        "print(sorted({'music21', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.mscz", archive({"a.mscx": SCORE})),
        ("a.mscz", archive(score_archive())[:200]),
        ("a.mscx", b"<html/>"),
        ("a.mscx", b"<a>" * 100),
        ("a.mscx", SCORE.replace(b"<endRepeat>2<", b"<endRepeat>x<")),
        ("a.mid", b"MThd"),
        ("a.pdf", b""),
    ],
)
def test_every_refusal_says_how_to_mend_it(name: str, data: bytes) -> None:
    with pytest.raises(PieceError) as caught:
        read_score(data, name)
    assert caught.value.diagnostics[0].hint
