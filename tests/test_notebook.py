"""The notebook of the docs: its cells run in their order, and as a notebook where nbclient is installed."""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

NOTEBOOK = Path(__file__).parents[1] / "docs/notebook.ipynb"


def cells(kind: str) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"] if cell["cell_type"] == kind]


def test_the_cells_run_in_order_and_make_the_films(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    page = ModuleType("IPython.display")
    page.Audio = page.Video = lambda data, **options: (data, options)  # type: ignore[attr-defined]
    page.display = shown.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", page)
    monkeypatch.setenv("MUSICVIS_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "notebook"}
    for cell in cells("code"):
        if "install" in cell["metadata"].get("tags", ()):
            continue
        text = "".join(cell["source"])
        # Smaller and shorter, so that the test is quick; the words are the notebook's.
        text = text.replace("640x360", "64x36").replace("resolution: 256", "resolution: 128")
        text = text.replace("fps: 24", "fps: 1").replace("1..5", "1..2")
        # In this process: others take seconds to start.
        text = text.replace('.render(folder / "tune.mp4"', '.render(folder / "tune.mp4", workers=1')
        text = text.replace('.render(folder / "loop.gif"', '.render(folder / "loop.gif", workers=1')
        exec(compile(text, str(NOTEBOOK), "exec"), names)
    made = tmp_path / "notebook-piece"
    assert {"tune.mp4", "tune.otio", "loop.gif"} <= {path.name for path in made.iterdir()}
    picture, sheet, (samples, options), (film, _) = shown
    assert picture.size == (64, 36)
    sheet.load()  # as a notebook does that shows it; then its file is closed
    assert sheet.width > 64 and sheet.height >= 36  # several frames beside one another
    assert {finding.severity for finding in names["mv"].load("first-piece").check()} <= {"warning", "note"}
    assert len(samples) == 2 and options == {"rate": 48_000}
    assert Path(film) == Path("notebook-piece/tune.mp4")
    # The wheel is not played by the synthesiser; a lane follows it.
    assert {finding.code for finding in names["piece"].check()} == {"MV415"}


def test_a_notebook_is_kept_without_outputs() -> None:
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells("code"))


def test_the_pages_that_it_names_are_there() -> None:
    import re

    for cell in cells("markdown"):
        for page in re.findall(r"\]\(([^)]+)\)", "".join(cell["source"])):
            assert (NOTEBOOK.parent / page).is_file()


@pytest.mark.slow
def test_it_runs_as_a_notebook(tmp_path: Path) -> None:
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.read(NOTEBOOK, 4)
    notebook.cells = [cell for cell in notebook.cells if "install" not in cell.metadata.get("tags", ())]
    nbclient.NotebookClient(notebook, timeout=900, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert (tmp_path / "notebook-piece/tune.mp4").is_file()
