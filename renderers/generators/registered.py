"""Generators that a program registered or a package installed: makes them, and checks their promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import THE_MANIFEST
from ..picture.camera import moved
from ..picture.controls import FrameControls
from ..tensors import aligned
from .protocol import Generator, GeneratorRequest, SteeredGenerator, TruncatedGenerator
from .sources import image_size

if TYPE_CHECKING:
    import torch

    from ...compiler.plan import PicturePlan
    from ...dsl.model.generators import GeneratorKind


def made(kind: GeneratorKind, picture: PicturePlan, device: torch.device) -> tuple[Generator, str]:
    """The generator of a kind for a film, and one line that says which it is.

    Raises PieceError (MV616) where it is not what its kind says.
    """
    assert kind.make is not None
    size_px = image_size(picture)
    found = kind.make(GeneratorRequest(size_px, str(device), picture.generator_seed, picture.weights))
    if not callable(getattr(found, "images", None)) or not hasattr(found, "device"):
        raise _broken(kind, "what its factory returns has no `images` and `device`")
    steered = isinstance(found, SteeredGenerator)
    if steered != bool(kind.controls - {"truncation"}):
        raise _broken(kind, "it must have `steered` if, and only if, its controls name more than truncation")
    truncated = isinstance(found, TruncatedGenerator)
    if truncated != ("truncation" in kind.controls):
        raise _broken(kind, "it must have `images_at` if, and only if, its controls name truncation")
    if steered and truncated:
        raise _broken(kind, "it cannot have both `steered` and `images_at`")
    checked = _Steered if steered else _Truncated if truncated else _Checked
    height_px, width_px = size_px
    return checked(kind, found), f"picture by {kind.name}, {width_px}x{height_px} on {device}"


class _Checked:
    """A foreign generator, whose images are checked before use."""

    def __init__(self, kind: GeneratorKind, inner: Any) -> None:
        self._kind, self._inner = kind, inner

    @property
    def size_px(self) -> tuple[int, int]:
        """Height and width of every image."""
        height_px, width_px = self._inner.size_px
        return int(height_px), int(width_px)

    @property
    def device(self) -> torch.device:
        """The device on which the images are made and stay."""
        import torch

        return torch.device(self._inner.device)

    def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        """The image of each pair of vectors. Raises PieceError (MV616) for what is not an image."""
        return self._looked_at(self._inner.images(noise, classes), len(noise))

    def _looked_at(self, images: Any, count: int) -> torch.Tensor:
        import torch

        shape = (count, 3, *self.size_px)
        if not isinstance(images, torch.Tensor) or tuple(images.shape) != shape:
            found = tuple(images.shape) if isinstance(images, torch.Tensor) else type(images).__name__
            raise _broken(self._kind, f"its images are {found}, not {shape}")
        if not bool(torch.isfinite(images).all()):
            raise _broken(self._kind, "its images hold numbers that are not finite")
        # What is done to images afterwards may change them in place, and a view may show one value often.
        return aligned(images.to(self.device, torch.float32).contiguous()).clamp(-1.0, 1.0)


class _Steered(_Checked):
    """A checked generator with a camera of its own."""

    def steered(self, noise: torch.Tensor, classes: torch.Tensor, controls: FrameControls) -> torch.Tensor:
        """The images through its camera; controls that it does not promise are applied afterwards."""
        own, others = controls.split(self._kind.controls)
        images = self.images(noise, classes) if own.are_neutral else self._own(noise, classes, own)
        return images if others.are_neutral else moved(images, others)

    def _own(self, noise: torch.Tensor, classes: torch.Tensor, controls: FrameControls) -> torch.Tensor:
        return self._looked_at(self._inner.steered(noise, classes, controls), len(noise))


class _Truncated(_Checked):
    """A checked generator that follows the truncation."""

    @property
    def frames_at_once(self) -> int:
        """The number of images to ask for per call."""
        return max(1, int(self._inner.frames_at_once))

    def images_at(self, noise: torch.Tensor, classes: torch.Tensor, truncation: torch.Tensor) -> torch.Tensor:
        """The images of noise that is within ±2·truncation."""
        return self._looked_at(self._inner.images_at(noise, classes, truncation), len(noise))


def _broken(kind: GeneratorKind, why: str) -> PieceError:
    message = f"the generator {kind.name} breaks its promise: {why}"
    hint = "see docs/python.md, Bring a generator, or use another one"
    return PieceError([Diagnostic("MV616", THE_MANIFEST, message, hint)])
