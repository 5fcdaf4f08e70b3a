"""Ray itself: a cluster of a head and two machines of one core, all on this one, killed in mid-render."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.plan import PicturePlan, Plan
from musicvis.dsl.findings.diagnostics import Diagnostic, PieceError
from musicvis.renderers.crews.inline import InlineCrew
from musicvis.renderers.crews.job import Studio
from musicvis.renderers.crews.ray import ray_crew
from musicvis.renderers.crews.ray_address import RayAddress
from musicvis.renderers.crews.ray_task import Order, own_node
from musicvis.renderers.film.segment_nodes import VIDEO, SegmentJob, segment_jobs
from musicvis.renderers.generators.identity import Recipe
from musicvis.store.store import Store
from musicvis.tests.renderers.crews.own import film, trained_film

pytest.importorskip("ray")
pytestmark = pytest.mark.slow

CPU = Recipe("cpu")
FRAMES = 60
TOKEN = "7" * 32
# Reads a word a line, and answers each with a line.
CLUSTER = """
import os, sys
from ray.cluster_utils import Cluster
here = {"object_store_memory": 80 << 20}
if not os.environ.get("ON_THE_NETWORK"):
    here["node_ip_address"] = "127.0.0.1"
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False, **here})
nodes = []
print(cluster.address, flush=True)
for word in map(str.strip, sys.stdin):
    if word == "add":
        nodes.append(cluster.add_node(num_cpus=1, **here))
    elif word == "add gpu":
        nodes.append(cluster.add_node(num_cpus=1, num_gpus=1, **here))
    elif word == "kill" and nodes:
        cluster.remove_node(nodes.pop(), allow_graceful=False)
    print(len(nodes), flush=True)
cluster.shutdown()
"""


class Machines:
    """A running cluster."""

    def __init__(self, process: "subprocess.Popen[str]", folder: str) -> None:
        self.process = process
        self.folder = folder
        self.address = self._line()

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        assert line, "the cluster has ended"
        return line

    def tell(self, word: str) -> int:
        """`add` or `kill` a machine; how many there are then."""
        assert self.process.stdin is not None
        print(word, file=self.process.stdin, flush=True)
        return int(self._line())

    def have(self, count: int) -> None:
        """Sets the number of machines from now on."""
        while (there := self.tell("count")) != count:
            self.tell("add" if there < count else "kill")


@contextmanager
def cluster(**settings: str) -> Iterator[Machines]:
    # Names of sockets are short, and folders of tests are not.
    with tempfile.TemporaryDirectory(prefix="mvr-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        fixed = {"RAY_TMPDIR": folder, "TMPDIR": folder, "HOME": folder, "RAY_USAGE_STATS_ENABLED": "0"}
        fixed["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "1" if "ON_THE_NETWORK" in settings else "0"
        # A machine that is dead is noticed after some 20 s otherwise.
        fixed |= {"RAY_health_check_period_ms": "1000", "RAY_health_check_failure_threshold": "3"}
        fixed |= {"RAY_health_check_timeout_ms": "2000", "RAY_health_check_initial_delay_ms": "1000"}
        with subprocess.Popen(
            [sys.executable, "-c", CLUSTER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | fixed | settings,
            text=True,
        ) as process:
            # The end of its input ends it.
            yield Machines(process, folder)


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    with cluster(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=TOKEN) as running:
        yield running


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", TOKEN)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def jobs(count: int, frames: int = FRAMES) -> list[SegmentJob]:
    """Segments of the embedded generator, each with its own motion."""
    return [job(np.random.default_rng(k), f"bar {k + 1}", frames) for k in range(count)]


def job(rng: np.random.Generator, name: str, frames: int) -> SegmentJob:
    picture = PicturePlan(
        noise=rng.normal(size=(frames, 128)).astype(np.float32),
        class_indices=np.array([5]),
        class_weights=np.ones((frames, 1), np.float32),
        brightness=np.ones(frames, np.float32),
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
    return SegmentJob(replace(own_node(picture, CPU, "here"), name=name), picture)


def digests(store: Store, wanted: list[SegmentJob]) -> list[str]:
    """The store's entry for each, with every byte checked."""
    found = []
    for one in wanted:
        entry = store.get(one.node.key)
        assert entry is not None, one.node.name
        found.append(entry.files[VIDEO].name)
    return found


