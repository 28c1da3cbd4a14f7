"""Accounts and the hashes of their passwords."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, bindparam, delete, select, update

from sessionql.storage.database import Row, Transaction
from sessionql.storage.records import UserRecord
from sessionql.storage.rows import field_names, values_reader
from sessionql.storage.tables import INSTANT, users

c = users.c

COLUMNS = (c.id, c.email, c.created_at, c.last_login, c.subject, c.disabled_at)
_CREDENTIALS = (*COLUMNS, c.password_hash)

_BY_ID = c.id == bindparam("owner")
_FIND = select(*COLUMNS).where(_BY_ID)
_FIND_BY_KEY = select(*COLUMNS).where(c.email_key == bindparam("email_key"))
_FIND_BY_SUBJECT = select(*COLUMNS).where(c.subject == bindparam("subject"))
_HAS_PASSWORD = c.password_hash.is_not(None)
_FIND_CREDENTIALS = select(*_CREDENTIALS).where(c.email_key == bindparam("email_key"), _HAS_PASSWORD)
_FIND_PASSWORD = select(*_CREDENTIALS).where(_BY_ID, _HAS_PASSWORD)
_UNCHANGED = (_BY_ID, c.password_hash == bindparam("old_hash"))
_LOGIN: dict[str, Any] = {"last_login": bindparam("now")}
_RECORD_LOGIN = update(users).where(*_UNCHANGED, c.disabled_at.is_(None)).values(_LOGIN)
_RECORD_EXTERNAL_LOGIN = update(users).where(_BY_ID, c.disabled_at.is_(None)).values(_LOGIN).returning(*COLUMNS)
_NO_RESET: dict[str, Any] = {"reset_hash": None, "reset_expires_at": None}
_NEW_PASSWORD: dict[str, Any] = {"password_hash": bindparam("new_hash"), **_NO_RESET}
_REPLACE_PASSWORD = update(users).where(*_UNCHANGED).values(_NEW_PASSWORD)
_ENABLED_ACCOUNT = (_BY_ID, c.email_key.is_not(None), c.disabled_at.is_(None))
_ISSUE_RESET = (
    update(users)
    .where(*_ENABLED_ACCOUNT)
    .values(reset_hash=bindparam("token_hash"), reset_expires_at=bindparam("expires_at"))
)
_RESETTABLE = (
    *_ENABLED_ACCOUNT,
    c.reset_hash == bindparam("token_hash"),
    c.reset_expires_at > bindparam("now", type_=INSTANT),
)
_FIND_RESETTABLE = select(*COLUMNS).where(*_RESETTABLE)
_RESET_PASSWORD = update(users).where(*_RESETTABLE).values(_NEW_PASSWORD)
_DISABLE = update(users).where(_BY_ID, c.disabled_at.is_(None)).values({"disabled_at": bindparam("now"), **_NO_RESET})
_ENABLE = update(users).where(_BY_ID, c.disabled_at.is_not(None)).values({"disabled_at": None})
_DELETE = delete(users).where(_BY_ID)

_USER_NAMES = field_names(UserRecord)
_read_user = values_reader(COLUMNS, _USER_NAMES)
_read_credentials = values_reader(_CREDENTIALS, [*_USER_NAMES, "password_hash"])


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """An account and the hash of its password. Without a repr, so that no log shows the hash."""

    user: UserRecord
    password_hash: str


class UserRepository:
    """The accounts, within one transaction."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def find(self, user_id: UUID) -> UserRecord | None:
        """The account with this id, or None."""
        return await self._find(_FIND, {"owner": user_id})

    async def find_by_email(self, email_key: str) -> UserRecord | None:
        """The account with this case-folded e-mail address, or None."""
        return await self._find(_FIND_BY_KEY, {"email_key": email_key})

    async def find_by_subject(self, subject: str) -> UserRecord | None:
        """The account with this subject of an external service, or None."""
        return await self._find(_FIND_BY_SUBJECT, {"subject": subject})

    async def find_credentials(self, email_key: str) -> Credentials | None:
        """The account with this case-folded e-mail address and its password hash; None without account or password."""
        return _to_credentials(await self._tx.fetch_one(_FIND_CREDENTIALS, {"email_key": email_key}))

    async def find_password(self, user_id: UUID) -> Credentials | None:
        """The account and its password hash; None when the account does not exist or has no password."""
        return _to_credentials(await self._tx.fetch_one(_FIND_PASSWORD, {"owner": user_id}))

    async def add(self, user: UserRecord, email_key: str | None, password_hash: str | None) -> bool:
        """Insert an account. False, and no change, when another account has the address or the subject."""
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
        """Set `last_login`. False when the password is no longer `password_hash`, or the account is disabled.

        Locks the row of the account until the transaction ends: concurrent log-ins and changes of one account
        run one after the other.
        """
        values = {"owner": user_id, "old_hash": password_hash, "now": now}
        return await self._tx.execute(_RECORD_LOGIN, values) == 1

    async def record_external_login(self, user_id: UUID, now: datetime) -> UserRecord | None:
        """Set `last_login` for a log-in at an external service. None when the account is disabled or deleted."""
        return await self._find(_RECORD_EXTERNAL_LOGIN, {"owner": user_id, "now": now})

    async def replace_password(self, user_id: UUID, old_hash: str, new_hash: str) -> bool:
        """Replace the password hash. False, and no change, when it is no longer `old_hash` (compare-and-set).

        A token to reset the password that was issued before is no longer valid.
        """
        values = {"owner": user_id, "old_hash": old_hash, "new_hash": new_hash}
        return await self._tx.execute(_REPLACE_PASSWORD, values) == 1

    async def issue_reset(self, user_id: UUID, token_hash: str, expires_at: datetime) -> bool:
        """Store the hash of a token that resets the password; it replaces an older one.

        False, and no change, when the account is disabled, does not exist, or is that of an external service.
        """
        values = {"owner": user_id, "token_hash": token_hash, "expires_at": expires_at}
        return await self._tx.execute(_ISSUE_RESET, values) == 1

    async def find_resettable(self, user_id: UUID, token_hash: str, now: datetime) -> UserRecord | None:
        """The account whose password this token may reset now, or None."""
        return await self._find(_FIND_RESETTABLE, {"owner": user_id, "token_hash": token_hash, "now": now})

    async def reset_password(self, user_id: UUID, token_hash: str, new_hash: str, now: datetime) -> bool:
        """Set the password by a token, which is used up. False, and no change, when the token is not valid now.

        Locks the row of the account until the transaction ends, like `record_login`.
        """
        values = {"owner": user_id, "token_hash": token_hash, "new_hash": new_hash, "now": now}
        return await self._tx.execute(_RESET_PASSWORD, values) == 1

    async def disable(self, user_id: UUID, now: datetime) -> bool:
        """Disable log-ins to the account, and its reset token. False when it was disabled already or does not exist."""
        return await self._tx.execute(_DISABLE, {"owner": user_id, "now": now}) == 1

    async def enable(self, user_id: UUID) -> bool:
        """Enable log-ins to the account again. False when it was not disabled or does not exist."""
        return await self._tx.execute(_ENABLE, {"owner": user_id}) == 1

    async def delete(self, user_id: UUID) -> bool:
        """Delete the account with its sessions and events. False when it does not exist."""
        return await self._tx.execute(_DELETE, {"owner": user_id}) == 1

    async def _find(self, statement: Executable, values: dict[str, Any]) -> UserRecord | None:
        row = await self._tx.fetch_one(statement, values)
        return None if row is None else UserRecord(*_read_user(row))


def _to_credentials(row: Row | None) -> Credentials | None:
    if row is None:
        return None
    *user, password_hash = _read_credentials(row)
    return Credentials(UserRecord(*user), password_hash)


@cache
def _add() -> Executable:
    # SQLite's compiler accepts PostgreSQL's ON CONFLICT clause. Imported late, to start faster.
    from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415

    return insert(users).on_conflict_do_nothing().returning(c.id)
