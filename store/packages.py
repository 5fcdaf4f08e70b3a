"""The versions of packages that affect results, as a short key."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def packages(*names: str) -> str:
    """Names and versions of installed packages, as "av 18.1.0, torch 2.13.0"; local labels are left out."""
    said = []
    for name in sorted(names):
        with suppress(PackageNotFoundError):
            said.append(f"{name} {version(name).split('+')[0]}")
    return ", ".join(said)