def serial(folder: Path, wanted: list[SegmentJob]) -> list[str]:
    """The same, rendered one after the other by this process."""
    with Store(folder) as own:
        InlineCrew(Studio(CPU, own)).work(wanted, lambda count: None, lambda text: None)
        return digests(own, wanted)


def rendering(machines: Machines) -> dict[int, str]:
    """The cluster's processes that render a segment, and what Ray calls them."""
    own = f"RAY_TMPDIR={machines.folder}".encode()
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            title = (process / "cmdline").read_text().rstrip("\0 ")
            if title.startswith("ray::segment ") and own in (process / "environ").read_bytes().split(b"\0"):
                found[int(process.name)] = title.removeprefix("ray::segment ")
        except OSError:
            continue
    return found


class Reports:
    """The messages of a crew, for another thread to wait on."""

    def __init__(self) -> None:
        self.frames = 0
        self.said: list[str] = []

    def on_frames(self, count: int) -> None:
        self.frames += count

    def wait(self, frames: int) -> None:
        while self.frames < frames:
            time.sleep(0.01)


@contextmanager
def meanwhile(act: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    yield
    thread.join()


def finding(error: pytest.ExceptionInfo[PieceError]) -> Diagnostic:
    return error.value.diagnostics[0]


@pytest.mark.parametrize("is_shared", [True, False], ids=["one store", "bytes carried back"])
def test_a_worker_and_a_machine_that_are_killed_cost_no_segment_and_no_byte(
    machines: Machines, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_shared: bool
) -> None:
    if not is_shared:
        # On the machines the path is that of another disk: what we wrote there says something else.
        monkeypatch.setattr(
            "musicvis.renderers.crews.ray.Order",
            lambda recipe, folder, witness: Order(recipe, folder, (witness[0], "another disk's")),
        )
    machines.have(2)
    wanted, reports = jobs(24), Reports()
    killed: list[str] = []

    def kill() -> None:
        reports.wait(3 * FRAMES)
        while not killed:
            for process, name in rendering(machines).items():
                os.kill(process, signal.SIGKILL)
                killed.append(name)
                break
        reports.wait(8 * FRAMES)
        machines.tell("kill")

    with meanwhile(kill):
        ray_crew(machines.address, CPU, store).work(wanted, reports.on_frames, reports.said.append)
    assert killed
    assert reports.frames == 24 * FRAMES
    assert reports.said.count("picture by the embedded generator, 64x64 on cpu") == 1
    assert digests(store, wanted) == serial(tmp_path / "serial", wanted)


@pytest.mark.parametrize("is_shared", [True, False], ids=["one store", "bytes carried back"])
@pytest.mark.parametrize("made", [film, trained_film], ids=["own pictures", "trained"])
def test_own_pictures_videos_and_trained_models_are_rendered_by_machines_that_see_their_files(
    machines: Machines,
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    made: Callable[[Path, int], Plan],
    is_shared: bool,
) -> None:
    if not is_shared:
        monkeypatch.setattr(
            "musicvis.renderers.crews.ray.Order",
            lambda recipe, folder, witness: Order(recipe, folder, (witness[0], "another disk's")),
        )
    machines.have(2)
    wanted, reports = list(segment_jobs(made(tmp_path, 6), CPU)), Reports()
    ray_crew(machines.address, CPU, store).work(wanted, reports.on_frames, reports.said.append)
    assert digests(store, wanted) == serial(tmp_path / "serial", wanted)


def test_a_machine_without_the_picture_is_reported(machines: Machines, store: Store, tmp_path: Path) -> None:
    machines.have(1)
    wanted = list(segment_jobs(film(tmp_path, 1), CPU))
    (tmp_path / "photo.png").unlink()
    with pytest.raises(PieceError) as error:
        ray_crew(machines.address, CPU, store).work(wanted, lambda count: None, lambda text: None)
    assert finding(error).code == "MV723" and "photo.png" in finding(error).message


def test_a_segment_that_takes_its_process_along_every_time_is_reported(
    machines: Machines, store: Store
) -> None:
    machines.have(1)
    wanted, reports = jobs(3), Reports()
    wanted[1] = job(np.random.default_rng(9), "bar of lead", 3_000)
    killed: list[int] = []
    is_over = threading.Event()

    def kill() -> None:
        while not is_over.is_set():
            for process, name in rendering(machines).items():
                if name == "bar of lead" and process not in killed:
                    os.kill(process, signal.SIGKILL)
                    killed.append(process)
            time.sleep(0.02)

    with meanwhile(kill):
        try:
            with pytest.raises(PieceError, match=r"bar of lead: .* 4 times") as error:
                ray_crew(machines.address, CPU, store).work(wanted, reports.on_frames, reports.said.append)
        finally:
            is_over.set()
    assert finding(error).code == "MV910"
    assert len(killed) == 4
    digests(store, wanted[:1])


def test_a_machine_that_would_make_another_picture_is_refused(machines: Machines, store: Store) -> None:
    machines.have(1)
    wanted = jobs(1)
    reads = dict(wanted[0].node.reads) | {"encoder": "libx264 of next year"}
    strange = replace(wanted[0], node=replace(wanted[0].node, reads=tuple(sorted(reads.items()))))
    with pytest.raises(PieceError, match=rf"{socket.gethostname()} \(127\.0\.0\.1\) would render") as error:
        ray_crew(machines.address, CPU, store).work([strange], lambda count: None, lambda text: None)
    assert finding(error).code == "MV914"


def test_a_cluster_without_machines_is_not_waited_for(machines: Machines, store: Store) -> None:
    machines.have(0)
    crew = ray_crew(machines.address, CPU, store, deadline_s=6)
    with pytest.raises(PieceError, match="no machine with a CPU") as error:
        crew.work(jobs(1), lambda count: None, lambda text: None)
    assert finding(error).code == "MV913"


def test_a_machine_with_a_gpu_that_torch_cannot_use_is_refused(machines: Machines, store: Store) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    machines.tell("add gpu")
    try:
        with pytest.raises(PieceError, match="cuda cannot be used") as error:
            ray_crew(machines.address, Recipe("cuda:1"), store).work(
                jobs(1), lambda count: None, lambda text: None
            )
    finally:
        machines.tell("kill")
    assert finding(error).code == "MV914"


def test_a_cpu_is_no_gpu(machines: Machines, store: Store) -> None:
    machines.have(1)
    crew = ray_crew(machines.address, Recipe("cuda"), store, deadline_s=6)
    with pytest.raises(PieceError, match="no machine with a GPU"):
        crew.work(jobs(1), lambda count: None, lambda text: None)


@pytest.mark.parametrize("token", [None, "8" * 32])
def test_a_cluster_is_not_joined_without_its_token(
    machines: Machines, store: Store, monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    if token is None:
        monkeypatch.delenv("RAY_AUTH_MODE")
        monkeypatch.delenv("RAY_AUTH_TOKEN")
    else:
        monkeypatch.setenv("RAY_AUTH_TOKEN", token)
    with pytest.raises(PieceError, match="asks for a token") as error:
        ray_crew(machines.address, CPU, store).work(jobs(1), lambda count: None, lambda text: None)
    assert finding(error).code == "MV913"


def test_a_cluster_in_the_open_is_not_used_even_by_its_inner_address(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cluster(RAY_AUTH_MODE="disabled", ON_THE_NETWORK="yes") as in_the_open:
        in_the_open.have(1)
        host, _, port = in_the_open.address.partition(":")
        if RayAddress(host, int(port)).is_loopback:
            pytest.skip("this machine is on no network")
        for address in (in_the_open.address, f"127.0.0.1:{port}"):
            with pytest.raises(PieceError, match="lets everybody in") as error:
                ray_crew(address, CPU, store).work(jobs(1), lambda count: None, lambda text: None)
            assert finding(error).code == "MV913"
        monkeypatch.delenv("RAY_AUTH_MODE")
        with pytest.raises(PieceError, match="token authentication is off"):
            ray_crew(f"127.0.0.1:{port}", CPU, store).work(jobs(1), lambda count: None, lambda text: None)


def test_a_cluster_on_the_network_is_used_with_a_token(store: Store) -> None:
    with cluster(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=TOKEN, ON_THE_NETWORK="yes") as guarded:
        guarded.have(1)
        wanted, reports = jobs(2), Reports()
        ray_crew(guarded.address, CPU, store).work(wanted, reports.on_frames, reports.said.append)
        digests(store, wanted)


def test_where_nothing_listens_there_is_no_waiting(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(PieceError, match="nothing answers at 127") as error:
        ray_crew(address, CPU, store).work(jobs(1), lambda count: None, lambda text: None)
    assert finding(error).code == "MV913"


def test_an_address_that_is_not_a_cluster_is_given_up_after_the_given_time(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(PieceError, match="did not answer within 4 s") as error:
            ray_crew(address, CPU, store, deadline_s=4).work(jobs(1), lambda count: None, lambda text: None)
    assert finding(error).code == "MV913"


def test_auto_without_a_cluster_is_one_of_our_own_that_leaves_nothing_behind(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    wanted, reports = jobs(4), Reports()
    with tempfile.TemporaryDirectory(prefix="mvr-", dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        ray_crew("auto", CPU, store, 2).work(wanted, reports.on_frames, reports.said.append)
        assert not list(Path(folder).iterdir())
    assert reports.frames == 4 * FRAMES
    assert digests(store, wanted) == serial(tmp_path / "serial", wanted)
    assert not (tmp_path / ".ray").exists()


def test_control_c_stops_the_machines_and_keeps_what_is_finished(machines: Machines, tmp_path: Path) -> None:
    machines.have(2)
    # Another process, as Ctrl-C goes to the main thread.
    program = f"""
if __name__ == "__main__":
    import sys
    sys.path.insert(0, {str(Path(__file__).parent)!r})
    from test_ray_cluster import CPU, Path, Store, jobs, ray_crew
    with Store(Path({str(tmp_path / "store")!r})) as store:
        try:
            ray_crew({machines.address!r}, CPU, store).work(
                jobs(400), lambda count: print("frames", flush=True), lambda text: None
            )
        except KeyboardInterrupt:
            print("stopped", flush=True)
"""
    script = tmp_path / "film.py"
    script.write_text(program)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(5)]
        process.send_signal(signal.SIGINT)
        told += process.stdout.readlines()
    assert told[-1] == "stopped\n"
    while rendering(machines):
        time.sleep(0.05)
    with Store(tmp_path / "store") as store:
        kept = sum(store.get(one.node.key) is not None for one in jobs(400))
    assert kept >= told.count("frames\n") >= 5
    assert kept < 400


def test_a_cluster_that_is_lost_is_a_finding(store: Store) -> None:
    with cluster(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=TOKEN) as doomed:
        doomed.have(1)
        reports = Reports()

        def kill() -> None:
            reports.wait(2 * FRAMES)
            children = subprocess.run(
                ["ps", "-o", "pid=", "--ppid", str(doomed.process.pid)],
                capture_output=True,
                text=True,
                check=True,
            )
            for process in children.stdout.split():
                os.kill(int(process), signal.SIGKILL)

        wanted = jobs(400)
        with meanwhile(kill), pytest.raises(PieceError) as error:
            crew = ray_crew(doomed.address, CPU, store, deadline_s=10)
            crew.work(wanted, reports.on_frames, reports.said.append)
    assert finding(error).code == "MV913"
    assert sum(store.get(one.node.key) is not None for one in wanted) >= 2
