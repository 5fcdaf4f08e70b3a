"""A first manifest holds for any score: whatever its title, its instruments' names, its metres."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.compiler.notes.parts import tracks_of
from musicvis.compiler.score.model import Score
from musicvis.compiler.write.first_manifest import draft
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.findings.span import Span
from musicvis.dsl.form.schema import EFFECTS, PIECE, check_form
from musicvis.dsl.text.format import formatted
from musicvis.dsl.text.yaml_reader import parse_source
from musicvis.dsl.text.yaml_source import Source
from musicvis.tests.examples import many

MakeScore = Callable[..., Score]
NOTES = [(k, 1, 60 + k, 80, k % 2) for k in range(8)]


def drafted(score: Score) -> tuple[Source, Source]:
    """Manifest and lanes of a score, which must be of the right form and laid out."""
    written = draft(score, "scores/a.mscz", "fallback")
    sources = []
    for text, schema in ((written.manifest, PIECE), (written.effects, EFFECTS)):
        source, findings = parse_source(text, schema)
        assert not findings
        assert formatted(text, schema) == text
        if source.value is not None:
            assert check_form(source, schema) == ()
        sources.append(source)
    return sources[0], sources[1]


def test_the_manifest_lists_the_changes_of_metre_and_tempo(make_score: MakeScore) -> None:
    score = make_score(
        ["1/4", "4/4", "4/4", "6/8"],
        tempi=[(0, 100), (5, Fraction(189, 2)), (Fraction(28, 3), 95)],
        notes=NOTES,
        tracks=("A", "B"),
    )
    manifest, _ = drafted(score)
    assert isinstance(manifest.value, dict)
    expect = manifest.value["score"]["expect"]
    assert expect["bars"] == 4
    assert expect["meter"] == {"1": "1/4", "2": "4/4", "4": "6/8"}
    # Quarter note 28/3 is a third of a beat of 1/8, times two, behind beat 1 of bar 4.
    assert expect["tempo"] == {"1": 100, "3": 94.5, "4|1+2/3": 95}


def test_the_manifest_lists_no_tempo_of_a_fermata(make_score: MakeScore) -> None:
    tick = Fraction(1, 480)
    held = [(0, 120), (3, 60), (4 - tick, 120), (8, 90), (11, 45), (12 - tick, 90)]
    score = make_score(["4/4"] * 4, tempi=held, notes=NOTES, tracks=("A", "B"))
    manifest, _ = drafted(score)
    assert isinstance(manifest.value, dict)
    assert manifest.value["score"]["expect"]["tempo"] == {"1": 120, "3": 90}


@pytest.mark.parametrize(
    ("names", "parts"),
    [
        (("Violin", "Violin"), {"violin"}),
        (("Flöte 1", "Flöte 2"), {"flöte-1", "flöte-2"}),
        (("Clarinet in B♭", "clarinet (b♭)"), {"clarinet-in-b", "clarinet-b"}),
        (("no", "12"), {"no", "12"}),
        (("*", "[a]?"), {"part", "a"}),
    ],
)
def test_each_name_of_the_score_becomes_a_part_that_means_it_alone(
    names: tuple[str, str], parts: set[str], make_score: MakeScore
) -> None:
    score = make_score(["4/4"] * 2, notes=NOTES, tracks=names)
    manifest, effects = drafted(score)
    assert isinstance(manifest.value, dict)
    assert isinstance(effects.value, dict)
    assert set(manifest.value["parts"]) == parts == set(effects.value)
    findings = Findings()
    held = [
        tracks_of((part["tracks"],), score, Span(""), findings) for part in manifest.value["parts"].values()
    ]
    assert not findings
    assert sorted(track for tracks in held for track in tracks) == [0, 1]


def test_instruments_without_a_name_keep_those_that_the_compiler_gives_them(make_score: MakeScore) -> None:
    manifest, effects = drafted(make_score(["4/4"] * 2, notes=NOTES, tracks=("", "Piano")))
    assert isinstance(manifest.value, dict)
    assert isinstance(effects.value, dict)
    assert "parts" not in manifest.value
    assert set(effects.value) == {"track 1", "Piano"}


def test_layers_are_proposed_where_several_parts_play(make_score: MakeScore) -> None:
    proposed = "# layers: parts"
    two = draft(make_score(["4/4"] * 2, notes=NOTES, tracks=("A", "B")), "scores/a.mscz", "a").manifest
    one = draft(make_score(["4/4"], notes=[(0, 1, 60)]), "scores/a.mscz", "a").manifest
    assert proposed in two and proposed not in one
    source, findings = parse_source(two.replace(proposed, "layers: parts"), PIECE)
    assert not findings and check_form(source, PIECE) == ()


def test_every_movement_begins_where_its_part_begins_a_note(make_score: MakeScore) -> None:
    notes = [(4, 1, 60, 80, 0), (5, 1, 60, 80, 0), (20, 1, 60, 80, 0), (0, 1, 60, 80, 1)]
    _, effects = drafted(make_score(["4/4"] * 6, notes=notes, tracks=("A", "B")))
    assert isinstance(effects.value, dict)
    assert [point["at"] for point in effects.value["a"]] == ["2|1", "6|1"]
    assert [point["to"] for point in effects.value["a"]] == [-0.5, 0]
    assert [point["at"] for point in effects.value["b"]] == ["1|1"]


def test_a_score_without_notes_is_refused(make_score: MakeScore) -> None:
    with pytest.raises(ValueError, match="no notes"):
        draft(make_score(["4/4"]), "a.mid", "a")


@many(100)
@given(title=st.text(max_size=30), one=st.text(max_size=12), two=st.text(max_size=12))
def test_any_title_and_names_give_a_manifest_of_the_right_form(
    make_score: MakeScore, title: str, one: str, two: str
) -> None:
    score = make_score(["4/4"] * 2, notes=NOTES, tracks=(one, two))
    manifest, _ = drafted(Score(title, score.tracks, score.notes, score.measures, score.tempi))
    assert isinstance(manifest.value, dict)
    assert manifest.value["title"]
