"""Images to finished frames: colour, fade, format, stage, size and titles, as the planes an encoder takes.

The colour space changes first, at the generator's own size, where it is cheapest; everything after is linear,
so that the order costs no more than the rounding to 8 bits. On a CPU the image is rounded there, because the
integer resampling is many times faster; on a GPU it stays in float to the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from .colour import BLACK, above_black, quantised
from .fade import faded
from .mirror import mirrored, strips_for
from .planes import plane_views
from .stage import light_stage
from .upscale import FILTERS, fitted_size, resized

if TYPE_CHECKING:
    import torch

    from ...store.values.array_types import F32


class Layer(Protocol):
    """An overlay that is drawn over finished frames."""

    def blend_onto(self, frame: torch.Tensor, opacity: float = 1.0) -> None:
        """Blends it onto one yuv420p frame (height·3/2, width) uint8, in place; opacity 0..1."""


Shown = tuple[Layer, float]
"""A layer and its opacity."""
FRAMES = ("mirror", "fit", "fill")


@dataclass(frozen=True, slots=True)
class Finish:
    """The finishing of every image of a film: its fit into the frame, and its upscaling.

    frame     mirror: doubled and folded out; fit: whole, with black beside it; fill: cropped
    upscale   bicubic or lanczos
    """

    width_px: int
    height_px: int
    frame: str
    upscale: str

    def __post_init__(self) -> None:
        if self.width_px < 2 or self.height_px < 2 or self.width_px % 2 or self.height_px % 2:
            raise ValueError(f"a film of yuv420p has even sides, not {self.width_px}x{self.height_px}")
        if self.frame not in FRAMES:
            raise ValueError(f"frame must be one of {', '.join(FRAMES)}, not {self.frame}")
        if self.upscale not in FILTERS:
            raise ValueError(f"upscale must be one of {', '.join(FILTERS)}, not {self.upscale}")


def finished(
    images: torch.Tensor,
    brightness: torch.Tensor,
    overlays: Sequence[Sequence[Shown]],
    finish: Finish,
    lights: Sequence[F32 | None] = (),
) -> torch.Tensor:
    """Finished frames as yuv420p, on the images' device.

    images       (n, 3, height, width), float32 in [-1, 1], display R'G'B'
    brightness   (n,), 0 black .. 1; titles are over the faded picture and have fades of their own
    overlays     for each of the n frames, its score and titles, the first below, and how much of each is seen
    lights       for each of the n frames, its rows of PicturePlan.lights, or None; () where none has any
    returns      (n, height·3/2, width) uint8: the rows of Y', then Cb, then Cr, each plane without gaps;
                 BT.709, limited range, a chroma sample in the middle of its four pixels
    """
    levels = faded(above_black(images), brightness)
    levels += levels.new_tensor(BLACK)[None, :, None, None]
    planes = _shaped(quantised(levels) if levels.device.type == "cpu" else levels, finish)
    if any(rows is not None for rows in lights):
        light_stage(planes, lights, brightness)
    frames = _planes_in_film(planes, finish)
    for frame, titles in zip(frames, overlays, strict=True):
        for title, opacity in titles:
            title.blend_onto(frame, opacity)
    return frames


def black_frame(overlays: Sequence[Shown], finish: Finish, device: torch.device) -> torch.Tensor:
    """A black frame with its titles: (1, height·3/2, width) uint8."""
    frames = _empty_frames(1, finish, device)
    for title, opacity in overlays:
        title.blend_onto(frames[0], opacity)
    return frames


def _shaped(planes: torch.Tensor, finish: Finish) -> torch.Tensor:
    """The image in the film's format, still at its own size."""
    height_px, width_px = planes.shape[2:]
    aspect = Fraction(finish.width_px, finish.height_px)
    match finish.frame:
        case "mirror":
            return mirrored(planes, strips_for(height_px, width_px, aspect))
        case "fill":
            kept_width_px = min(width_px, max(1, round(height_px * aspect)))
            kept_height_px = min(height_px, max(1, round(width_px / aspect)))
            top_px, left_px = (height_px - kept_height_px) // 2, (width_px - kept_width_px) // 2
            kept = planes.narrow(2, top_px, kept_height_px).narrow(3, left_px, kept_width_px)
            return kept.contiguous()
        case _:
            return planes


def _planes_in_film(planes: torch.Tensor, finish: Finish) -> torch.Tensor:
    """Y'CbCr images in the film's format, resampled to its size and laid out as yuv420p."""
    film_px = finish.height_px, finish.width_px
    height_px, width_px = film_px
    if finish.frame == "fit":
        height_px, width_px = fitted_size(planes.shape[2], planes.shape[3], *film_px)
    frames = _empty_frames(planes.shape[0], finish, planes.device, cleared=(height_px, width_px) != film_px)
    # Even, so that the chroma planes, half as large, meet the luma plane.
    top_px, left_px = (finish.height_px - height_px) // 4 * 2, (finish.width_px - width_px) // 4 * 2
    for channels, scale in ((slice(0, 1), 1), (slice(1, 3), 2)):
        plane = resized(planes[:, channels], height_px // scale, width_px // scale, finish.upscale)
        for target, values in zip(plane_views(frames)[channels], plane.unbind(1), strict=True):
            rows = slice(top_px // scale, (top_px + height_px) // scale)
            columns = slice(left_px // scale, (left_px + width_px) // scale)
            target[:, rows, columns] = quantised(values) if values.is_floating_point() else values
    return frames


def _empty_frames(count: int, finish: Finish, device: torch.device, cleared: bool = True) -> torch.Tensor:
    import torch

    shape = (count, finish.height_px * 3 // 2, finish.width_px)
    frames = torch.empty(shape, dtype=torch.uint8, device=device)
    if cleared:
        for plane, black in zip(plane_views(frames), BLACK, strict=True):
            plane.fill_(int(black))
    return frames
