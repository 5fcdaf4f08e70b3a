"""Hints that install something work where musicvis came from: each kind of note that pip leaves (PEP 610)."""

import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from musicvis.dsl import installing
from musicvis.dsl.installing import install_command

ROOT = Path(__file__).resolve().parents[2]


class Noted:
    """An installed package with such a note of its origin, or none."""

    def __init__(self, origin: dict[str, Any] | None) -> None:
        self.origin = origin

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return None if self.origin is None else json.dumps(self.origin)


@pytest.mark.parametrize(
    ("origin", "arguments"),
    [
        (
            {"url": "file:///home/ann%20b/musicvis", "dir_info": {"editable": True}},
            ["-e", "/home/ann b/musicvis[render,gan]"],
        ),
        ({"url": "file:///home/ann/musicvis", "dir_info": {}}, ["/home/ann/musicvis[render,gan]"]),
        (
            {"url": "https://example.org/m.git", "vcs_info": {"vcs": "git", "commit_id": "abc1"}},
            ["musicvis[render,gan] @ git+https://example.org/m.git@abc1"],
        ),
        (
            {"url": "file:///tmp/musicvis-0.1.0-py3-none-any.whl", "archive_info": {}},
            ["musicvis[render,gan] @ file:///tmp/musicvis-0.1.0-py3-none-any.whl"],
        ),
        (None, ["musicvis[render,gan]"]),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="the words are those of a POSIX shell")
def test_the_command_installs_from_where_musicvis_came(
    origin: dict[str, Any] | None, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installing.metadata, "distribution", lambda name: Noted(origin))
    typed = shlex.split(install_command("render", "gan"))
    assert typed == [sys.executable, "-m", "pip", "install", *arguments]


def test_no_other_file_says_how_musicvis_is_installed() -> None:
    """Nothing is published under its name, so a bare `pip install musicvis` fails."""
    found = [
        path.name
        for folder in ("dsl", "store", "compiler", "renderers", "api", "cli")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"pip install", path.read_text(encoding="utf-8"))
    ]
    assert found == ["installing.py"]
