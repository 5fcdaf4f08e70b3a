"""DAWproject: what its schema demands, and what is read of other programs' projects."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from musicvis.compiler.plan import Chapter
from musicvis.compiler.score.model import Measure, Meter, Score, TempoMark
from musicvis.compiler.time.clock import Clock
from musicvis.compiler.write.bridges import incoming
from musicvis.compiler.write.bridges.dawproject import Stem, dawproject, documents
from musicvis.compiler.write.bridges.incoming import Wanted, lanes_of, read_incoming
from musicvis.compiler.write.bridges.timeline import Cue, Tempo, Timeline
from musicvis.dsl.findings.diagnostics import PieceError

LANE = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5])
TIMELINE = Timeline(
    title='Waltz & "Boat"',
    film="waltz.mp4",
    fps=Fraction(10),
    frame_count=10,
    bars=[],
    sections=[Chapter("A", Fraction(0)), Chapter("B", Fraction(4, 5))],
    # At 150 a quarter note lasts 0.4 s: 2 of them until 0.8 s; from there on one lasts 2/3 s.
    tempi=[Tempo(Fraction(0), Fraction(150), Meter(3, 4)), Tempo(Fraction(4, 5), Fraction(90), Meter(6, 8))],
    cues=[Cue(Fraction(2, 5), Fraction(1), "harp", 67, 127, None)],
    lanes={"visuals.zoom": 1.0 + LANE, "harp": 2.0 * LANE - 1.0, "bass.gain": LANE},
)
CLOCK = Clock.from_score(
    Score(
        tracks=(),
        notes=(),
        tempi=(TempoMark(Fraction(0), Fraction(120)),),
        measures=(
            Measure(1, 1, Fraction(0), Fraction(4), Meter(4, 4)),
            Measure(2, 1, Fraction(4), Fraction(4), Meter(4, 4)),
            Measure(3, 1, Fraction(8), Fraction(3), Meter(6, 8)),
        ),
        title="",
    )
)


def project(timeline: Timeline = TIMELINE, stems: tuple[Stem, ...] = ()) -> ET.Element:
    return ET.fromstring(documents(timeline, stems)["project.xml"])


def archive(text: str, name: str = "project.xml") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr(name, text)
    return held.getvalue()


def points(root: ET.Element) -> Iterator[tuple[Mapping[str, str], list[tuple[float, float]]]]:
    """The target of each automation, and its points."""
    for found in root.iter("Points"):
        target = found.find("Target")
        assert target is not None
        yield (
            target.attrib,
            [(float(p.get("time", "")), float(p.get("value", ""))) for p in found.iter("RealPoint")],
        )


def test_the_archive_holds_both_documents_and_is_the_same_each_time() -> None:
    data = dawproject(TIMELINE)
    assert data == dawproject(TIMELINE)
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        assert sorted(made.namelist()) == ["metadata.xml", "project.xml"]
        assert ET.fromstring(made.read("metadata.xml")).findtext("Title") == 'Waltz & "Boat"'


def test_elements_stand_as_the_schema_demands() -> None:
    root = project(stems=(Stem("audio/1.wav", "bass (sound)", 1.0, 48000),))
    # Sequences of Project.xsd; what it requires of each element.
    assert [child.tag for child in root] == ["Application", "Transport", "Structure", "Arrangement"]
    assert root.attrib == {"version": "1.0"} and set(root[0].attrib) == {"name", "version"}
    arrangement = root[3]
    order = ["Lanes", "Markers", "TempoAutomation", "TimeSignatureAutomation"]
    assert [child.tag for child in arrangement] == order
    for channel in root.iter("Channel"):
        assert [child.tag for child in channel] == ["Pan", "Volume"]
        assert all({"unit", "value", "id"} <= set(child.attrib) for child in channel)
    known = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert len(known) == len(set(known))
    for element in root.iter():
        for reference in ("track", "destination", "parameter"):
            assert element.get(reference, known[0]) in known
        if element.tag == "Points":
            assert element[0].tag == "Target" and element.get("unit") in ("normalized", "linear")
        if element.tag == "Note":
            assert {"time", "duration", "key"} <= set(element.attrib)
    audio = next(root.iter("Audio"))
    assert {"duration", "sampleRate", "channels"} <= set(audio.attrib)
    assert audio[0].attrib == {"path": "audio/1.wav"}


def test_times_are_quarter_notes_across_a_change_of_tempo() -> None:
    root = project()
    (note,) = root.iter("Note")
    # From 0.4 s, 1 quarter note, to 1 s: 2 and 0.2 s of 2/3 s.
    assert (float(note.get("time", "")), float(note.get("duration", ""))) == (1.0, pytest.approx(1.3))
    assert (note.get("key"), note.get("vel")) == ("67", "1.000000")
    assert [(m.get("name"), float(m.get("time", ""))) for m in root.iter("Marker")] == [("A", 0), ("B", 2)]
    tempi = [(float(p.get("time", "")), p.get("value")) for p in root.iter("RealPoint")][-2:]
    assert tempi == [(0, "150"), (2, "90")]
    metres = [(p.get("numerator"), p.get("denominator")) for p in root.iter("TimeSignaturePoint")]
    assert metres == [("3", "4"), ("6", "8")]


def test_the_tempo_of_a_project_is_within_its_own_range() -> None:
    tempi = [
        Tempo(Fraction(0), Fraction(7, 10), Meter(4, 4)),
        Tempo(Fraction(1, 2), Fraction(999), Meter(4, 4)),
    ]
    tempo = project(replace(TIMELINE, tempi=tempi)).find("Transport/Tempo")
    assert tempo is not None
    assert (tempo.get("min"), tempo.get("value"), tempo.get("max")) == ("0.7", "0.7", "999")


def test_a_place_is_a_pan_a_gain_a_volume_and_any_other_lane_a_controller() -> None:
    root = project()
    tracks = {track.get("id"): track.get("name") for track in root.iter("Track")}
    assert list(tracks.values()) == ["Master", "harp", "bass", "visuals.zoom [1..2]"]
    parameters = {p.get("id"): p.tag for p in root.iter() if p.tag in ("Pan", "Volume")}
    found = {parameters.get(target.get("parameter", ""), "controller"): at for target, at in points(root)}
    # The middle of frame 0 is 0.05 s, an eighth of a quarter note; that of frame 8 0.05 s behind 0.8 s.
    times = [0.125, 1.125, 2.075, 2.225]
    assert [(t, v) for t, v in found["Pan"]] == list(zip(times, [0, 1, 1, 0.5], strict=True))
    assert found["Volume"] == found["controller"] == found["Pan"]


def test_written_automation_is_read_back_to_the_values_of_the_lanes() -> None:
    read = read_incoming(dawproject(TIMELINE), "waltz.dawproject")
    assert read is not None and read.program == "DAWproject"
    assert read.names == ["harp pan", "bass volume", "visuals.zoom"]
    frames_qn = [float(TIMELINE.quarters(Fraction(2 * k + 1, 20))) for k in range(10)]
    for name, lane in (("harp pan", 2 * LANE - 1), ("bass volume", LANE), ("visuals.zoom", 1 + LANE)):
        at = read.automation[name].points
        values = np.interp(frames_qn, [float(p.at) for p in at], [p.value for p in at])
        assert values == pytest.approx(lane, abs=1e-4 * np.ptp(lane))


def test_a_passage_in_a_tempo_of_its_own_counts_from_its_first_frame() -> None:
    late = replace(TIMELINE, tempi=[Tempo(Fraction(0), Fraction(60), Meter(2, 2))])
    assert late.quarters(Fraction(3, 2)) == Fraction(3, 2)
    assert replace(TIMELINE, tempi=[]).quarters(Fraction(3, 2)) == 3


OTHERS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Project version="1.0"><Application name="Another" version="5"/>
<Structure>
 <Track id="t1" name="Bass"><Channel id="c1"><Devices><Vst3Plugin deviceName="Filter" deviceRole="audioFX">
  <Parameters><RealParameter id="p3" name="Cutoff" unit="hertz"/></Parameters></Vst3Plugin></Devices>
  <Mute id="p4" value="false"/><Pan id="p1" min="0" max="1" unit="normalized" value="0.5"/>
  <Volume id="p2" unit="decibel" value="0"/></Channel></Track>
 <Track id="t2" name="Keys"/>
</Structure>
<Arrangement id="a"><Lanes timeUnit="beats" id="l">
 <Lanes track="t1" id="l1">
  <Points unit="decibel" id="q1"><Target parameter="p2"/><RealPoint time="0" value="-inf"/>
   <RealPoint time="2" value="0" interpolation="linear"/><RealPoint time="4" value="-20"/></Points>
  <Points unit="normalized" id="q2"><Target parameter="p1"/>
   <RealPoint time="0" value="0.5" interpolation="linear"/>
   <RealPoint time="8" value="1" interpolation="linear"/>
   <RealPoint time="8" value="0"/></Points>
  <Points id="q3"><Target parameter="p4"/><BoolPoint time="1" value="true"/></Points>
  <Points id="q4" timeUnit="seconds"><Target parameter="p3"/><RealPoint time="1" value="500"/></Points>
 </Lanes>
 <Lanes track="t2" id="l2"><Clips id="k"><Clip time="4" duration="4" playStart="1">
  <Points unit="normalized" id="q5"><Target expression="channelController" channel="0" controller="1"/>
   <RealPoint time="0" value="0.9"/><RealPoint time="1" value="0.25" interpolation="linear"/>
   <RealPoint time="3" value="0.75"/><RealPoint time="9" value="0"/></Points></Clip></Clips></Lanes>
</Lanes></Arrangement></Project>"""


