"""Finds the Ray cluster of an address; never joins an open one on another machine."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import Span
from ...dsl.installing import pip_command
from ...store.system import is_own

_ADDRESS = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9._-]+)):(?P<port>\d{1,5})", re.ASCII)
FIRST_WITH_TOKENS = (2, 52)
"""The first version of Ray that knows RAY_AUTH_MODE; earlier ones ignore it silently."""
KNOCK_S = 5.0
_MOST_NOTE_LETTERS = 1000


@dataclass(frozen=True, slots=True)
class RayAddress:
    """The address of a cluster's head."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether the address can only mean this machine; another name for it counts as another machine."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def cluster_address(asked: str, environ: Mapping[str, str]) -> RayAddress | None:
    """The cluster that is meant by an address or by `auto`; None for one of our own, still to be started.

    `auto` is that of RAY_ADDRESS, else the one that `ray start` began last on this machine, if it still runs.

    Raises PieceError (MV913) for what is not an address.
    """
    if asked != "auto":
        return _read(asked)
    said = environ.get("RAY_ADDRESS", "")
    if said not in ("", "auto", "local"):
        return _read(said)
    if said == "local" or (noted := _noted(environ)) is None:
        return None
    # A cluster that was killed leaves its note behind.
    return noted if answers(noted) else None


def answers(address: RayAddress) -> bool:
    """Whether anything listens at the address."""
    try:
        with socket.create_connection((address.host, address.port), KNOCK_S):
            return True
    except OSError:
        return False


def check_token(address: RayAddress, environ: Mapping[str, str]) -> None:
    """Raises PieceError (MV913) for another machine's cluster without token authentication on our side.

    Whoever may talk to a cluster may run programs on it. Where Ray takes the token from:
    https://docs.ray.io/en/latest/ray-security/token-auth.html
    """
    if address.is_loopback:
        return
    if environ.get("RAY_AUTH_MODE", "").lower() != "token":
        message = f"{address} is another machine's, and token authentication is off"
        raise refused(message, "set RAY_AUTH_MODE=token here and on every machine of the cluster")
    if not _has_token(environ):
        message = f"{address} needs a token to join, and there is none"
        raise refused(message, "copy ~/.ray/auth_token from the head, or set RAY_AUTH_TOKEN")
    if release(version("ray")) < FIRST_WITH_TOKENS:
        message = f"Ray {version('ray')} has no token authentication"
        raise refused(message, f"on all machines, type: {pip_command('--upgrade', 'ray')}")


def release(text: str) -> tuple[int, ...]:
    """The first two numbers of a version."""
    return tuple(int(digits) for digits in re.findall(r"\d+", text)[:2])


def refused(message: str, hint: str) -> PieceError:
    """MV913: a cluster that cannot be used."""
    return PieceError([Diagnostic("MV913", Span("--ray"), message, hint)])


def _read(text: str) -> RayAddress:
    if "://" in text:
        message = f"{text} is an address of the Ray client, which musicvis does not use"
        hint = "let this machine join: ray start --address HEAD:6379 --num-cpus 0; then say --ray HEAD:6379"
        raise refused(message, hint)
    found = _ADDRESS.fullmatch(text)
    if found is None or not 0 < int(found["port"]) < 65536:
        raise refused(f"{text!r} is not the address of a Ray cluster", "write HOST:PORT, e.g. 10.0.0.5:6379")
    return RayAddress(found["v6"] or found["host"], int(found["port"]))


def _noted(environ: Mapping[str, str]) -> RayAddress | None:
    """The address that `ray start` has left in Ray's folder on this machine."""
    base = environ.get("RAY_TMPDIR") or environ.get("TMPDIR") or "/tmp"
    if os.name == "nt":
        base = tempfile.gettempdir()
    try:
        note = Path(base) / "ray" / "ray_current_cluster"
        descriptor = os.open(note, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, encoding="utf-8") as file:
            state = os.fstat(file.fileno())
            # Anybody can write to a temporary folder, and the named cluster receives the piece.
            if not stat.S_ISREG(state.st_mode) or not is_own(state):
                return None
            text = file.read(_MOST_NOTE_LETTERS).strip()
    except (OSError, UnicodeDecodeError):
        return None
    return _read(text)


def _has_token(environ: Mapping[str, str]) -> bool:
    if environ.get("RAY_AUTH_TOKEN"):
        return True
    named = environ.get("RAY_AUTH_TOKEN_PATH")
    try:
        if named:
            token = Path(named)
        else:
            token = (Path(environ["HOME"]) if environ.get("HOME") else Path.home()) / ".ray" / "auth_token"
        return bool(token.read_text().strip())
    except (OSError, UnicodeDecodeError, RuntimeError):
        # Who has no home has no token in it.
        return False
