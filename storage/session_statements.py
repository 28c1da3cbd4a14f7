"""What is asked of the table of sessions: statements built once, or once for each shape of filter."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Select, Update, bindparam, case, func, insert, literal, select, tuple_, update

from sessionql.storage.filters import FilterShape
from sessionql.storage.session_rows import ACTIVE, COLUMNS
from sessionql.storage.sql_conditions import one_of
from sessionql.storage.tables import INSTANT, sessions

c = sessions.c

_ONE = (c.user_id == bindparam("owner"), c.id == bindparam("session_id"))
_ACTIVE_OF_USER = (c.user_id == bindparam("owner"), ACTIVE)
_REVOCATION: dict[str, Any] = {"revoked_at": bindparam("now"), "revocation_reason": bindparam("reason")}
_ACTIVITY: dict[str, Any] = {"last_active": bindparam("seen_at"), "ip_address": bindparam("seen_from")}
_NEXT: dict[str, Any] = {"generation": c.generation + 1}

FIND = select(*COLUMNS).where(*_ONE)
LOCK_ACTIVE = select(c.id).where(*_ACTIVE_OF_USER).order_by(c.id).with_for_update()
ADD = insert(sessions)
REVOKE = update(sessions).where(*_ONE, ACTIVE).values(_REVOCATION).returning(*COLUMNS)
RENAME = (
    update(sessions)
    .where(*_ONE, ACTIVE)
    .values(name=bindparam("new_name"), name_key=bindparam("new_key"))
    .returning(*COLUMNS)
)
TOUCH = update(sessions).where(*_ONE, ACTIVE, c.last_active <= bindparam("stale", type_=INSTANT)).values(_ACTIVITY)
ROTATE = (
    update(sessions)
    .where(*_ONE, ACTIVE, c.generation == bindparam("presented"))
    .values({**_NEXT, "rotated_at": bindparam("seen_at"), **_ACTIVITY})
    .returning(*COLUMNS)
)
_AUTHENTICATED_AT = bindparam("proved_at", type_=INSTANT)
# Never backwards: clocks of several machines differ.
_AUTHENTICATED: dict[str, Any] = {
    "authenticated_at": case((c.authenticated_at < _AUTHENTICATED_AT, _AUTHENTICATED_AT), else_=c.authenticated_at)
}
REAUTHENTICATE = update(sessions).where(*_ONE, ACTIVE).values(_AUTHENTICATED).returning(*COLUMNS)
# Without a time of rotation the previous token is not honoured, not even for a moment.
RENEW = (
    update(sessions).where(*_ONE, ACTIVE).values({**_NEXT, **_AUTHENTICATED, "rotated_at": None}).returning(*COLUMNS)
)
BY_KIND = select(c.device_kind, func.count()).where(*_ACTIVE_OF_USER).group_by(c.device_kind)
AGES = select(func.count().filter(c.last_active > bindparam("since", type_=INSTANT)), func.min(c.created_at)).where(
    *_ACTIVE_OF_USER
)
HAS_DEVICE = (
    select(literal(1))
    .where(c.user_id == bindparam("owner"), c.device_key == bindparam("key"), c.device_kind == bindparam("kind"))
    .limit(1)
)
_LEAST_USED = (
    select(c.id)
    .where(*_ACTIVE_OF_USER, c.id != bindparam("keep"))
    .order_by(c.last_active.desc(), c.id.desc())
    .offset(bindparam("others"))
)


def revoke_where(picked: Select[*tuple[Any, ...]]) -> Update:
    """End those of the sessions picked, by user and id, that are active; gives users and ids of them."""
    # Locked in the order of the key, so that two such statements never wait for each other.
    key = (c.user_id, c.id)
    locked = picked.order_by(*key).with_for_update()
    return update(sessions).where(tuple_(*key).in_(locked), ACTIVE).values(_REVOCATION).returning(*key)


EVICT = revoke_where(select(c.user_id, c.id).where(c.user_id == bindparam("owner"), c.id.in_(_LEAST_USED)))


@lru_cache
def find_many(size: int) -> Select[*tuple[Any, ...]]:
    """Sessions by `size` ids: see `conditions.padded`."""
    return select(*COLUMNS).where(c.user_id == bindparam("owner"), one_of(c.id, size))


@lru_cache(maxsize=512)
def count(shape: FilterShape) -> Select[*tuple[Any, ...]]:
    """How many sessions a filter picks."""
    return select(func.count()).select_from(sessions).where(shape.condition())


@lru_cache(maxsize=512)
def revocable(shape: FilterShape, keep: bool) -> Select[*tuple[Any, ...]]:
    """The ids of the active sessions that a filter picks, but `keep`."""
    others = (c.id != bindparam("keep"),) if keep else ()
    return select(c.user_id, c.id).where(shape.condition(), ACTIVE, *others)


@lru_cache(maxsize=512)
def revoke_many(shape: FilterShape, keep: bool) -> Update:
    """End those of `revocable`."""
    return revoke_where(revocable(shape, keep))
