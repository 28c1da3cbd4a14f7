"""Records are equal after they were stored and read, on both engines."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessionql.storage import Storage
from sessionql.storage.records import (
    Device,
    DeviceKind,
    EventKind,
    EventRecord,
    RevocationReason,
    SessionRecord,
    UserRecord,
)
from tests.storage.builders import NOW, a_session, a_user, an_event, events_of, find, keep, keep_events, new_id

ODD = [
    "",
    " ",
    "  leading and trailing  ",
    "Büro",
    "Bu\u0308ro",
    "ﬁ ß İ ı ſ",
    "👩‍👩‍👧‍👦 🏳️‍🌈",
    "\u202eright to left",
    "שלום مرحبا",
    "line\nbreak\ttab\r",
    "\ufeff\u200b\u00ad",
    "\U0010ffff\uffff",
    "'\"`;--\\%_$1:name?",
    "x" * 5000,
]

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
TIME = st.datetimes(datetime(1971, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - naive bounds are requested for
DEVICES = st.builds(
    Device,
    label=TEXT,
    kind=st.sampled_from(DeviceKind),
    browser=st.none() | TEXT,
    browser_version=st.none() | TEXT,
    os=st.none() | TEXT,
    os_version=st.none() | TEXT,
    model=st.none() | TEXT,
)
SESSIONS = st.builds(
    SessionRecord,
    user_id=st.uuids(),
    id=st.uuids(),
    name=st.none() | TEXT,
    user_agent=st.none() | TEXT,
    ip_address=st.none() | st.ip_addresses().map(str),
    created_at=TIME,
    authenticated_at=TIME,
    last_active=TIME,
    generation=st.integers(0, 2**31 - 1),
    rotated_at=st.none() | TIME,
    revoked_at=st.none() | TIME,
    revocation_reason=st.none() | st.sampled_from(RevocationReason),
    device=DEVICES,
)
EVENTS = st.builds(
    EventRecord,
    user_id=st.uuids(),
    id=st.uuids(),
    kind=st.sampled_from(EventKind),
    occurred_at=TIME,
    ip_address=st.none() | st.ip_addresses().map(str),
    device=TEXT,
    session_id=st.none() | st.uuids(),
    actor_id=st.none() | st.uuids(),
)
several = settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


async def create_user(storage: Storage) -> UserRecord:
    user = a_user(str(new_id()))
    async with storage.transaction() as repositories:
        assert await repositories.users.add(user, user.email, "hash")
    return user


@several
@given(session=SESSIONS)
async def test_any_session_is_read_as_stored(storage: Storage, session: SessionRecord) -> None:
    session = replace(session, user_id=(await create_user(storage)).id)
    await keep(storage, session)

    assert await find(storage, session) == session


@several
@given(event=EVENTS)
async def test_any_event_is_read_as_stored(storage: Storage, event: EventRecord) -> None:
    user = await create_user(storage)
    event = replace(event, user_id=user.id)
    await keep_events(storage, event)

    assert await events_of(storage, user) == {event}


@several
@given(email=TEXT, created=TIME, login=st.none() | TIME, password_hash=TEXT)
async def test_any_user_is_read_as_stored(
    storage: Storage, email: str, created: datetime, login: datetime | None, password_hash: str
) -> None:
    user = UserRecord(new_id(), email, created, login)
    async with storage.transaction() as repositories:
        assert await repositories.users.add(user, str(user.id), password_hash)
        found = await repositories.users.find_credentials(str(user.id))
        assert await repositories.users.find(user.id) == user

    assert found is not None
    assert (found.user, found.password_hash) == (user, password_hash)


@pytest.mark.parametrize("text", ODD)
async def test_unusual_text_is_read_as_stored(storage: Storage, ana: UserRecord, text: str) -> None:
    session = a_session(
        ana, name=text, user_agent=text, device=Device(text, DeviceKind.BOT, text, text, text, text, text)
    )
    event = an_event(ana, device=text)
    await keep(storage, session)
    await keep_events(storage, event)

    assert await find(storage, session) == session
    assert await events_of(storage, ana) == {event}


async def test_missing_values_are_read_as_none(storage: Storage, ana: UserRecord) -> None:
    bare = a_session(ana, user_agent=None, ip_address=None, device=Device("Unknown device", DeviceKind.UNKNOWN))
    event = an_event(ana, ip_address=None)
    await keep(storage, bare)
    await keep_events(storage, event)

    found = await find(storage, bare)
    assert found == bare
    absent = {field.name for field in fields(SessionRecord) if getattr(found, field.name) is None}
    assert absent == {"name", "user_agent", "ip_address", "rotated_at", "revoked_at", "revocation_reason"}
    assert await events_of(storage, ana) == {event}


@pytest.mark.parametrize("hours", [-11, 0, 5.5, 14])
@pytest.mark.parametrize("microsecond", [0, 1, 999_999])
async def test_times_are_read_in_utc_to_the_microsecond(
    storage: Storage, ana: UserRecord, hours: float, microsecond: int
) -> None:
    there = NOW.replace(microsecond=microsecond).astimezone(timezone(timedelta(hours=hours)))
    session = a_session(ana, created_at=there, last_active=there, revoked_at=there, rotated_at=there)
    await keep(storage, session)

    found = await find(storage, session)
    assert found is not None
    assert found == session
    for time in (found.created_at, found.last_active, found.revoked_at, found.rotated_at, found.authenticated_at):
        assert time is not None
        assert time.tzinfo is UTC


async def test_enums_are_read_as_members(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana, revoked_at=NOW, revocation_reason=RevocationReason.REFRESH_TOKEN_REUSED)
    await keep(storage, session)

    found = await find(storage, session)
    assert found is not None
    assert found.revocation_reason is RevocationReason.REFRESH_TOKEN_REUSED
    assert found.device.kind is DeviceKind.DESKTOP
