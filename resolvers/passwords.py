"""Password hashing with Argon2id, and the rules for new passwords.

The only module that imports argon2. Hashing is slow by design, so it runs in a thread pool.
"""

import asyncio
import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import TypeVar, TypeVarTuple

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from sessionql.resolvers.errors import InvalidInput, ServerBusy
from sessionql.resolvers.password_strength import is_guessable

Args = TypeVarTuple("Args")
T = TypeVar("T")

MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH = 8, 128
"""In characters, after normalization."""

MAX_PLACES, RESERVED = 80, 16
"""Requests that hash a password at a time, and how many of these places are for known devices and sessions only. With
two processors, all of them take about a second."""

_LENGTH = f"A password must have {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters."
_GUESSABLE = (
    "This password is easy to guess. Choose a longer one, for example four words that do not belong together, "
    "without your e-mail address, names and dates."
)


class Passwords:
    """Hashes and verifies passwords with Argon2id (OWASP: t=2, m=19 MiB, p=1) in a bounded thread pool.

    A request holds a `place` while it uses it, so that the queue in front of the threads is bounded too.
    """

    def __init__(self, time_cost: int = 2, memory_kib: int = 19 * 1024) -> None:
        self._hasher = _hasher(time_cost, memory_kib)
        self._pool: ThreadPoolExecutor | None = None
        self._places = 0
        self._dummy_hash = _dummy_hash(time_cost, memory_kib)

    async def check_new(self, password: str, path: tuple[str, ...], context: Iterable[str]) -> InvalidInput | None:
        """Check a new password: its length, and whether it is easy to guess (ASVS 6.2.1, 6.2.4). None: it is accepted.

        `context` are texts that an attacker tries first, like the e-mail address of the account.
        """
        normalized = _normalize(password)
        if normalized is None or not MIN_PASSWORD_LENGTH <= len(normalized) <= MAX_PASSWORD_LENGTH:
            return InvalidInput(_LENGTH, path)
        # In the thread pool: the estimate takes 1 ms, and for malicious texts 25 ms.
        return InvalidInput(_GUESSABLE, path) if await self._run(is_guessable, normalized, context) else None

    async def hash(self, password: str) -> str:
        """Hash a password that `check_new` accepts. Raises ValueError for text that cannot be a password."""
        normalized = _normalize(password)
        if normalized is None:
            raise ValueError("check_new rejects this password")
        return await self._run(self._hasher.hash, normalized)

    @contextmanager
    def place(self, *, reserved: bool = False) -> Iterator[None]:
        """Hold a place in the queue, a reserved one if there is no other. Raises ServerBusy when there is none."""
        if self._places >= (MAX_PLACES if reserved else MAX_PLACES - RESERVED):
            raise ServerBusy
        self._places += 1
        try:
            yield
        finally:
            self._places -= 1

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Compare the password with the hash. A hash of None (no account) takes equally long and returns False."""
        # Text that cannot be a password is verified as the empty password, so that it takes equally long.
        return await self._run(self._verify, _normalize(password) or "", password_hash)

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash has other Argon2 parameters than the current ones."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Stop the threads. The next hash or check starts new ones."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _verify(self, password: str, password_hash: str | None) -> bool:
        try:
            self._hasher.verify(password_hash or self._dummy_hash, password)
        except (Argon2Error, InvalidHashError, UnicodeError):
            return False
        return password_hash is not None

    async def _run(self, work: Callable[[*Args], T], *args: *Args) -> T:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="passwords")
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)


def _hasher(time_cost: int, memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)


@cache
def _dummy_hash(time_cost: int, memory_kib: int) -> str:
    """Verified when the account does not exist, so that an unknown e-mail address takes equally long.

    One random password per process: hashing it takes some 20 ms of each start.
    """
    return _hasher(time_cost, memory_kib).hash(os.urandom(16).hex())


def _normalize(password: str) -> str | None:
    """Normalize to NFKC, so that the text does not depend on the keyboard (NIST SP 800-63B). None: not a password."""
    # Checked first: normalizing a malicious text takes time quadratic in its length.
    if len(password) > 4 * MAX_PASSWORD_LENGTH:
        return None
    normalized = unicodedata.normalize("NFKC", password)
    return None if any("\ud800" <= character <= "\udfff" for character in normalized) else normalized
