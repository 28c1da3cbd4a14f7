"""What the tests run: environments, interpreters and engines."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from tests.packaging.interpreters import FULL, Interpreter, supported_interpreters

ENVIRONMENTS = ("app", "lowest")
"""The lock files: what production installs, and the lowest versions that are allowed."""

_ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Case:
    """An environment made with an interpreter, and the engine of its database."""

    lock: str
    interpreter: Interpreter
    engine: str

    def __str__(self) -> str:
        return f"{self.lock}.lock on Python {self.interpreter.version} with {self.engine}"


def cases() -> list[Case]:
    """All combinations; in the short form, the lowest versions are run on SQLite alone."""
    return list(_cases())


def _cases() -> Iterator[Case]:
    for lock, interpreter, engine in product(ENVIRONMENTS, supported_interpreters(), _ENGINES):
        if FULL or lock == "app" or engine == "sqlite":
            yield Case(lock, interpreter, engine)
