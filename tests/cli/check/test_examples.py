"""The pages of codes keep their word: what is wrong in an example gives its code, and mended it does not."""

from collections.abc import Callable

import pytest
from musicvis.dsl.findings.codes import CODES
from musicvis.dsl.findings.diagnostics import Diagnostic

Check = Callable[..., list[Diagnostic]]
EXAMPLES = {code: entry.example for code, entry in CODES.items() if entry.example is not None}


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_gives_its_code_and_mended_gives_none(code: str, check: Check) -> None:
    wrong, right = EXAMPLES[code]
    assert code in {finding.code for finding in check(wrong)}
    # How the embedded generator draws a class is no fault of the example.
    assert not [finding for finding in check(right) if finding.code not in ("MV690", "MV691")]


def test_every_code_of_text_form_and_meaning_has_an_example() -> None:
    of_text = {code for code in CODES if code < "MV400"}
    by_file = {"MV003", "MV004", "MV005", "MV006", "MV007", "MV009", "MV105", "MV109", "MV215"}
    by_length = {"MV360"}
    by_machine = {"MV366"}
    by_score = {"MV317", "MV322", "MV323", "MV325", "MV326", "MV327"}
    assert of_text - by_file - by_score - by_length - by_machine == set(EXAMPLES)
