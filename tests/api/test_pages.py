"""Pages as numbered files: those of an earlier export go, and what others wrote stays."""

from pathlib import Path

import musicvis as mv
import pytest
from musicvis.api.pages import write_pages


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.svg"))


def test_an_export_leaves_its_own_pages_alone_in_the_folder(tmp_path: Path) -> None:
    score = tmp_path / "score.svg"
    assert write_pages(score, ["<svg>a</svg>"] * 3, tmp_path, ()) == [
        tmp_path / f"score-{number}.svg" for number in (1, 2, 3)
    ]
    (tmp_path / "score-20.svg").write_text("<svg>mine</svg>")
    write_pages(score, ["<svg>b</svg>"] * 2, tmp_path, ())
    assert names(tmp_path) == ["score-1.svg", "score-2.svg", "score-20.svg"]
    assert (tmp_path / "score-2.svg").read_text() == "<svg>b</svg>\n<!-- musicvis: page 2 of 2 -->\n"
    write_pages(score, ["<svg>c</svg>"], tmp_path, ())
    assert names(tmp_path) == ["score-20.svg", "score.svg"]
    # Eleven pages have numbers of two digits.
    write_pages(score, ["<svg>d</svg>"] * 11, tmp_path, ())
    assert names(tmp_path) == [*(f"score-{number:02d}.svg" for number in range(1, 12)), "score-20.svg"]


def test_a_numbered_file_that_is_no_page_is_not_replaced(tmp_path: Path) -> None:
    # A part that was exported to a name of its own, one page long.
    write_pages(tmp_path / "violin-1.svg", ["<svg>first violin</svg>"], tmp_path, ())
    before = (tmp_path / "violin-1.svg").read_bytes()
    with pytest.raises(mv.RequestError, match="no page of an earlier export"):
        write_pages(tmp_path / "violin.svg", ["<svg/>", "<svg/>"], tmp_path, ())
    assert names(tmp_path) == ["violin-1.svg"] and (tmp_path / "violin-1.svg").read_bytes() == before
    (tmp_path / "build").mkdir()
    (tmp_path / "build/violin-1.svg").write_text("<svg>by an older version</svg>")
    write_pages(tmp_path / "build/violin.svg", ["<svg/>", "<svg/>"], tmp_path, ())
    assert names(tmp_path / "build") == ["violin-1.svg", "violin-2.svg"]