def test_automation_of_another_program_becomes_lanes_at_its_places() -> None:
    read = read_incoming(archive(OTHERS), "a.dawproject")
    assert read is not None
    assert read.findings == ()
    assert read.names == ["Bass volume", "Bass pan", "Bass mute", "Bass Cutoff", "Keys controller 1"]
    wanted = {
        "Bass volume": Wanted("bass.gain"),
        "Bass pan": Wanted("bass"),
        "Bass Cutoff": Wanted("bass.filter.cutoff"),
        "Keys controller 1": Wanted("visuals.zoom", 1.0, 2.0),
    }
    text = lanes_of(read, wanted, None, CLOCK)
    rows = [" ".join(row.split()) for row in text.splitlines()]
    assert rows == [
        "bass.gain:",
        # -inf dB is silence, 0 dB the factor 1, -20 dB a tenth.
        "- {at: 1|1, hold: 0}",
        "- {at: 1|3, from: 1, to: 0.1, shape: straight}",
        "- {at: 2|1, hold: 0.1}",
        "bass:",
        "- {at: 1|1, from: 0, to: 1, shape: straight}",
        # It goes to the right and jumps to the left.
        "- {at: 3|1, hold: -1}",
        "bass.filter.cutoff:",
        # A second is two quarter notes at 120.
        "- {at: 1|1, hold: 500}",
        "- {at: 1|3, hold: 500}",
        "visuals.zoom:",
        # What the clip does not play is left out: it begins at its quarter note 1, and lasts 4.
        "- {at: 1|1, hold: 1.25}",
        "- {at: 2|1, to: 1.75, shape: straight}",
        "- {at: 2|3, hold: 1.75}",
    ]


