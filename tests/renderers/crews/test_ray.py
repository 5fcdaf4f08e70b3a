"""Which clusters may be joined, and which machines may render; test_ray_cluster.py beside this has one."""

import os
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.plan import PicturePlan
from musicvis.dsl.findings.diagnostics import PieceError
from musicvis.renderers.crews.ray_address import RayAddress, check_token, cluster_address, release
from musicvis.renderers.crews.ray_task import check_same, own_node, sweep
from musicvis.renderers.generators.identity import Recipe
from musicvis.store.node import Node

FAR = RayAddress("10.0.0.5", 6379)


def picture() -> PicturePlan:
    return PicturePlan(
        noise=np.zeros((3, 128), np.float32),
        class_indices=np.array([5]),
        class_weights=np.ones((3, 1), np.float32),
        brightness=np.ones(3, np.float32),
        fps=Fraction(30),
        width_px=64,
        height_px=36,
        frame="mirror",
        upscale="bicubic",
        generator="embedded",
        weights=None,
        resolution=64,
        generator_seed=1,
    )


def code(error: pytest.ExceptionInfo[PieceError]) -> str:
    return error.value.diagnostics[0].code


@pytest.mark.parametrize(
    ("text", "host", "port", "is_loopback"),
    [
        ("127.0.0.1:6379", "127.0.0.1", 6379, True),
        ("localhost:6379", "localhost", 6379, True),
        ("[::1]:6379", "::1", 6379, True),
        ("127.8.0.1:1", "127.8.0.1", 1, True),
        ("10.0.0.5:6379", "10.0.0.5", 6379, False),
        ("head.cluster-2:65535", "head.cluster-2", 65535, False),
        # Whoever owns the network's names owns these too.
        ("localhost.evil.org:6379", "localhost.evil.org", 6379, False),
        ("[2001:db8::5]:6379", "2001:db8::5", 6379, False),
        ("0.0.0.0:6379", "0.0.0.0", 6379, False),
    ],
)
def test_an_address_is_a_host_and_a_port_and_loopback_only_by_number(
    text: str, host: str, port: int, is_loopback: bool
) -> None:
    address = cluster_address(text, {})
    assert address == RayAddress(host, port)
    assert address.is_loopback is is_loopback
    assert str(address) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "127.0.0.1",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "ray://h:10001",
        "a b:1",
        "x:1;rm",
        "::1:6379",
    ],
)
def test_an_invalid_address_is_a_finding(text: str) -> None:
    with pytest.raises(PieceError, match="address") as error:
        cluster_address(text, {})
    assert code(error) == "MV913"


def test_auto_is_the_cluster_that_the_environment_names() -> None:
    assert cluster_address("auto", {"RAY_ADDRESS": "10.0.0.5:6379"}) == FAR
    assert cluster_address("auto", {"RAY_ADDRESS": "local"}) is None


def test_auto_is_a_cluster_of_our_own_where_the_noted_one_is_gone(tmp_path: Path) -> None:
    environ = {"RAY_TMPDIR": str(tmp_path)}
    assert cluster_address("auto", environ) is None
    (tmp_path / "ray").mkdir()
    # Port 1 (tcpmux, RFC 1078) has no server on any machine of today.
    (tmp_path / "ray" / "ray_current_cluster").write_text("127.0.0.1:1")
    assert cluster_address("auto", environ) is None


