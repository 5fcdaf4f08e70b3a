"""The table of threats is whole, and each of its tests is there."""

import ast
from pathlib import Path

import pytest

from .rows import ROWS, Row

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.number))
def test_every_promise_has_tests_that_are_there(row: Row) -> None:
    assert row.tests or row.why_not
    for test in row.tests:
        file, _, function = test.partition("::")
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        assert function in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)], test


def test_the_rows_are_numbered_without_a_gap() -> None:
    assert [row.number for row in ROWS] == list(range(1, len(ROWS) + 1))


def called(tree: ast.Module) -> set[str]:
    """The functions that a file calls, as they are written."""
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_no_file_of_ours_reads_pickles_or_runs_text() -> None:
    running = {"eval", "exec", "compile", "pickle.load", "np.load", "numpy.load", "marshal.load", "os.system"}
    loads: list[str] = []
    for folder in ("dsl", "store", "compiler", "renderers", "cli"):
        for path in (ROOT / folder).rglob("*.py"):
            names = called(ast.parse(path.read_text(encoding="utf-8")))
            assert not names & running, path
            loads += [path.name for name in ("torch.load", "pickle.loads") if name in names]
            assert "shell=True" not in path.read_text(encoding="utf-8"), path
    # Tensors alone, written out; and whether a worker's own error can travel to its parent.
    assert sorted(loads) == ["processes.py", "weights.py"]


def test_the_table_of_threats_in_the_documentation_is_that_of_the_tests() -> None:
    document = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
    for row in ROWS:
        begin = f"| {row.number} | {row.threat} | "
        assert begin in document, "put in threat_table() of benchmarks/reliability.py"
