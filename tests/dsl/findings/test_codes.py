"""The registry of codes: every code that the source gives is in it, and every one in it is given."""

import re
from collections import Counter
from pathlib import Path

from musicvis.dsl.findings.codes import CODES
from musicvis.dsl.findings.diagnostics import Severity

ROOT = Path(__file__).parents[3]
USED_IN = ("api", "cli", "compiler", "dsl", "renderers", "store")
CODE = re.compile(r"[\"'](MV\d{3})[\"']")


def used_codes() -> Counter[str]:
    found: Counter[str] = Counter()
    for folder in USED_IN:
        for path in (ROOT / folder).rglob("*.py"):
            found.update(CODE.findall(path.read_text(encoding="utf-8")))
    return found


def test_every_code_that_is_given_is_registered() -> None:
    assert set(used_codes()) - set(CODES) == set()


def test_every_registered_code_is_given_somewhere() -> None:
    assert set(CODES) - set(used_codes()) == set()


def test_a_code_stands_under_its_own_name_with_a_title_and_a_mend() -> None:
    for name, entry in CODES.items():
        assert entry.code == name
        assert re.fullmatch(r"MV[0-79]\d\d", name)
        assert 0 < len(entry.title) <= 40, name
        assert not entry.title.endswith("."), name
        assert len(entry.explanation) > 20, name
        assert entry.explanation.endswith("."), name
        assert isinstance(entry.severity, Severity)


def test_codes_stand_in_order() -> None:
    assert list(CODES) == sorted(CODES)