def test_auto_is_the_cluster_that_runs_here(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        said = f"127.0.0.1:{server.getsockname()[1]}"
        (tmp_path / "ray").mkdir()
        (tmp_path / "ray" / "ray_current_cluster").write_text(said)
        assert str(cluster_address("auto", {"RAY_TMPDIR": str(tmp_path)})) == said


def test_a_note_of_somebody_else_or_behind_a_link_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        note = tmp_path / "ray" / "ray_current_cluster"
        note.parent.mkdir()
        (tmp_path / "mine").write_text(f"127.0.0.1:{server.getsockname()[1]}")
        note.symlink_to(tmp_path / "mine")
        assert cluster_address("auto", {"RAY_TMPDIR": str(tmp_path)}) is None
        note.unlink()
        (tmp_path / "mine").rename(note)
        assert cluster_address("auto", {"RAY_TMPDIR": str(tmp_path)}) is not None
        owner = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
        assert cluster_address("auto", {"RAY_TMPDIR": str(tmp_path)}) is None


def test_this_machine_alone_needs_no_token() -> None:
    check_token(RayAddress("127.0.0.1", 6379), {})


@pytest.mark.parametrize("mode", [None, "", "disabled", "tokens"])
def test_another_machine_needs_token_authentication(mode: str | None) -> None:
    environ = {"RAY_AUTH_TOKEN": "x" * 32} | ({} if mode is None else {"RAY_AUTH_MODE": mode})
    with pytest.raises(PieceError, match="token authentication is off") as error:
        check_token(FAR, environ)
    assert code(error) == "MV913"
    assert "RAY_AUTH_MODE=token" in error.value.diagnostics[0].hint


def test_another_machine_needs_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicvis.renderers.crews.ray_address.version", lambda name: "2.52.0")
    environ = {"RAY_AUTH_MODE": "Token", "HOME": str(tmp_path)}
    with pytest.raises(PieceError, match="there is none"):
        check_token(FAR, environ)
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray" / "auth_token").write_text("\n")
    with pytest.raises(PieceError, match="there is none"):
        check_token(FAR, environ)
    (tmp_path / ".ray" / "auth_token").write_text("secret\n")
    check_token(FAR, environ)
    # A path that is named counts, and nothing in its place.
    with pytest.raises(PieceError, match="there is none"):
        check_token(FAR, environ | {"RAY_AUTH_TOKEN_PATH": str(tmp_path / "gone")})
    check_token(FAR, {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "secret"})


def test_without_a_home_folder_there_is_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("musicvis.renderers.crews.ray_address.version", lambda name: "2.52.0")
    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(PieceError, match="there is none"):
        check_token(FAR, {"RAY_AUTH_MODE": "token"})


def test_a_ray_that_knows_no_tokens_joins_no_other_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicvis.renderers.crews.ray_address.version", lambda name: "2.51.1")
    with pytest.raises(PieceError, match=r"Ray 2\.51\.1 has no token authentication"):
        check_token(FAR, {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "secret"})
    assert release("2.9.3") < (2, 52) < release("3.0.0rc1")


def test_a_machine_that_reads_the_same_may_render() -> None:
    own = own_node(picture(), Recipe("cpu"), "node7")
    check_same(replace(own, name="bar 1"), own, "node7")


@pytest.mark.parametrize("what", ["generator", "encoder", "titles", "motion"])
def test_a_machine_that_would_make_another_picture_is_named(what: str) -> None:
    own = own_node(picture(), Recipe("cpu"), "node7")
    asked = Node.of("segment", own.version, "bar 1", {**dict(own.reads), what: "torch 9.9.9"})
    with pytest.raises(PieceError, match=f"node7 would render another picture; {what}: ") as error:
        check_same(asked, own, "node7")
    assert code(error) == "MV914"
    assert "torch 9.9.9 here" in str(error.value)


def test_a_machine_with_another_musicvis_is_named() -> None:
    own = own_node(picture(), Recipe("cpu"), "node7")
    with pytest.raises(PieceError, match="node7 would render another picture; version of segments: "):
        check_same(replace(own, version=own.version + 1), own, "node7")


def test_a_machine_without_the_device_or_the_weights_is_named() -> None:
    import torch

    if not torch.cuda.is_available():
        with pytest.raises(PieceError, match="node7: cuda cannot be used") as error:
            own_node(picture(), Recipe("cuda"), "node7")
        assert code(error) == "MV914"
    with pytest.raises(PieceError, match="node7: ") as error:
        own_node(replace(picture(), generator="biggan"), Recipe("cpu", precision="fp32"), "node7")
    assert code(error) == "MV914"


def test_what_a_killed_process_left_is_removed_after_a_day(tmp_path: Path) -> None:
    for name, age_s in (("mv-old", 90_000), ("mv-new", 60), ("else", 90_000)):
        (tmp_path / name).mkdir()
        then_s = time.time() - age_s
        os.utime(tmp_path / name, (then_s, then_s))
    sweep(tmp_path, "mv-")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["else", "mv-new"]


def test_nothing_of_ray_is_needed_to_say_no() -> None:
    import subprocess
    import sys

    said = (
        "import sys, musicvis.renderers.crews.ray; print(sorted({'ray', 'torch', 'av'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", said], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout == "[]\n"
