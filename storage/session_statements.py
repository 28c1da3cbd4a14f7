"""The SQL statements on the table `sessions`, built once, or once for each shape of filter."""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    Update,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    tuple_,
    update,
)

from sessionql.storage.filters import FilterShape
from sessionql.storage.session_rows import ACTIVE, COLUMNS, DEVICE_COLUMNS
from sessionql.storage.sql_conditions import one_of
from sessionql.storage.tables import INSTANT, sessions

c = sessions.c

_ONE = (c.user_id == bindparam("owner"), c.id == bindparam("session_id"))
_ACTIVE_OF_USER = (c.user_id == bindparam("owner"), ACTIVE)
_REVOCATION: dict[str, Any] = {"revoked_at": bindparam("now"), "revocation_reason": bindparam("reason")}
_ACTIVITY: dict[str, Any] = {"last_active": bindparam("seen_at"), "ip_address": bindparam("seen_from")}
_NEXT: dict[str, Any] = {"generation": c.generation + 1}
_DEVICE: dict[str, Any] = {column.name: bindparam(f"new_{column.name}") for column in DEVICE_COLUMNS}

FIND = select(*COLUMNS).where(*_ONE)
FIND_RETRIED = select(*COLUMNS, c.retry_key_hash).where(*_ONE)
LOCK_ACTIVE = select(c.id).where(*_ACTIVE_OF_USER).order_by(c.id).with_for_update()
ADD = insert(sessions)
REVOKE = update(sessions).where(*_ONE, ACTIVE).values(_REVOCATION).returning(*COLUMNS)
RENAME = (
    update(sessions)
    .where(*_ONE, ACTIVE)
    .values(name=bindparam("new_name"), name_key=bindparam("new_key"))
    .returning(*COLUMNS)
)
TOUCH = (
    update(sessions).where(*_ONE, ACTIVE, c.last_active <= bindparam("active_until", type_=INSTANT)).values(_ACTIVITY)
)
TOUCH_DEVICE = TOUCH.values(_DEVICE)
SET_DEVICE = update(sessions).where(*_ONE, ACTIVE).values(_DEVICE).returning(*COLUMNS)
ROTATE = (
    update(sessions)
    .where(*_ONE, ACTIVE, c.generation == bindparam("presented_generation"))
    .values(
        {**_NEXT, "rotated_at": bindparam("seen_at"), "retry_key_hash": bindparam("new_retry_key_hash"), **_ACTIVITY}
    )
    .returning(*COLUMNS)
)
_NEW_TIME = bindparam("new_authenticated_at", type_=INSTANT)
# Never moved backwards: the clocks of several machines differ.
_AUTHENTICATED: dict[str, Any] = {
    "authenticated_at": case((c.authenticated_at < _NEW_TIME, _NEW_TIME), else_=c.authenticated_at)
}
REAUTHENTICATE = update(sessions).where(*_ONE, ACTIVE).values(_AUTHENTICATED).returning(*COLUMNS)
# Without `rotated_at` the previous refresh token has no grace period.
RENEW = (
    update(sessions)
    .where(*_ONE, ACTIVE)
    .values({**_NEXT, **_AUTHENTICATED, "rotated_at": None, "retry_key_hash": None})
    .returning(*COLUMNS)
)
COUNT_BY_KIND = select(c.device_kind, func.count()).where(*_ACTIVE_OF_USER).group_by(c.device_kind)
ACTIVITY_STATS = select(
    func.count().filter(c.last_active > bindparam("since", type_=INSTANT)), func.min(c.created_at)
).where(*_ACTIVE_OF_USER)


def _agrees(column: Column[Any]) -> ColumnElement[bool]:
    """Whether a detail of the stored device is that of the given one, or one of the two is unknown."""
    given = bindparam(f"new_{column.name}", type_=column.type)
    return or_(column == given, column.is_(None), given.is_(None))


# The SQL form of `resolvers.devices.comparison.is_same`.
HAS_DEVICE = (
    select(literal(1))
    .where(
        c.user_id == bindparam("owner"),
        c.device_kind == bindparam("new_device_kind"),
        or_(
            c.device_key == bindparam("new_device_key"),
            and_(
                c.os == bindparam("new_os"),
                c.browser.is_not_distinct_from(bindparam("new_browser")),
                _agrees(c.os_version),
                _agrees(c.model),
            ),
        ),
    )
    .limit(1)
)
ADDRESSES = select(c.ip_address).distinct().where(c.user_id == bindparam("owner"), c.ip_address.is_not(None))
_OLDEST_ENDED = (
    select(c.id)
    .where(c.user_id == bindparam("owner"), not_(ACTIVE))
    .order_by(c.id.desc())
    .offset(bindparam("most"))
    .limit(100)
)
DELETE_OLDEST_ENDED = delete(sessions).where(c.user_id == bindparam("owner"), not_(ACTIVE), c.id.in_(_OLDEST_ENDED))
_LEAST_USED = (
    select(c.id)
    .where(*_ACTIVE_OF_USER, c.id != bindparam("keep"))
    .order_by(c.last_active.desc(), c.id.desc())
    .offset(bindparam("max_others"))
)


def revoke_where(selected: Select[*tuple[Any, ...]]) -> Update:
    """Revoke the active ones among the selected sessions; returns the `user_id` and `id` of each.

    `selected` selects `user_id` and `id`.
    """
    # Locked in the order of the primary key, so that two of these statements cannot deadlock.
    key = (c.user_id, c.id)
    locked = selected.order_by(*key).with_for_update()
    return update(sessions).where(tuple_(*key).in_(locked), ACTIVE).values(_REVOCATION).returning(*key)


EVICT = revoke_where(select(c.user_id, c.id).where(c.user_id == bindparam("owner"), c.id.in_(_LEAST_USED)))


@lru_cache
def find_many(size: int) -> Select[*tuple[Any, ...]]:
    """Select the sessions with `size` ids, see `sql_conditions.padded`."""
    return select(*COLUMNS).where(c.user_id == bindparam("owner"), one_of(c.id, size))


@lru_cache(maxsize=512)
def count(shape: FilterShape) -> Select[*tuple[Any, ...]]:
    """Count the sessions that match a filter."""
    return select(func.count()).select_from(sessions).where(shape.condition())


@lru_cache(maxsize=512)
def revocable(shape: FilterShape, keep: bool) -> Select[*tuple[Any, ...]]:
    """Select the keys of the active sessions that match a filter, without the session `keep`."""
    others = (c.id != bindparam("keep"),) if keep else ()
    return select(c.user_id, c.id).where(shape.condition(), ACTIVE, *others)


@lru_cache(maxsize=512)
def revoke_many(shape: FilterShape, keep: bool) -> Update:
    """Revoke the sessions that `revocable` selects."""
    return revoke_where(revocable(shape, keep))
