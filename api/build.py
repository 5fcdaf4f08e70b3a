"""A plan to its files: rendered, remembered for `musicvis plan`, and the cache held within its limit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..compiler.plan import Plan
    from ..renderers.generators.protocol import Generator
    from ..renderers.request import RenderReport, Reporter, Request
    from ..store.store import Store


def build(
    plan: Plan,
    output: Path | None,
    request: Request,
    *,
    reporter: Reporter,
    store: Store,
    limit_bytes: int | None = None,
    generator: Generator | None = None,
) -> RenderReport:
    """Render a plan as `renderers.render.render` does, then keep the store within its limit.

    limit_bytes   of the store; None for MUSICVIS_CACHE_LIMIT or the default

    Raises what `render` raises, and StoreError where the store cannot be used.
    """
    from ..renderers.render import render
    from ..store.evict import keep_within
    from ..store.place import cache_limit

    report = render(plan, output, request, reporter=reporter, store=store, generator=generator)
    keep_within(store, cache_limit(limit_bytes))
    return report