def test_a_clip_that_plays_its_content_again_is_read_once_with_a_warning() -> None:
    text = OTHERS.replace('playStart="1">', 'playStart="1" loopStart="1" loopEnd="3">')
    read = read_incoming(archive(text), "a.dawproject")
    assert read is not None
    (finding,) = read.findings
    assert finding.code == "MV689" and "Keys controller 1" in finding.message
    # From its quarter note 1 to its 3, which is 4 to 6 of the piece; it lasts until 8.
    assert [float(point.at) for point in read.automation["Keys controller 1"].points] == [4.0, 6.0]


def test_a_line_is_even_in_quarter_notes_where_the_beat_becomes_another() -> None:
    text = OTHERS.replace('time="8" value="1" interpolation="linear"', 'time="11" value="1"').replace(
        '<RealPoint time="8" value="0"/>', ""
    )
    read = read_incoming(archive(text), "a.dawproject")
    assert read is not None
    # From 0 to 1 in 11 quarter notes; bar 3 counts eighths and begins at 8 of them.
    assert "to: 0.727272727" in lanes_of(read, {"Bass pan": Wanted("bass")}, None, CLOCK)


@pytest.mark.parametrize(
    "text",
    [
        "<Project",
        '<!DOCTYPE Project [<!ENTITY a "b">]><Project/>',
        "<Project><Structure/></Project>",
        OTHERS.replace('time="2"', 'time="soon"'),
        OTHERS.replace('time="4" value="-20"', 'time="1e300" value="-20"'),
    ],
)
def test_a_damaged_project_is_a_finding(text: str) -> None:
    with pytest.raises(PieceError) as error:
        read_incoming(archive(text), "a.dawproject")
    assert {finding.code for finding in error.value.findings} == {"MV682"}


def test_a_value_beyond_all_numbers_is_left_out() -> None:
    text = OTHERS.replace('id="p1" min="0" max="1"', 'id="p1" min="-1e308" max="1e308"').replace(
        'value="0.5" interpolation', 'value="-1e308" interpolation'
    )
    read = read_incoming(archive(text), "a.dawproject")
    assert read is not None and [point.value for point in read.automation["Bass pan"].points] == [-1.0]


def test_an_archive_without_a_project_is_reported() -> None:
    with pytest.raises(PieceError) as error:
        read_incoming(archive("x", "notes.txt"), "a.zip")
    assert error.value.findings[0].code == "MV686"


def test_more_points_than_a_file_of_lanes_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "LINES_MOST", 3)
    read = read_incoming(archive(OTHERS), "a.dawproject")
    assert read is not None
    with pytest.raises(PieceError) as error:
        lanes_of(read, {"Bass volume": Wanted("bass.gain")}, None, CLOCK, "a.dawproject")
    (finding,) = error.value.findings
    assert (finding.code, finding.span.file) == ("MV688", "a.dawproject")
    assert lanes_of(read, {"Bass Cutoff": Wanted("bass.gain")}, None, CLOCK).count("at:") == 2
