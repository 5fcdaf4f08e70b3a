"""Playing order, by hand: letters are bars, as a musician would read them off the page."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.compiler.score.model import Meter
from musicvis.compiler.score.playback.repeats import MAX_PLAYED_BARS, playing_order
from musicvis.compiler.score.playback.written import Jump, Volta, WrittenBar
from musicvis.dsl.findings.diagnostics import PieceError


def bar(**signs: object) -> WrittenBar:
    return WrittenBar(Fraction(4), Meter(4, 4), **signs)  # type: ignore[arg-type]


def order(bars: list[WrittenBar], voltas: list[Volta] | None = None) -> str:
    return "".join(chr(ord("A") + index) for index in playing_order(bars, voltas or [], "test.mscx"))


def test_a_score_without_signs_is_played_straight_through() -> None:
    assert order([bar(), bar(), bar()]) == "ABC"


def test_an_end_repeat_without_a_start_goes_back_to_the_beginning() -> None:
    assert order([bar(), bar(repeat_count=2), bar()]) == "ABABC"


def test_a_repeat_of_one_bar_is_played_as_often_as_it_says() -> None:
    assert order([bar(), bar(repeat_start=True, repeat_count=4), bar()]) == "ABBBBC"


def test_two_repeats_in_a_row_do_not_reach_into_each_other() -> None:
    bars = [bar(repeat_start=True), bar(repeat_count=2), bar(repeat_start=True), bar(repeat_count=2)]
    assert order(bars) == "ABABCDCD"


def test_an_ending_is_played_in_its_own_passes_only() -> None:
    bars = [bar(repeat_start=True), bar(repeat_count=3), bar(), bar()]
    assert order(bars, [Volta(1, 1, (1, 2)), Volta(2, 2, (3,))]) == "ABABACD"


def test_an_open_last_ending_holds_to_the_end_of_the_score() -> None:
    bars = [bar(repeat_start=True), bar(repeat_count=2), bar(), bar()]
    assert order(bars, [Volta(1, 1, (1,)), Volta(2, 2, (2,), is_open=True)]) == "ABACD"


def test_da_capo_al_fine_leaves_out_repeats_and_takes_the_last_ending() -> None:
    bars = [
        bar(repeat_start=True),
        bar(repeat_count=2),
        bar(),
        bar(markers=("fine",)),
        bar(jump=Jump("start", "fine")),
    ]
    assert order(bars, [Volta(1, 1, (1,)), Volta(2, 2, (2,))]) == "ABACDE" + "ACD"


def test_dal_segno_al_coda_goes_on_at_the_coda() -> None:
    bars = [
        bar(),
        bar(markers=("segno",)),
        bar(markers=("coda",)),
        bar(jump=Jump("segno", "coda", "codab")),
        bar(markers=("codab",)),
    ]
    assert order(bars) == "ABCD" + "BC" + "E"


def test_a_jump_with_repeats_plays_them_again() -> None:
    bars = [
        bar(repeat_start=True),
        bar(repeat_count=2),
        bar(jump=Jump("start", "end", "", play_repeats=True)),
    ]
    assert order(bars) == "ABABC" + "ABABC"


def test_a_jump_is_taken_in_the_last_pass_only_and_once() -> None:
    bars = [bar(), bar(jump=Jump("start", "end"), repeat_count=2), bar()]
    assert order(bars) == "ABAB" + "ABC"


def test_a_jump_to_a_missing_label_is_not_taken() -> None:
    assert order([bar(), bar(jump=Jump("segno", "end")), bar()]) == "ABC"


def test_a_section_break_stops_a_repeat_from_reaching_further_back() -> None:
    assert order([bar(), bar(section_break_s=Fraction(3)), bar(), bar(repeat_count=2)]) == "ABCDCD"


def test_a_repeat_count_beyond_reason_is_refused() -> None:
    with pytest.raises(PieceError, match="MV408 its repeats unroll to more than 100000 bars"):
        order([bar(repeat_count=10**9)])


SIGNED_BARS = st.builds(
    bar,
    repeat_start=st.booleans(),
    repeat_count=st.sampled_from([0, 0, 0, 1, 2, 3]),
    jump=st.sampled_from(
        [
            None,
            None,
            Jump("start", "fine"),
            Jump("segno", "coda", "codab"),
            Jump("start", "end", "", True),
            Jump("codab", "segno", "start"),
        ]
    ),
    markers=st.sampled_from([(), (), ("fine",), ("segno",), ("coda",), ("codab",)]),
    section_break_s=st.sampled_from([None, None, None, Fraction(1)]),
)
VOLTAS = st.builds(
    Volta,
    st.integers(0, 7),
    st.integers(0, 7),
    st.sampled_from([(1,), (2,), (1, 2), (3,), ()]),
    st.booleans(),
)


@given(st.lists(SIGNED_BARS, min_size=1, max_size=8), st.lists(VOLTAS, max_size=3))
def test_any_signs_lead_to_an_end_through_bars_of_the_score(
    bars: list[WrittenBar], voltas: list[Volta]
) -> None:
    played = playing_order(bars, [v for v in voltas if v.first_bar <= v.last_bar], "test.mscx")
    assert len(played) <= MAX_PLAYED_BARS
    assert set(played) <= set(range(len(bars)))


def form(text: str) -> tuple[list[WrittenBar], list[Volta]]:
    """Bars from a line of signs: `|:` and `:|N` repeats, `V1,2` endings of one bar (`o` open), and jumps.

    DC or DS with fine, coda or neither; `+` after it: repeats are played again.
    """
    kinds = {"fine": ("fine", ""), "coda": ("tocoda", "coda"), "": ("end", "")}
    bars, voltas = [], []
    for index, signs in enumerate(text.split("/")):
        given_signs: dict[str, object] = {}
        markers = []
        for sign in signs.split():
            if sign == "|:":
                given_signs["repeat_start"] = True
            elif sign.startswith(":|"):
                given_signs["repeat_count"] = int(sign[2:])
            elif sign.startswith("V"):
                endings = tuple(int(number) for number in sign[1:].rstrip("o").split(","))
                voltas.append(Volta(index, index, endings, sign.endswith("o")))
            elif sign[:2] in ("DC", "DS"):
                until, onward = kinds[sign[2:].rstrip("+")]
                target = "start" if sign[:2] == "DC" else "segno"
                given_signs["jump"] = Jump(target, until, onward, sign.endswith("+"))
            else:
                markers.append(sign)
        bars.append(bar(markers=tuple(markers), **given_signs))
    return bars, voltas


@pytest.mark.parametrize(
    ("signs", "played"),
    [
        # Behind the jump repeats are played again.
        ("/ / segno / / / |: / / / V1 :|2 / V2o DS / |: :|2 / ", "ABCDEFGHIFGHJCDEFGHJKKL"),
        ("/ / / |: / / :|3 / DC / / / |: / / :|2", "ABCDEFDEFDEFGABCDEFGHIJKLJKL"),
        # A coda within the repeat of its jump has been repeated already.
        ("|: / / tocoda :|2 / |: / / :|2 / |: DCcoda / coda :|2", "ABCABCDEFDEFGHGABCH"),
        ("/ / tocoda / |: / DCcoda / V1 :|2 / V2o / coda", "ABCDEFDEABCH"),
        # The ending with the To Coda is taken, not the last one.
        ("/ / |: / V1 :|2 / V2 tocoda :|2 / V3 / DCcoda / coda", "ABCDCECFGABCEH"),
        # A jump into an ending that leads back plays it and goes back once.
        ("|: / / / V1 segno :|2 / V2 fine / / / DSfine / ", "ABCDABCEFGHDABCE"),
        (
            "/ / |: / / / V1 :|2 / V2,3 segno :|3 / V4,5o tocoda / / DScoda+ / coda",
            "ABCDEFCDEGCDEGCDEHIJGCDEGCDEHK",
        ),
        # With repeats, the Fine is in the last pass of its ending, though another ending follows.
        ("/ |: / V1 :|2 / V2 / |: / V1,2 fine :|3 / V3 / DCfine+", "ABCBDEFEFEGHABCBDEFEF"),
        # Segno and To Coda in one bar behind endings.
        ("/ / / V1,2 :|3 / V3,4o / segno tocoda / DScoda+ / coda", "ABCDABCDABCEFGFH"),
    ],
)
def test_forms_are_played_as_musescore_plays_them(signs: str, played: str) -> None:
    """Orders read off MuseScore 3.2.3's MIDI export of such scores."""
    assert order(*form(signs)) == played


