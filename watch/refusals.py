"""The refusals of requests, and their reasons."""

from __future__ import annotations

from .wire import events


class RefusedError(Exception):
    """A request that is not met: its status, and why in words."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class FindingsError(RefusedError):
    """A refusal with the findings that say why."""

    def __init__(self, status: int, reason: str, findings: tuple[events.Finding, ...]) -> None:
        super().__init__(status, reason)
        self.findings = findings
