"""Released weights from the addresses that pytorch-pretrained-biggan names, over a line that may break.

What has come stays in a hidden folder of the store until the file is whole, so that the same command goes on
from there; nothing else sees it. Whole, it is checked like any stranger's file, and kept as safetensors.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ....dsl.findings.span import Span
from ....dsl.installing import install_command
from .architecture import CONFIG, MOST_CONFIG_BYTES, MOST_WEIGHT_BYTES, PICKLED
from .library import Entry, keep

BLOCK_BYTES = 1 << 18
TIMEOUT_S = 30.0
SLOWEST_BYTES_PER_S = 1000
"""A server that sends less than that over SLOW_AFTER_S holds the line and brings nothing."""
SLOW_AFTER_S = 60.0
_COUNT = re.compile(r"[0-9]{1,15}", re.ASCII)
PAUSES_S = (0.5, 2.0, 8.0)
"""Before each new attempt on a broken line; one that brought something starts again with the first."""
MOST_ATTEMPTS = 100
STATE = "state.json"

Progress = Callable[[int, int], None]
"""A function that is called with the bytes that are there and their total; 0 if the server does not state
it."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release of BigGAN: its name, and the addresses of its files."""

    name: str
    weights: str
    config: str


def releases() -> dict[str, Release]:
    """The releases that can be fetched, by name, from the package's own table.

    Raises PieceError where the package is missing.
    """
    try:
        with _some_home():
            from pytorch_pretrained_biggan import model
    except ModuleNotFoundError as error:
        hint = f"type: {install_command('gan')}"
        message = f"the addresses of BigGAN's weights are in a package; {error.name} is not installed"
        raise PieceError([Diagnostic("MV904", Span("musicvis weights"), message, hint)]) from error
    weights: Mapping[str, str] = model.PRETRAINED_MODEL_ARCHIVE_MAP
    configs: Mapping[str, str] = model.PRETRAINED_CONFIG_ARCHIVE_MAP
    return {name: Release(name, weights[name], configs[name]) for name in weights if name in configs}


@contextlib.contextmanager
def _some_home() -> Iterator[None]:
    """A home folder for a user without one: the package needs one on import, for a cache of its own.

    We take its table of addresses alone; nothing is written there.
    """
    try:
        Path.home()
    except RuntimeError:
        variable = "USERPROFILE" if os.name == "nt" else "HOME"
        os.environ[variable] = tempfile.gettempdir()
        try:
            yield
        finally:
            del os.environ[variable]
    else:
        yield


def fetch(
    release: Release,
    library: Path,
    on_progress: Progress,
    sha256: str | None = None,
    pauses_s: tuple[float, ...] = PAUSES_S,
) -> Entry:
    """Download a release, check it, and take it into the store.

    sha256     what the downloaded file of weights must be
    pauses_s   between attempts

    Raises PieceError where it does not come or cannot be used, OSError where the store cannot be written.
    """
    waiting = library / f".{release.name}.download"
    waiting.mkdir(parents=True, exist_ok=True)
    download(release.config, waiting / CONFIG, MOST_CONFIG_BYTES, lambda done, total: None, pauses_s)
    download(release.weights, waiting / PICKLED, MOST_WEIGHT_BYTES, on_progress, pauses_s)
    try:
        return keep(waiting, release.name, release.weights, library, sha256)
    finally:
        # Whole and good, it is in the store; whole and bad, it would stay bad.
        shutil.rmtree(waiting, ignore_errors=True)


def download(
    address: str, path: Path, most_bytes: int, on_progress: Progress, pauses_s: tuple[float, ...] = PAUSES_S
) -> None:
    """A file from an address, going on after each break; a part of it from an earlier call is taken up.

    Raises PieceError where it does not come whole; the part that came stays beside `path`.
    """
    if urlsplit(address).scheme not in ("http", "https"):
        raise _broken(address, "this is not the address of a web server", 0)
    part, state = path.with_name(path.name + ".part"), path.with_name(path.name + "." + STATE)
    failures = 0
    for _ in range(MOST_ATTEMPTS):
        before = part.stat().st_size if part.exists() else 0
        try:
            _go_on(address, part, state, most_bytes, on_progress)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 416 or error.code >= 500:
                # 416: the part is longer than the file, which has changed; start again.
                reason = f"the server answers {error.code} {error.reason}"
                if error.code == 416:
                    part.unlink(missing_ok=True)
            else:
                raise _broken(address, f"the server answers {error.code} {error.reason}", before) from error
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            reason = str(getattr(error, "reason", "") or error or type(error).__name__)
        else:
            part.replace(path)
            state.unlink(missing_ok=True)
            return
        have = part.stat().st_size if part.exists() else 0
        failures = 0 if have > before else failures + 1
        if failures >= len(pauses_s):
            raise _broken(address, reason, have)
        time.sleep(pauses_s[failures])
    raise _broken(address, "the connection breaks repeatedly", have)


