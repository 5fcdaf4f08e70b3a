"""Documents that are made from the program say what the program says."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from musicvis.dsl.findings.codes import CODES

ROOT = Path(__file__).resolve().parents[1]


def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_errors", ROOT / "docs/make_errors.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_errors_is_made_from_the_table_of_codes() -> None:
    assert (ROOT / "docs/errors.md").read_text(encoding="utf-8") == maker().errors_text(), (
        "run python docs/make_errors.py"
    )


def test_every_code_has_a_page_and_a_line_that_leads_there() -> None:
    text = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    headings = re.findall(r"^### (MV\d{3}) ", text, re.M)
    assert headings == list(CODES)
    assert re.findall(r"^\| \[(MV\d{3})\]", text, re.M) == list(CODES)


def test_rules_name_codes_that_there_are() -> None:
    named = {code for _, _, codes in maker().RULES for code in re.findall(r"MV\d{3}", codes)}
    assert named <= set(CODES)
