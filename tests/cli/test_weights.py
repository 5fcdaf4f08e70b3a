"""`musicvis weights` against a server on this machine, whose line breaks, and a store in a folder."""

import contextlib
import hashlib
import io
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner, Result
from musicvis.api.edits.keys import with_keys
from musicvis.cli.command import main
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.generators.biggan import fetch
from musicvis.renderers.generators.biggan.architecture import config_text, released, tensor_shapes
from musicvis.renderers.generators.biggan.library import entries, library_folder
from musicvis.renderers.generators.biggan.weights import sha256_of

NAME = "biggan-deep-128"
NARROW = released(128, channel_width=4)


def narrow_checkpoint() -> bytes:
    """pytorch_model.bin of a network of the true form, four channels wide."""
    random = torch.Generator().manual_seed(1)
    state = {name: torch.rand(shape, generator=random) for name, shape in tensor_shapes(NARROW).items()}
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


@dataclass
class Site:
    """The server's files, its misbehaviour, and the requests that it received."""

    files: dict[str, bytes]
    cuts: list[int] = field(default_factory=list)
    """After how many bytes each of the next answers with weights breaks off."""
    takes_ranges: bool = True
    status: int = 200
    asked: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""


class Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site, name = self.site, self.path.strip("/")
        span = self.headers.get("Range", "")
        site.asked.append((name, span))
        if site.status != 200 or name not in site.files:
            self.send_error(site.status if site.status != 200 else 404)
            return
        whole = site.files[name]
        tag = f'"{hashlib.sha256(whole).hexdigest()}"'
        first = 0
        if span and site.takes_ranges and self.headers.get("If-Range") == tag:
            first = int(span.removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if first else 200)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(whole) - first))
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(whole) - 1}/{len(whole)}")
        self.end_headers()
        sent = whole[first:]
        if name == "weights" and site.cuts:
            sent = sent[: site.cuts.pop(0)]
        self.wfile.write(sent)
        self.close_connection = True

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Site]:
    """A server that the package's own table of addresses leads to, and an empty store."""
    model = pytest.importorskip("pytorch_pretrained_biggan.model")
    site = Site({"weights": narrow_checkpoint(), "config": config_text(NARROW).encode()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"site": site}))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    site.address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setitem(model.PRETRAINED_MODEL_ARCHIVE_MAP, NAME, f"{site.address}/weights")
    monkeypatch.setitem(model.PRETRAINED_CONFIG_ARCHIVE_MAP, NAME, f"{site.address}/config")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("MUSICVIS_WEIGHTS", str(tmp_path / "store"))
    monkeypatch.setattr(fetch.fetch, "__defaults__", (None, (0.0, 0.0, 0.0)))
    yield site
    server.shutdown()
    server.server_close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["weights", *arguments])


def hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_fetched_weights_are_listed_with_their_size_and_sha256(site: Site, tmp_path: Path) -> None:
    assert run("fetch", NAME).exit_code == 0
    folder = tmp_path / "store" / NAME
    digest = sha256_of(folder / "model.safetensors")
    assert run("list").stdout == f"{NAME}  128 px  {digest}  {folder}\n"
    record = json.loads((folder / "record.json").read_text())
    assert record["origin"] == f"{site.address}/weights"
    assert record["origin_sha256"] == hashlib.sha256(site.files["weights"]).hexdigest()
    assert hidden(tmp_path / "store") == []


def test_installed_weights_are_not_fetched_again(site: Site) -> None:
    run("fetch", NAME)
    site.asked.clear()
    result = run("fetch", NAME)
    assert result.exit_code == 0 and "is already stored" in result.stderr and site.asked == []


def test_a_download_that_breaks_goes_on_where_it_stopped(site: Site, tmp_path: Path) -> None:
    site.cuts = [1000, 250_000]
    assert run("fetch", NAME).exit_code == 0
    spans = [span for name, span in site.asked if name == "weights"]
    assert spans == ["", "bytes=1000-", "bytes=251000-"]
    assert entries(tmp_path / "store")[0].origin_sha256 == hashlib.sha256(site.files["weights"]).hexdigest()


def test_a_server_without_ranges_is_asked_for_all_of_it_again(site: Site, tmp_path: Path) -> None:
    site.cuts, site.takes_ranges = [5000], False
    assert run("fetch", NAME).exit_code == 0
    assert entries(tmp_path / "store")[0].origin_sha256 == hashlib.sha256(site.files["weights"]).hexdigest()


def test_a_file_that_changes_in_between_is_taken_from_its_start(site: Site, tmp_path: Path) -> None:
    site.cuts = [1000, 0, 0, 0]
    assert run("fetch", NAME).exit_code == 1
    site.files["weights"] = narrow_checkpoint()[:-1] + b"\0"  # the last byte of a zip's empty comment length
    assert run("fetch", NAME).exit_code == 0
    assert entries(tmp_path / "store")[0].origin_sha256 == hashlib.sha256(site.files["weights"]).hexdigest()


