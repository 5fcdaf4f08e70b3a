"""Where `musicvis compile` writes: beside the manifest, and a passage never over the whole film."""

from pathlib import Path

import pytest
from musicvis.cli.film_options import Variant, film_path


@pytest.mark.parametrize(
    ("variant", "name"),
    [
        ((False, None, None, False), "waltz.mp4"),
        ((True, None, None, False), "waltz-draft.mp4"),
        ((False, "5..8", None, False), "waltz-bars-5..8.mp4"),
        ((True, "6|6..7|3", None, False), "waltz-draft-bars-6-6..7-3.mp4"),
        ((False, "bars 3-5", "30s", True), "waltz-bars-bars-3-5-30s-silent.mp4"),
        ((False, None, "../../x", False), "waltz-x" + "s.mp4"),
    ],
)
def test_a_passage_a_draft_and_a_silent_film_have_names_of_their_own(
    tmp_path: Path, variant: tuple[bool, str | None, str | None, bool], name: str
) -> None:
    manifest = tmp_path / "waltz" / "piece.yaml"
    manifest.parent.mkdir()
    draft, bars, seconds, silent = variant
    said = Variant(draft, bars, seconds).name(silent)
    assert film_path(manifest, None, said) == manifest.parent / "build" / name
