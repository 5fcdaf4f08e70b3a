"""The exceptions of the Python interface; each is a MusicvisError."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..dsl.findings.diagnostics import MusicvisError


class RequestError(MusicvisError, ValueError):
    """A call that cannot be met: a wrong suffix, a folder that does not exist, a file that already exists.

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
    """A package that a call needs is not installed; the message says what to type."""


@contextmanager
def missing_packages_told(*extras: str) -> Iterator[None]:
    """Turns a ModuleNotFoundError into a MissingPackageError that says which command installs the package.

    extras   what brings it; by default the extra `render`
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if isinstance(error, MissingPackageError):
            raise
        from ..dsl.installing import install_command

        message = f"{error.name} is missing; type: {install_command(*(extras or ('render',)))}"
        raise MissingPackageError(message, name=error.name) from error


@contextmanager
def taken_files_told() -> Iterator[None]:
    """A file that exists already, and is not written over, becomes a RequestError that names it."""
    try:
        yield
    except FileExistsError as error:
        message = f"{error.filename} already exists; nothing was written"
        raise RequestError(message, "remove it, or name another place") from error