def test_a_line_that_stays_broken_is_a_finding_and_the_next_command_goes_on(
    site: Site, tmp_path: Path
) -> None:
    site.cuts = [70_000, 0, 0, 0]
    result = run("fetch", NAME)
    assert result.exit_code == 1 and "MV908" in result.stderr
    assert "it continues after the 70000 bytes that have arrived" in result.stderr
    assert entries(tmp_path / "store") == [] and run("list").stdout == ""
    site.asked.clear()
    assert run("fetch", NAME).exit_code == 0
    assert ("weights", "bytes=70000-") in site.asked
    assert hidden(tmp_path / "store") == []


def test_without_a_connection_nothing_is_kept_that_looks_like_weights(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pytorch_pretrained_biggan import model

    monkeypatch.setitem(model.PRETRAINED_CONFIG_ARCHIVE_MAP, NAME, "http://127.0.0.1:1/config")
    result = run("fetch", NAME)
    assert result.exit_code == 1 and "the download failed" in result.stderr
    assert entries(tmp_path / "store") == []


@pytest.mark.parametrize(("status", "tries"), [(403, 1), (500, 3)])
def test_a_server_that_refuses_is_a_finding(site: Site, status: int, tries: int) -> None:
    site.status = status
    result = run("fetch", NAME)
    assert result.exit_code == 1 and f"the server answers {status}" in result.stderr
    assert len(site.asked) == tries


def test_a_file_with_another_hash_than_asked_for_is_not_kept(site: Site, tmp_path: Path) -> None:
    result = run("fetch", NAME, "--sha256", "0" * 64)
    assert result.exit_code == 1 and "MV905" in result.stderr
    assert list((tmp_path / "store").iterdir()) == []
    right = hashlib.sha256(site.files["weights"]).hexdigest()
    assert run("fetch", NAME, "--sha256", right).exit_code == 0


def test_a_file_that_is_no_checkpoint_is_not_kept(site: Site, tmp_path: Path) -> None:
    site.files["weights"] = b"<html>Sign in to the network of this hotel</html>"
    result = run("fetch", NAME)
    assert result.exit_code == 1 and "holds only tensors" in result.stderr
    assert list((tmp_path / "store").iterdir()) == []


def test_a_name_that_is_not_in_the_table_is_wrong_use(site: Site) -> None:
    for arguments in (["biggan-deep-64"], []):
        result = run("fetch", *arguments)
        assert result.exit_code == 2 and "biggan-deep-128, biggan-deep-256, biggan-deep-512" in result.stderr


def test_a_missing_package_is_a_finding_that_says_what_to_type(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pytorch_pretrained_biggan", None)
    result = run("fetch", NAME)
    assert result.exit_code == 1 and "[gan]" in result.stderr


def weights_folder(folder: Path) -> Path:
    folder.mkdir()
    (folder / "config.json").write_text(config_text(NARROW))
    (folder / "pytorch_model.bin").write_bytes(narrow_checkpoint())
    return folder


def test_added_weights_are_those_that_are_fetched(site: Site, tmp_path: Path) -> None:
    run("fetch", NAME)
    folder = weights_folder(tmp_path / "given")
    assert run("add", str(folder), "--name", "mine").exit_code == 0
    assert run("add", str(folder / "pytorch_model.bin"), "--name", "file").exit_code == 0
    # The file of tensors that we write depends on the tensors alone.
    assert len({entry.sha256 for entry in entries(tmp_path / "store")}) == 1
    assert [entry.name for entry in entries(tmp_path / "store")] == [NAME, "file", "mine"]


def test_other_weights_do_not_take_a_name_that_is_taken(site: Site, tmp_path: Path) -> None:
    run("fetch", NAME)
    before = entries(tmp_path / "store")
    folder = weights_folder(tmp_path / "given")
    state = torch.load(folder / "pytorch_model.bin", weights_only=True)
    state["generator.bn.bias"] += 1
    torch.save(state, folder / "pytorch_model.bin")
    result = run("add", str(folder))
    assert result.exit_code == 1 and f"other weights already have the name {NAME}" in result.stderr
    assert entries(tmp_path / "store") == before


@pytest.mark.parametrize("name", ["../up", ".hidden", "a/b", "", "x" * 65])
def test_a_name_that_leads_elsewhere_is_refused(site: Site, tmp_path: Path, name: str) -> None:
    folder = weights_folder(tmp_path / "given")
    result = run("add", str(folder), "--name", name)
    found = [path for path in tmp_path.rglob("model.safetensors") if path.parent.name != NAME]
    assert (result.exit_code, found) == (1, []) or (name == "" and result.exit_code == 0)


def test_a_folder_without_weights_is_a_finding(site: Site, tmp_path: Path) -> None:
    result = run("add", str(tmp_path / "nowhere"))
    assert result.exit_code == 1 and "there is no such folder" in result.stderr
    assert not (tmp_path / "store").exists()


def test_pinning_writes_name_and_hash_and_leaves_the_rest(site: Site, tmp_path: Path) -> None:
    manifest = tmp_path / "piece.yaml"
    manifest.write_text("musicvis: 1\ntitle: A  # mine\nscore: a.mscz\nvisuals:\n  depth: 0.5  # calm\n")
    assert run("fetch", NAME, "--pin", str(manifest)).exit_code == 0
    digest = entries(tmp_path / "store")[0].sha256
    assert manifest.read_text() == (
        "musicvis: 1\ntitle: A  # mine\nscore: a.mscz\nvisuals:\n"
        f'  weights: {NAME}\n  weights_sha256: "{digest}"\n  depth: 0.5  # calm\n'
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n", "a: 1\nvisuals:\n  weights: new\n"),
        ("a: 1", "a: 1\nvisuals:\n  weights: new\n"),
        ("visuals: {depth: 1}\n", "visuals: {weights: new, depth: 1}\n"),
        ("visuals: {}\n", "visuals: {weights: new}\n"),
        ("visuals:\n    weights: old # why\n    b: 1\n", "visuals:\n    weights: new # why\n    b: 1\n"),
        ("visuals: {weights: 'old one', depth: 1}\nb: 2\n", "visuals: {weights: new, depth: 1}\nb: 2\n"),
    ],
)
def test_a_key_is_set_where_it_stands_or_in_front_of_its_block(text: str, expected: str) -> None:
    assert with_keys(text, "visuals", {"weights": "new"}) == expected


@pytest.mark.parametrize("text", ["- a\n", "visuals: 3\n", "a: [\n"])
def test_a_text_that_holds_no_such_block_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a map|not YAML"):
        with_keys(text, "visuals", {"weights": "new"})


def test_the_store_lies_where_the_xdg_specification_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("MUSICVIS_WEIGHTS")
    monkeypatch.setenv("HOME", str(tmp_path))
    for data, base in ((str(tmp_path / "d"), tmp_path / "d"), ("relative", tmp_path / ".local/share")):
        monkeypatch.setenv("XDG_DATA_HOME", data)
        assert library_folder() == base / "musicvis" / "weights"


def test_folders_that_are_not_entries_are_ignored(tmp_path: Path) -> None:
    for name, record in (("a", "{"), ("b", "[]"), ("c", "{}"), ("d", "[" * 100_000)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").write_bytes(b"")
        (tmp_path / name / "record.json").write_text(record)
    (tmp_path / "file").write_text("")
    assert entries(tmp_path) == []


class Hostile(BaseHTTPRequestHandler):
    """A server that answers by the name of what is asked for."""

    def do_GET(self) -> None:
        if self.path == "/ftp":
            self.send_response(302)
            self.send_header("Location", "ftp://127.0.0.1:1/x")
        else:
            self.send_response(200)
            length = {"/long": "9" * 5000, "/word": "many", "/power": "²"}.get(self.path, "100000")
            self.send_header("Content-Length", length)
        self.end_headers()
        for _ in range(100 if self.path == "/slow" else 0):
            with contextlib.suppress(ConnectionError):
                self.wfile.write(b"x")
                self.wfile.flush()
            time.sleep(0.02)

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("long", "an impossible length"),
        ("word", "an impossible length"),
        ("power", "an impossible length"),
        ("ftp", "not a web server"),
        ("slow", "the server sent"),
    ],
)
def test_a_hostile_server_is_refused(
    path: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(fetch, "SLOW_AFTER_S", 0.1)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        with pytest.raises(PieceError, match=reason):
            address = f"http://127.0.0.1:{server.server_port}/{path}"
            fetch.download(address, tmp_path / "a", 1 << 20, lambda *_: None, (0.0,))
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user of a container: a number that no list of users holds."""

    def unknown(user: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {user}")

    monkeypatch.setattr("pwd.getpwuid", unknown)
    for variable in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "MUSICVIS_WEIGHTS"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(RuntimeError):
        Path.home()


def test_a_user_without_a_home_is_asked_to_name_a_folder(homeless: None, tmp_path: Path) -> None:
    for arguments in (["list"], ["add", str(tmp_path)], ["fetch", NAME]):
        result = run(*arguments)
        assert result.exit_code == 1 and "name a folder with MUSICVIS_WEIGHTS" in result.stderr, arguments
        assert "Traceback" not in result.output and result.exception.__class__ is SystemExit
    looked = CliRunner().invoke(main, ["doctor"])
    assert "name a folder with MUSICVIS_WEIGHTS" in looked.output


def test_the_table_of_addresses_is_read_without_a_home_and_leaves_none_behind(
    homeless: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pytorch_pretrained_biggan.model")
    for name in [name for name in sys.modules if name.startswith("pytorch_pretrained_biggan")]:
        monkeypatch.delitem(sys.modules, name)
    assert NAME in fetch.releases()
    assert "HOME" not in os.environ
