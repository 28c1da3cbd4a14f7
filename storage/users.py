"""Accounts, and the one secret that is kept of them: the hash of a password."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, bindparam, delete, select, update

from sessionql.storage.database import Row, Transaction
from sessionql.storage.records import UserRecord
from sessionql.storage.tables import users

c = users.c

# In the order of UserRecord's fields.
COLUMNS = (c.id, c.email, c.created_at, c.last_login, c.subject, c.disabled_at)

_BY_ID = c.id == bindparam("owner")
_FIND = select(*COLUMNS).where(_BY_ID)
_FIND_BY_KEY = select(*COLUMNS).where(c.email_key == bindparam("key"))
_FIND_BY_SUBJECT = select(*COLUMNS).where(c.subject == bindparam("named"))
_FIND_CREDENTIALS = select(*COLUMNS, c.password_hash).where(c.email_key == bindparam("key"))
_FIND_PASSWORD = select(*COLUMNS, c.password_hash).where(_BY_ID, c.password_hash.is_not(None))
_UNCHANGED = (_BY_ID, c.password_hash == bindparam("old"))
_LOGIN: dict[str, Any] = {"last_login": bindparam("now")}
_NOTE_LOGIN = update(users).where(*_UNCHANGED, c.disabled_at.is_(None)).values(_LOGIN)
_NOTE_LOGIN_ELSEWHERE = update(users).where(_BY_ID, c.disabled_at.is_(None)).values(_LOGIN).returning(*COLUMNS)
_SET_PASSWORD = update(users).where(*_UNCHANGED).values(password_hash=bindparam("new"))
_DISABLE = update(users).where(_BY_ID, c.disabled_at.is_(None)).values({"disabled_at": bindparam("now")})
_ENABLE = update(users).where(_BY_ID, c.disabled_at.is_not(None)).values({"disabled_at": None})
_DELETE = delete(users).where(_BY_ID)


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
        return await self._find(_FIND, {"owner": user_id})

    async def find_by_email(self, email_key: str) -> UserRecord | None:
        """The account that logs in with this folded e-mail address, or None."""
        return await self._find(_FIND_BY_KEY, {"key": email_key})

    async def find_by_subject(self, subject: str) -> UserRecord | None:
        """The account of a service's subject, or None."""
        return await self._find(_FIND_BY_SUBJECT, {"named": subject})

    async def find_credentials(self, email_key: str) -> Credentials | None:
        """The account that logs in with this folded e-mail address, and its hash; or None."""
        return _to_credentials(await self._tx.fetch_one(_FIND_CREDENTIALS, {"key": email_key}))

    async def find_password(self, user_id: UUID) -> Credentials | None:
        """The account and its hash; None when there is no such account, or it has no password here."""
        return _to_credentials(await self._tx.fetch_one(_FIND_PASSWORD, {"owner": user_id}))

    async def add(self, user: UserRecord, email_key: str | None, password_hash: str | None) -> bool:
        """Keep a new account. False, and nothing kept, when the address or the subject is taken."""
        values: dict[str, Any] = {
            "id": user.id,
            "email": user.email,
            "email_key": email_key,
            "password_hash": password_hash,
            "subject": user.subject,
            "created_at": user.created_at,
            "last_login": user.last_login,
            "disabled_at": user.disabled_at,
        }
        return await self._tx.fetch_one(_add(), values) is not None

    async def record_login(self, user_id: UUID, password_hash: str, now: datetime) -> bool:
        """Remember when the user last logged in.

        False when the password was changed meanwhile, or the account is disabled. Log-ins of one
        user wait here for each other, and for whoever changes the account, until they commit.
        """
        values = {"owner": user_id, "old": password_hash, "now": now}
        return await self._tx.execute(_NOTE_LOGIN, values) == 1

    async def record_external_login(self, user_id: UUID, now: datetime) -> UserRecord | None:
        """The same for a log-in that a service vouches for; None when the account is disabled, or gone."""
        return await self._find(_NOTE_LOGIN_ELSEWHERE, {"owner": user_id, "now": now})

    async def replace_password(self, user_id: UUID, old_hash: str, new_hash: str) -> bool:
        """Compare-and-set of the hash; False when it is no longer `old_hash`."""
        values = {"owner": user_id, "old": old_hash, "new": new_hash}
        return await self._tx.execute(_SET_PASSWORD, values) == 1

    async def disable(self, user_id: UUID, now: datetime) -> bool:
        """Let nobody log in to the account any more; False when it was disabled before, or is none."""
        return await self._tx.execute(_DISABLE, {"owner": user_id, "now": now}) == 1

    async def enable(self, user_id: UUID) -> bool:
        """Let its owner log in again; False when it was not disabled, or is none."""
        return await self._tx.execute(_ENABLE, {"owner": user_id}) == 1

    async def delete(self, user_id: UUID) -> bool:
        """Forget the account with its sessions and events; False when there is none."""
        return await self._tx.execute(_DELETE, {"owner": user_id}) == 1

    async def _find(self, statement: Executable, values: dict[str, Any]) -> UserRecord | None:
        row = await self._tx.fetch_one(statement, values)
        return None if row is None else UserRecord(*row)


def _to_credentials(row: Row | None) -> Credentials | None:
    return None if row is None else Credentials(UserRecord(*row[:-1]), row[-1])


@cache
def _add() -> Executable:
    # The clause reads the same on SQLite, and its compiler knows it. Loaded late, for a quick start.
    from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415

    return insert(users).on_conflict_do_nothing().returning(c.id)