def test_a_jump_in_the_last_pass_of_an_ending_goes_before_the_repeat_of_its_bar() -> None:
    bars = [bar(), bar(repeat_start=True), bar(), bar(repeat_count=3, jump=Jump("start", "end")), bar()]
    assert order(bars, [Volta(2, 3, (1, 2)), Volta(4, 4, (3,))]) == "ABCD" + "BCD" + "AB" + "E"


def test_of_two_equal_labels_a_jump_takes_the_nearest_before_it() -> None:
    bars = [bar(markers=("segno",)), bar(), bar(markers=("segno",)), bar(jump=Jump("segno", "end"))]
    assert order(bars) == "ABCD" + "CD"


def test_bars_under_two_endings_are_played_in_the_passes_of_both() -> None:
    bars = [bar(repeat_start=True), bar(), bar(), bar(repeat_count=3)]
    assert order(bars, [Volta(1, 2, (1, 2)), Volta(2, 2, (2, 3))]) == "ABD" + "ABCD" + "AD"


def test_a_jump_into_an_ending_plays_the_passes_that_are_left() -> None:
    jump = Jump("segno", "end")
    bars = [
        bar(repeat_start=True),
        bar(repeat_count=2, markers=("segno",)),
        bar(repeat_count=2),
        bar(),
        bar(jump=jump),
    ]
    voltas = [Volta(1, 1, (1,)), Volta(2, 2, (2,)), Volta(3, 4, (3,))]
    assert order(bars, voltas) == "AB" + "AC" + "ADE" + "B" + "AC" + "ADE"
