"""What the tests cost: processor time of each file, with the processes that it starts; `make test-costs`.

A plugin of pytest: `pytest -p musicvis.tests.costs --costs`.
Not counted is what others wait for: a browser's processes, and the workers of a crew on Linux.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

FILES_MOST = 30
TESTS_MOST = 15
SPENT = "processor_s"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--costs", action="store_true", help="say which files and tests cost the processor most")


def processor_s() -> float:
    """The processor time of this process, and of the children that it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--costs"):
        config.pluginmanager.register(Costs(), "costs")


class Costs:
    """Measures every phase of every test where it runs, and adds up where the results arrive."""

    def __init__(self) -> None:
        self._begun_s = 0.0
        self._tests_s: dict[str, float] = defaultdict(float)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        self._begun_s = processor_s()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Iterator[Any]:
        report = yield
        now_s = processor_s()
        report.user_properties.append((SPENT, now_s - self._begun_s))
        self._begun_s = now_s
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._tests_s[report.nodeid] += sum(
            spent_s for name, spent_s in report.user_properties if name == SPENT
        )

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        files_s: dict[str, float] = defaultdict(float)
        for test, spent_s in self._tests_s.items():
            files_s[test.partition("::")[0]] += spent_s
        terminalreporter.section(f"processor time: {sum(files_s.values()):.0f} s")
        for spent, most in ((files_s, FILES_MOST), (self._tests_s, TESTS_MOST)):
            for name in sorted(spent, key=lambda one: -spent[one])[:most]:
                terminalreporter.line(f"{spent[name]:7.1f} s  {name}")
            terminalreporter.line("")