def _go_on(address: str, part: Path, state: Path, most_bytes: int, on_progress: Progress) -> None:
    """Appends what is missing to the partial file; returns when complete, raises on a broken connection."""
    have = part.stat().st_size if part.exists() else 0
    mark = _mark_in(state, address)
    headers = {"User-Agent": "musicvis", "Accept-Encoding": "identity"}
    if have and mark:
        # RFC 9110, 13.1.5: requests the rest only if the file is unchanged, else all of it.
        headers |= {"Range": f"bytes={have}-", "If-Range": mark}
    request = urllib.request.Request(address, headers=headers)
    with _OPENER.open(request, timeout=TIMEOUT_S) as answer:
        first, total = _extent(answer, have)
        if total > most_bytes:
            raise _broken(address, f"the file has {total} bytes; at most {most_bytes} are taken", 0)
        _write_mark(state, address, answer)
        with part.open("r+b" if first else "wb") as file:
            file.truncate(first)
            file.seek(first)
            done = first
            on_progress(done, total)
            started_s, checked = time.monotonic(), done
            # read1 returns what has arrived, so that a trickle of bytes is noticed.
            while block := answer.read1(BLOCK_BYTES):
                done += len(block)
                if done > most_bytes:
                    file.truncate(0)
                    raise _broken(address, f"the file has more than {most_bytes} bytes", 0)
                file.write(block)
                on_progress(done, total)
                if (waited_s := time.monotonic() - started_s) > SLOW_AFTER_S:
                    if done - checked < SLOWEST_BYTES_PER_S * waited_s:
                        raise TimeoutError(f"the server sent {done - checked} bytes in {waited_s:.0f} s")
                    started_s, checked = time.monotonic(), done
        if total and done < total:
            raise ConnectionError(f"the connection broke after {done} of {total} bytes")


class _WebOnly(urllib.request.HTTPRedirectHandler):
    """Redirects lead to web servers alone: urllib would go to ftp, too."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).scheme not in ("http", "https"):
            raise _broken(req.full_url, "the server redirects to an address that is not a web server", 0)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_OPENER = urllib.request.build_opener(_WebOnly)


def _extent(answer: http.client.HTTPResponse, have: int) -> tuple[int, int]:
    """From which byte on the answer gives the file, and the length of the whole; 0 where that is unknown."""
    length = answer.headers.get("Content-Length", "")
    count = int(length) if _COUNT.fullmatch(length) else 0
    if length and not count and length.strip("0"):
        raise http.client.HTTPException(f"the server gives an impossible length: {length[:40]}")
    if answer.status == 206:
        span = answer.headers.get("Content-Range", "")
        if not span.startswith(f"bytes {have}-"):
            raise http.client.HTTPException(f"the server sends bytes that were not requested: {span[:60]}")
        return have, have + count
    return 0, count


def _mark_in(state: Path, address: str) -> str:
    """The mark (ETag) that identifies the downloaded version; empty if none is recorded."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        held = json.loads(state.read_text(encoding="utf-8"))
        if held.get("address") == address:
            return str(held.get("mark") or "")
    return ""


def _write_mark(state: Path, address: str, answer: http.client.HTTPResponse) -> None:
    tag = answer.headers.get("ETag", "")
    # A weak tag does not promise the same bytes.
    mark = tag if tag and not tag.startswith("W/") else answer.headers.get("Last-Modified", "")
    state.write_text(json.dumps({"address": address, "mark": mark}), encoding="utf-8")


def _broken(address: str, reason: str, have: int) -> PieceError:
    hint = "check the connection, and type the same command again"
    if have:
        hint += f"; it continues after the {have} bytes that have arrived"
    return PieceError([Diagnostic("MV908", Span(address), f"the download failed: {reason}", hint)])
