"""numpy, imported when something is first asked of it: `musicvis check` weighs a piece without arrays.

Importing numpy takes a third of the time in which a piece is checked. Use: `from .later import np`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
else:

    class _Numpy:
        """Stands for the package until one of its names is used, and keeps each name once found."""

        def __getattr__(self, name: str) -> Any:
            import numpy

            found = getattr(numpy, name)
            setattr(self, name, found)
            return found

    np = _Numpy()

__all__ = ["np"]
