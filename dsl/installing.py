"""The command that installs an extra of musicvis into the Python that runs, from where musicvis came."""

import json
import os
import shlex
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

ROOT = Path(__file__).resolve().parents[1]


def install_command(*extras: str) -> str:
    """The command that installs musicvis with these extras, quoted for this system's shell.

    pip notes the origin of a package in direct_url.json (PEP 610): a folder, a file or a repository.
    Without a note, it came from a package index; where it is not installed, it runs from its own folder.
    """
    wanted = f"[{','.join(extras)}]" if extras else ""
    try:
        noted = metadata.distribution("musicvis").read_text("direct_url.json")
        origin = json.loads(noted) if noted else None
    except (metadata.PackageNotFoundError, ValueError):
        origin = {"url": ROOT.as_uri(), "dir_info": {"editable": True}}
    return pip_command(*_source(origin, wanted))


def pip_command(*arguments: str) -> str:
    """`python -m pip install` by the Python that runs, with these arguments."""
    words = [sys.executable or "python3", "-m", "pip", "install", *arguments]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def _source(origin: object, wanted: str) -> list[str]:
    """pip's words for musicvis with extras, by the note of where it came from."""
    if not isinstance(origin, dict) or not isinstance(origin.get("url"), str):
        return [f"musicvis{wanted}"]
    url: str = origin["url"]
    if isinstance(origin.get("vcs_info"), dict):
        vcs, commit = (origin["vcs_info"].get(key, "") for key in ("vcs", "commit_id"))
        return [f"musicvis{wanted} @ {vcs}+{url}" + (f"@{commit}" if commit else "")]
    if isinstance(origin.get("dir_info"), dict) and url.startswith("file:"):
        folder = url2pathname(urlsplit(url).path) if os.name == "nt" else unquote(urlsplit(url).path)
        return [*(["-e"] if origin["dir_info"].get("editable") else []), f"{folder}{wanted}"]
    return [f"musicvis{wanted} @ {url}"]
