"""Generators of one's own, by name: `mv.generators.register`, so that manifests can name them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..dsl.model.generators import GeneratorKind
    from ..renderers.generators.protocol import Generator, GeneratorRequest

__all__ = ["kind", "names", "register"]


def kind(
    name: str,
    factory: Callable[[GeneratorRequest], Generator],
    *,
    classes: Sequence[str | Sequence[str]] | None = None,
    latent_size: int = 128,
    controls: Sequence[str] = (),
    resolutions_px: Sequence[int] = (),
    version: str = "",
) -> GeneratorKind:
    """A kind of generator: what an entry point of the group `musicvis.generators` names.

    name            what `visuals.generator` calls it
    factory         makes one: given a GeneratorRequest (size_px, device, seed, weights), returns a Generator
    classes         the names of its classes, each a text or several synonyms; None for ImageNet's 1000
    latent_size     the length of its noise vectors, at most 512
    controls        what it does itself: "hue", "zoom", "rotation" by `steered`, "truncation" by `images_at`
    resolutions_px  the values of `visuals.resolution` that it can make; empty for any
    version         change it when the images change; without one, nothing that it makes is cached

    Raises RequestError for what cannot be a generator.
    """
    from ..dsl.model.generators import described_kind
    from .errors import RequestError

    try:
        return described_kind(
            name,
            factory,
            classes=classes,
            latent_size=latent_size,
            controls=controls,
            resolutions_px=resolutions_px,
            version=version,
        )
    except ValueError as error:
        raise RequestError(str(error)) from error


def register(name: str, factory: Callable[[GeneratorRequest], Generator], **said: Any) -> GeneratorKind:
    """Let the pieces that this program loads name a generator: `visuals: {generator: NAME}`.

    It takes the arguments of `kind`. Other processes do not know it, so that its segments are rendered in
    this one; an entry point is known to all. A second generator of one name replaces the first.

    Raises RequestError for what cannot be a generator.
    """
    from dataclasses import replace

    from ..dsl.model.generators import register as remember

    found = replace(kind(name, factory, **said), is_installed=False)
    remember(found)
    return found


def names() -> tuple[str, ...]:
    """The names of all generators that manifests can give here: built in, registered and installed."""
    from ..dsl.model.generators import known_names

    return known_names()
