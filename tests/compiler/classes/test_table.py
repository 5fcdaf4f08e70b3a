"""Classes are found by any of their names, and what is ambiguous or unknown says what it could be."""

import pytest
from musicvis.compiler.classes.table import imagenet
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.findings.diagnostics import Diagnostic
from musicvis.dsl.findings.span import Span

SPAN = Span("piece.yaml", 1, 1, 1, 2)

ANCHORS = {
    0: "tench",
    207: "golden retriever",
    281: "tabby",
    398: "abacus",
    429: "baseball",
    508: "computer keyboard",
    541: "drum",
    624: "library",
    642: "marimba",
    663: "monastery",
    782: "screen",
    789: "shoji",
    815: "spider web",
    909: "wok",
    947: "mushroom",
    978: "seashore",
    999: "toilet tissue",
}


def found(name: str) -> tuple[int | None, list[Diagnostic]]:
    findings = Findings()
    return imagenet().index(name, SPAN, findings), list(findings)


def test_there_are_a_thousand_and_the_known_ones_stand_in_their_places() -> None:
    names = imagenet().names
    assert len(names) == 1032
    assert names[1000][0] == "moon"
    assert {index: names[index][0] for index in ANCHORS} == ANCHORS
    assert all(name.strip() == name and name for synonyms in names for name in synonyms)


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("Spider Web", 815),
        ("spider's web", 815),
        ("xylophone", 642),
        ("tam-tam", 577),
        ("TAM TAM", 577),
        ("541", 541),
        ("harp", 594),
        ("gong", 577),
        ("moon", 1000),
        ("Night Sky", 1003),
        ("1000", 1000),
        ("piano", 579),
        ("Guitar", 402),
        ("dog", 207),
    ],
)
def test_any_synonym_and_an_index_name_a_class(name: str, index: int) -> None:
    assert found(name) == (index, [])


def test_every_name_leads_to_its_class_or_is_told_to_be_ambiguous() -> None:
    for index, synonyms in enumerate(imagenet().names):
        for name in synonyms:
            got, findings = found(name)
            if got is not None and got != index:
                # A name means the class whose default name it is.
                assert imagenet().name(got).casefold() == name.casefold().replace("-", " ")
                continue
            assert got == index or (findings[0].code == "MV330" and str(index) in findings[0].hint)


@pytest.mark.parametrize(
    ("name", "code", "hint"),
    [
        ("crane", "MV330", "write its index: 134 (crane) or 517 (crane)"),
        ("drum stick", "MV331", "did you mean drumstick?"),
        ("monastry", "MV331", "did you mean monastery?"),
        ("hot-air baloon", "MV331", "did you mean balloon?"),
        ("zzzzzz", "MV331", "no name is similar; search for a subject, e.g. `musicvis classes bird`"),
        (
            "IMG_1.heic",
            "MV331",
            "to show a file of your own, export it as a picture (.png .jpg .jpeg .webp .gif) "
            "or a video (.mp4 .m4v .mov .mkv .webm .avi)",
        ),
        ("1032", "MV332", "classes count from 0 to 1031"),
    ],
)
def test_an_ambiguous_class_lists_its_candidates(name: str, code: str, hint: str) -> None:
    index, findings = found(name)
    assert index is None
    assert [(finding.code, finding.hint) for finding in findings] == [(code, hint)]


@pytest.mark.parametrize(
    ("plural", "name"),
    [
        ("owls", "great grey owl"),
        ("wolves", "timber wolf"),
        ("foxes", "red fox"),
        ("butterflies", "monarch"),
        ("boats", "canoe"),
    ],
)
def test_a_search_and_a_hint_take_a_plural_for_its_singular(plural: str, name: str) -> None:
    assert name in [names[0] for _, names in imagenet().search(plural)]
    findings = Findings()
    assert imagenet().index(plural, SPAN, findings) is None
    (finding,) = findings
    assert finding.code == "MV331" and name in finding.hint and not finding.edits


def test_a_search_puts_the_name_itself_before_its_words_and_parts() -> None:
    assert [index for index, _ in imagenet().search("drum")][:2] == [541, 822]
    assert 542 in [index for index, _ in imagenet().search("drum")]
    assert imagenet().search("  ") == ()
    assert imagenet().search("piano")[0][0] == 579


def test_a_class_is_drawn_or_drawn_as_another_or_only_a_pattern() -> None:
    looks = {name: imagenet().look(found(name)[0] or 0) for name in ("harp", "upright", "abacus", "moon")}
    assert looks == {
        "harp": "drawn",
        "upright": "as grand piano",
        "abacus": "only a pattern",
        "moon": "drawn",
    }


def test_two_exchanged_letters_of_a_short_name_and_a_number_are_found() -> None:
    findings = Findings()
    assert imagenet().index("castel", SPAN, findings) is None
    assert findings[0].hint == "did you mean castle?"
    assert [index for index, _ in imagenet().search("1004")] == [1004]


def test_a_class_is_written_as_the_name_that_means_it_and_else_as_its_index() -> None:
    table = imagenet()
    assert [table.written(index) for index in (309, 1000, 134, 517)] == ["bee", "moon", "134", "517"]
    assert all(found(table.written(index)) == (index, []) for index in range(len(table)))


def test_a_slip_in_a_name_of_two_classes_has_a_hint_and_no_fix() -> None:
    findings = Findings()
    imagenet().index("cranne", Span("piece.yaml", 1, 1, 1, 7), findings)
    (finding,) = findings
    assert finding.hint == "did you mean crane?" and not finding.edits
