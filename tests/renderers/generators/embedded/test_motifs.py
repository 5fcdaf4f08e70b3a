"""Every motif against the picture that was looked at when it was drawn, and in a mirror.

`python -m tests.renderers.generators.embedded.test_motifs` in the folder of the project writes the pictures
again: after a change that is meant, and looked at.
"""

from __future__ import annotations

import re
from pathlib import Path

import musicvis
import pytest
import torch
import torch.nn.functional as nnf
from musicvis.dsl.values.subjects import own_subjects, subject_count, subjects
from musicvis.renderers.generators import embedded
from musicvis.renderers.generators.embedded import windows
from musicvis.renderers.generators.embedded.motifs import brush
from musicvis.renderers.generators.embedded.motifs.catalogue import MOTIFS
from musicvis.renderers.generators.embedded.motifs.outlines import REACH, SIZE, Outline, depths
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator
from musicvis.renderers.generators.embedded.paints import PAINTS
from musicvis.renderers.generators.embedded.palettes import ARCHETYPES
from musicvis.renderers.generators.embedded.sheet import examples, write_sheet

GOLDEN = Path(__file__).with_name("golden.tsv")
FIELDS = 6
"""A golden picture is so many fields wide and high, each with the mean of its red, green and blue."""
CASTLE, LOCOMOTIVE, HEART = 483, 820, 1020


def golden() -> dict[str, str]:
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if not line.startswith("#"))


def fields(painter: EmbeddedGenerator, index: int) -> torch.Tensor:
    """The means of a calm picture's fields, 0 to 255: shape (3 * FIELDS * FIELDS,)."""
    classes = torch.zeros(1, subject_count())
    classes[0, index] = 1
    picture = painter.images(torch.zeros(1, 128), classes) * 127.5 + 127.5
    return nnf.adaptive_avg_pool2d(picture, FIELDS).round().flatten()


def test_every_drawn_motif_has_a_golden_picture_and_a_class() -> None:
    assert set(golden()) == {subject.motif for subject in examples()}
    used = {subject.motif for subject in subjects().values()}
    assert used <= {motif.name for motif in MOTIFS}
    palettes = {subject.palette for subject in subjects().values() if subject.palette}
    assert palettes <= set(PAINTS) | set(ARCHETYPES)


@pytest.mark.parametrize("motif", [subject.motif for subject in examples()])
def test_a_motif_looks_as_it_did(small_painter: EmbeddedGenerator, motif: str) -> None:
    index = next(subject.index for subject in examples() if subject.motif == motif)
    expected = torch.tensor(list(bytes.fromhex(golden()[motif])), dtype=torch.float32)
    found = fields(small_painter, index)
    # Rounding moves single pixels to the next palette entry; another processor's sums differ by less.
    assert (found - expected).abs().max() <= 3


def test_parts_painted_in_their_windows_are_the_parts_painted_everywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numbers = [CASTLE, LOCOMOTIVE]
    classes = torch.zeros(2, subject_count())
    classes[torch.arange(2), torch.tensor(numbers)] = 1
    noise = torch.randn(2, 128, generator=torch.Generator().manual_seed(4)).clamp(-2, 2)
    painter = EmbeddedGenerator(0, (96, 96))
    found = painter.images(noise, classes)
    monkeypatch.setattr(brush, "window", lambda canvas, may_cover: windows.WHOLE)
    # What shines fades out, it does not end: a level of 255 may be left.
    torch.testing.assert_close(painter.images(noise, classes), found, rtol=0, atol=2 / 255)


def test_a_heart_stands_on_the_seam_of_a_mirror_wherever_the_noise_pans() -> None:
    classes = torch.zeros(6, subject_count())
    classes[:, HEART] = 1
    noise = torch.randn(6, 128, generator=torch.Generator().manual_seed(2)).clamp(-2, 2)
    calm = EmbeddedGenerator(0, (64, 64)).images(torch.zeros(1, 128), classes[:1])
    still = EmbeddedGenerator(0, (64, 64), pan=(0.8, 0.0), mirrored=True)
    # The left half of a plain picture lies before the seam of a mirrored one; the vignette stays behind.
    half = still.images(torch.zeros(1, 128), classes[:1])[..., 32:]
    assert (half - calm[..., :32]).abs().mean() <= 0.12
    for seen in still.images(noise, classes):
        redness = (seen[0] - seen[1]).mean(0)
        assert redness[-8:].mean() > redness[:24].mean() + 0.1


def test_an_outline_knows_its_depth() -> None:
    square = ((-0.5, -0.5), (-0.5, -0.5), (0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (0.5, 0.5), (-0.5, 0.5))
    found = depths((*square, (-0.5, 0.5)))
    middle = SIZE // 2
    assert found[middle, middle] == pytest.approx(0.5, abs=1.1 * REACH / SIZE)
    assert found[0, 0] == pytest.approx(-((2 * (REACH - 0.5) ** 2) ** 0.5))
    places = torch.tensor([[[0.25, 0.75]]])
    depth = Outline(*square, (-0.5, 0.5)).depth(places, torch.zeros(1, 1, 2))
    assert depth[0, 0].tolist() == pytest.approx([0.25, -0.25], abs=0.01)


def test_the_texts_count_motifs_and_subjects_as_the_sheet_draws_them() -> None:
    root = Path(musicvis.__file__).parent
    [counted] = re.findall(
        r"(\d+) drawn motifs.*? (moon, rain, snow, tree, ship) and (\d+) more that",
        (root / "CHANGELOG.md").read_text(encoding="utf-8"),
    )
    assert counted == (str(len(examples())), "moon, rain, snow, tree, ship", str(len(own_subjects()) - 5))
    # The void is a motif, too, and nobody's subject.
    assert embedded.__doc__ is not None and f"one of {len(MOTIFS) - 1} hand-written" in embedded.__doc__


def test_a_sheet_is_written_whole_and_names_another_kind_of_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a sheet is a \.png or \.jpg file"):
        write_sheet(tmp_path / "sheet.gif")
    assert not list(tmp_path.iterdir())


if __name__ == "__main__":
    torch.set_num_threads(1)
    small = EmbeddedGenerator(0, (48, 48))
    rows = [f"{s.motif}\t{bytes(fields(small, s.index).int().tolist()).hex()}" for s in examples()]
    head = "# Means of red, green and blue in 6 x 6 fields of each motif at 48 px, seed 0, calm noise."
    GOLDEN.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
