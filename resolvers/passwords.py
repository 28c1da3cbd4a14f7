"""Passwords: the only user of Argon2. Hashing is slow by design, so it runs off the event loop."""

import asyncio
import os
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar, TypeVarTuple

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from sessionql.resolvers.errors import InvalidInput

Args = TypeVarTuple("Args")
T = TypeVar("T")

MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH = 8, 128
COMMON_PASSWORD_COUNT = 1000


class Passwords:
    """Hashes and checks with Argon2id at OWASP's t=2, m=19 MiB, p=1, on a bounded pool."""

    def __init__(self, time_cost: int = 2, memory_kib: int = 19 * 1024) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._pool: ThreadPoolExecutor | None = None
        # Checked when there is no account, so that an unknown address costs the same.
        self._dummy_hash = self._hasher.hash(os.urandom(16).hex())

    async def hash(self, password: str) -> str:
        """The hash to keep of a password."""
        stable = _normalize(password)
        if stable is None:
            raise ValueError("check_new_password refuses this one")
        return await self._run(self._hasher.hash, stable)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password is the one hashed. None (no account) costs the same and is False."""
        # What cannot be a password is checked all the same, as the empty one: at the same cost.
        return await self._run(self._verify, _normalize(password) or "", password_hash)

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Let the threads go, until there is work again."""
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


def check_new_password(password: str, path: tuple[str, ...]) -> InvalidInput | None:
    """Whether a password may be chosen (ASVS 6.2.1, 6.2.4); None when it may."""
    stable = _normalize(password)
    if stable is None or not MIN_PASSWORD_LENGTH <= len(stable) <= MAX_PASSWORD_LENGTH:
        return InvalidInput(f"A password has {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters.", path)
    if stable.lower() in _common():
        return InvalidInput("This password is one of the most common ones. Choose another.", path)
    return None


def _normalize(password: str) -> str | None:
    """One form whatever the keyboard that typed it (NIST SP 800-63B); None for what is no password."""
    # Before anything else: normalizing hostile text takes time that grows with its square.
    if len(password) > 4 * MAX_PASSWORD_LENGTH:
        return None
    stable = unicodedata.normalize("NFKC", password)
    return None if any("\ud800" <= letter <= "\udfff" for letter in stable) else stable


@cache
def _common() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - large, seldom needed

    long_enough = (word for word in FREQUENCY_LISTS["passwords"] if len(word) >= MIN_PASSWORD_LENGTH)
    return frozenset(word for word, _ in zip(long_enough, range(COMMON_PASSWORD_COUNT), strict=False))
