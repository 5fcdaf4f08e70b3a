"""The exceptions of the Python interface; each is a MusicvisError."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..dsl.findings.diagnostics import MusicvisError


class RequestError(MusicvisError, ValueError):
    """A call that cannot be met: a wrong suffix, a folder that does not exist, a bus that is not there.

    message   what is wrong
    hint      what to do instead; may be empty
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type["RequestError"], tuple[str, str]]:
        return RequestError, (self.message, self.hint)


class MissingPackageError(MusicvisError, ModuleNotFoundError):
    """A package that rendering needs is not installed; the message says what to type."""


@contextmanager
def missing_packages_told() -> Iterator[None]:
    """A module that is missing becomes a MissingPackageError that says what to type."""
    try:
        yield
    except ModuleNotFoundError as error:
        if isinstance(error, MissingPackageError):
            raise
        from ..dsl.installing import install_command

        message = f"{error.name} is missing; type: {install_command('render')}"
        raise MissingPackageError(message, name=error.name) from error
