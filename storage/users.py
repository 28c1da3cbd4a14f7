"""Accounts, and the one secret that is kept of them: the hash of a password."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, bindparam, select, update

from storage.database import Row, Transaction
from storage.records import UserRecord
from storage.tables import users

c = users.c

# In the order of UserRecord's fields.
COLUMNS = (c.id, c.email, c.created_at, c.last_login)

_FIND = select(*COLUMNS).where(c.id == bindparam("owner"))
_FIND_CREDENTIALS = select(*COLUMNS, c.password_hash).where(c.email_key == bindparam("key"))
_UNCHANGED = (c.id == bindparam("owner"), c.password_hash == bindparam("old"))
_NOTE_LOGIN = update(users).where(*_UNCHANGED).values(last_login=bindparam("now"))
_SET_PASSWORD = update(users).where(*_UNCHANGED).values(password_hash=bindparam("new"))


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """An account and its password's hash. Never shown, hence without a repr."""

    user: UserRecord
    password_hash: str


class UserRepository:
    """The accounts, within one transaction."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def find(self, user_id: UUID) -> UserRecord | None:
        """The account, or None."""
        row = await self._tx.fetch_one(_FIND, {"owner": user_id})
        return None if row is None else UserRecord(*row)

    async def find_credentials(self, email_key: str) -> Credentials | None:
        """The account that logs in with this folded e-mail address, and its hash; or None."""
        row: Row | None = await self._tx.fetch_one(_FIND_CREDENTIALS, {"key": email_key})
        return None if row is None else Credentials(UserRecord(*row[:4]), row[4])

    async def add(self, user: UserRecord, email_key: str, password_hash: str) -> bool:
        """Keep a new account. False, and nothing kept, when the address is taken."""
        values: dict[str, Any] = {
            "id": user.id,
            "email": user.email,
            "email_key": email_key,
            "password_hash": password_hash,
            "created_at": user.created_at,
            "last_login": user.last_login,
        }
        return await self._tx.fetch_one(_add(), values) is not None

    async def note_login(self, user_id: UUID, password_hash: str, now: datetime) -> bool:
        """Remember when the user last logged in; False when the password was changed meanwhile."""
        values = {"owner": user_id, "old": password_hash, "now": now}
        return await self._tx.execute(_NOTE_LOGIN, values) == 1

    async def replace_password(self, user_id: UUID, old_hash: str, new_hash: str) -> bool:
        """Compare-and-set of the hash; False when it is no longer `old_hash`."""
        values = {"owner": user_id, "old": old_hash, "new": new_hash}
        return await self._tx.execute(_SET_PASSWORD, values) == 1


@cache
def _add() -> Executable:
    # The clause reads the same on SQLite, and its compiler knows it. Loaded late, for a quick start.
    from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415

    return insert(users).on_conflict_do_nothing().returning(c.id)
