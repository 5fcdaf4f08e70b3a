"""Errors of a store, for the user who named its folder."""

from __future__ import annotations

from ..dsl.findings.diagnostics import MusicvisError


class StoreError(MusicvisError):
    """Raised for a folder that cannot be a store, or cannot be written when needed."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[StoreError], tuple[str, str]]:
        return StoreError, (self.message, self.hint)
