"""The live page: a piece heard and seen while it is written; a server for one user on this machine alone.

`mv.watch("waltz")` opens one. The call and this package have one name, and Python binds a package's name in
its parent whenever the package is loaded: so the package itself answers the call (The Python Language
Reference, 3.3.2.2, customizing module attribute access). live.py says what the call takes and returns.
"""

import sys
from types import ModuleType
from typing import Any


class _Callable(ModuleType):
    def __call__(self, *arguments: Any, **options: Any) -> Any:
        from .live import watch

        return watch(*arguments, **options)


sys.modules[__name__].__class__ = _Callable
