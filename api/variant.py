"""The variant of a film: all of it, a passage, a draft."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING

from .purpose import MOVING, PURPOSES, Purpose, purpose_overrides, said_of

if TYPE_CHECKING:
    from ..compiler.cache.plan import KeptCompilation
    from ..compiler.compile import Compilation
    from ..dsl.load import Loaded
    from ..dsl.model.piece import Piece
    from ..dsl.model.visuals import Visuals
    from ..store.store import Store

DRAFT_PIXELS, DRAFT_FPS, DRAFT_RESOLUTION = 640 * 360, Fraction(15), 256


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant of a manifest: the changes that a caller makes to it."""

    draft: bool = False
    bars: str | None = None
    seconds: str | None = None
    size: str | None = None
    fps: str | None = None
    quality: str | None = None
    overrides: tuple[str, ...] = ()
    made_for: str | None = None
    """The platform of the film: one of PURPOSES."""
    loop: bool = False
    """Its end meets its beginning."""
    suffix: str = ""
    """Suffix of the file, if it is named: an animation is small."""

    def loaded(self, manifest: Path) -> "Loaded":
        """The piece as this film needs it."""
        from ..dsl.load import load_piece

        load = partial(
            load_piece,
            manifest,
            bars=self.bars,
            seconds=self.seconds,
            size=self.size,
            fps=self.fps,
            quality=self.quality,
            loop=self.loop,
        )
        loaded = load(self.overrides)
        said = {"video.size": self.size, "video.fps": self.fps, "video.quality": self.quality}
        given = {key for key, text in said.items() if text is not None}
        explicit = given | {override.partition("=")[0].strip() for override in self.overrides}
        layers: tuple[str, ...] = ()
        for purpose in self.purposes:
            if loaded.piece is None:
                return loaded
            layers += purpose_overrides(purpose, loaded.piece, explicit)
            # The values of --set come last, so that they win.
            loaded = load((*layers, *self.overrides))
        if not self.draft or loaded.piece is None:
            return loaded
        written = draft_overrides(loaded.piece)
        drafted = tuple(text for key, text in written.items() if key not in given)
        return load((*layers, *drafted, *self.overrides))

    @property
    def purposes(self) -> tuple[Purpose, ...]:
        """The purposes of the film: its platform, then the kind of its file."""
        named = (PURPOSES.get(self.made_for or ""), MOVING.get(self.suffix))
        return tuple(purpose for purpose in named if purpose is not None)

    def told(self, manifest: Path) -> list[str]:
        """A sentence for each purpose about what it changes."""
        said = []
        before = replace(self, made_for=None, suffix="")
        for step in (replace(before, made_for=self.made_for), self):
            if step.purposes != before.purposes:
                old, new = before.loaded(manifest).piece, step.loaded(manifest).piece
                if old is not None and new is not None:
                    said.append(said_of(step.purposes[-1], old, new))
            before = step
        return said

    def name(self, silent: bool = False) -> str:
        """The variant's part of a file name, so that a passage does not replace the whole film."""
        said = {
            "for": self.made_for,
            "draft": "draft" if self.draft else None,
            "bars": self.bars and "bars-" + self.bars.strip().removeprefix("bars").strip(),
            "seconds": self.seconds and f"{self.seconds.removesuffix('s')}s",
            "loop": "loop" if self.loop else None,
            "silent": "silent" if silent else None,
        }
        plain = (re.sub(r"[^0-9A-Za-z.]+", "-", part).strip("-.") for part in said.values() if part)
        return "".join(f"-{part}" for part in plain)


def draft_overrides(piece: "Piece") -> dict[str, str]:
    """The overrides of a draft, by key: small, coarse, and at most half the frame rate.

    The film keeps its aspect, to the even pixel, and nothing becomes larger than it was.
    """
    draft = drafted(piece)
    values = {
        "video.size": f"{draft.video.width_px}x{draft.video.height_px}",
        "video.fps": str(draft.video.fps),
        "video.quality": draft.video.quality,
        "visuals.resolution": str(draft.visuals.resolution),
    }
    return {key: f"{key}={value}" for key, value in values.items()}


def drafted(piece: "Piece") -> "Piece":
    """The piece as a draft shows it."""
    video = piece.video
    scale = min(1.0, sqrt(DRAFT_PIXELS / (video.width_px * video.height_px)))
    width_px, height_px = (max(16, 2 * round(side * scale / 2)) for side in (video.width_px, video.height_px))
    small = replace(
        video, width_px=width_px, height_px=height_px, fps=min(video.fps, DRAFT_FPS), quality="draft"
    )
    return replace(piece, video=small, visuals=replace(piece.visuals, resolution=_coarse(piece.visuals)))


def _coarse(visuals: "Visuals") -> int:
    """The resolution of a draft: the largest of the generator up to DRAFT_RESOLUTION, or its least one."""
    from ..dsl.model.generators import kind_named

    most = min(visuals.resolution, DRAFT_RESOLUTION)
    try:
        kind = kind_named(visuals.generator)
    except (ValueError, ImportError, AttributeError):
        # The check of the piece says what is wrong with it.
        kind = None
    sizes = kind.resolutions_px if kind is not None else ()
    return max((size for size in sizes if size <= most), default=min(sizes, default=most))


def compiled(
    loaded: "Loaded", trusted: tuple[Path, ...], store: "Store | None"
) -> "Compilation | KeptCompilation":
    """The plan of a loaded piece and all findings; from the store, where there is one that has it.

    trusted   folders of plugins that may run
    """
    from ..compiler.cache.plan import compile_piece_kept
    from ..compiler.compile import compile_piece

    return compile_piece(loaded, trusted) if store is None else compile_piece_kept(loaded, trusted, store)


def film_name(manifest: Path, variant: Variant) -> str:
    """The name that distinguishes this film from the user's other ones."""
    return f"{manifest.resolve()} {variant.name()}"
