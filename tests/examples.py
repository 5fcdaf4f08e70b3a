"""How many examples a property is tried on: what `make soak` tries in full, `make test` tries in part."""

import os
from collections.abc import Callable
from typing import Any

from hypothesis import settings

PART = 3


def many(count: int, **options: Any) -> Callable[..., Any]:
    """For a property that needs many: so many examples in `make soak`, and a third of them in `make test`.

    Each run draws others, so that the runs of a week try them all.
    """
    whole = os.environ.get("MUSICVIS_EXAMPLES") == "soak"
    return settings(max_examples=count if whole else count // PART, **options)
