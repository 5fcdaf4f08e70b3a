"""constraints.txt: one version of every package that the two commands install, from those installed here.

    make constraints

Run it after `make test-newest` or `make test` has passed: what the tests ran with is what is pinned. Pip is
asked for a package that only another Python or system needs, or that is too old here, in its newest version.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "constraints.txt"
EXTRAS = ("render", "watch", "gan", "hrtf", "score", "dev")
"""What the two commands install."""
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))
HEADER = """\
# The versions that the test suite was run with, of every package that `make` and `make test` install.
# Made by `make constraints`; pyproject.toml says which versions musicvis can work with.
"""


def environments() -> Iterator[dict[str, str]]:
    """The values of markers on every Python and system that musicvis is for."""
    for python in PYTHONS:
        for platform, system, name in SYSTEMS:
            yield {
                "python_version": python,
                "python_full_version": f"{python}.0",
                "sys_platform": platform,
                "platform_system": system,
                "os_name": name,
                "platform_machine": "arm64" if platform == "darwin" else "x86_64",
                "implementation_name": "cpython",
                "platform_python_implementation": "CPython",
                "platform_release": "",
                "platform_version": "",
                "implementation_version": f"{python}.0",
                "extra": "",
            }


def roots() -> list[Requirement]:
    """What pyproject.toml asks for, and what it is built with."""
    text = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = text["project"]
    asked = [
        *project["dependencies"],
        *(line for extra in EXTRAS for line in project["optional-dependencies"][extra]),
    ]
    return [Requirement(line) for line in (*text["build-system"]["requires"], *asked)]


class Packages:
    """Versions and requirements of packages: those installed here, else the newest, as pip says."""

    def __init__(self) -> None:
        self.asked: dict[str, tuple[str, list[str]]] = {}

    def of(self, name: str) -> tuple[str, list[str]]:
        """Version and requirements; a version is without what stands after its `+`, as in 2.13.0+cpu."""
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            found = None
        if found is None or not all(r.specifier.contains(found.version) for r in roots() if r.name == name):
            if name not in self.asked:
                self.asked[name] = newest(name)
            return self.asked[name]
        return Version(found.version).public, found.requires or []


def newest(name: str) -> tuple[str, list[str]]:
    """Version and requirements of the newest release that runs somewhere, without installing it."""
    for python in (*reversed(PYTHONS), None):
        only = ["--python-version", python, "--only-binary=:all:", "--target", "unused"] if python else []
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--dry-run",
            "--no-deps",
            "--ignore-installed",
        ]
        done = subprocess.run([*command, *only, "--report", "-", name], capture_output=True, text=True)
        if not done.returncode:
            entry = json.loads(done.stdout)["install"][0]["metadata"]
            return entry["version"], entry.get("requires_dist", [])
    raise SystemExit(f"pip finds no {name}")


def needed(environment: dict[str, str], packages: Packages) -> set[str]:
    """The names of all that one Python on one system installs, without the CUDA that torch pins itself."""
    names: set[str] = set()
    waiting = [(requirement, "") for requirement in roots()]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({**environment, "extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        if name.startswith(("nvidia-", "cuda-")) or name == "triton":
            continue
        names.add(name)
        for inner in ("", *requirement.extras):
            if (name, inner) not in seen:
                seen.add((name, inner))
                waiting += [(Requirement(line), inner) for line in packages.of(name)[1]]
    return names


def pins() -> dict[str, str]:
    """Version by name, for every Python and system."""
    packages = Packages()
    names = set().union(*(needed(environment, packages) for environment in environments()))
    return {name: packages.of(name)[0] for name in sorted(names)}


def read() -> list[Requirement]:
    """The pins that are written."""
    lines = TARGET.read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def marked() -> dict[str, list[str]]:
    """The lines that a person wrote for some Pythons only, by name; they stay."""
    lines = TARGET.read_text(encoding="utf-8").splitlines()
    kept: dict[str, list[str]] = {}
    for line in lines:
        if ";" in line and not line.startswith("#"):
            kept.setdefault(canonicalize_name(re.split("[=<>]", line)[0]), []).append(line)
    return kept


def main() -> None:
    kept = marked()
    lines = [line for name, version in pins().items() for line in kept.get(name, [f"{name}=={version}"])]
    TARGET.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
