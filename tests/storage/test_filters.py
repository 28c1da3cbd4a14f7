"""The sessions that a filter selects: the same on both engines, in lists and in counts."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from sessionql.storage import Storage
from sessionql.storage.filters import SessionFilter
from sessionql.storage.records import Device, DeviceKind, SessionRecord, SessionState, UserRecord
from sessionql.storage.sessions import SessionOrder
from tests.storage.builders import ALL, IDLED_OUT, NOW, REVOKED, TICK, TOO_OLD, a_session, keep

ACTIVE, EXPIRED, GONE = SessionState.ACTIVE, SessionState.EXPIRED, SessionState.REVOKED
EVERYWHERE = SessionFilter(states=None)


async def names(storage: Storage, user: UserRecord, filter_: SessionFilter) -> set[str | None]:
    """Return the names of the selected sessions, after checking that list and count agree."""
    async with storage.reading() as repositories:
        listed = await repositories.sessions.list(user.id, filter_, SessionOrder(), ALL, NOW)
        assert await repositories.sessions.count(user.id, filter_, NOW) == len(listed)
    return {session.name for session in listed}


async def keep_both(storage: Storage, ana: UserRecord, bob: UserRecord, *changes: Mapping[str, object]) -> None:
    """Store these sessions for Ana, and equal ones for Bob."""
    hers: list[SessionRecord] = [a_session(ana, **change) for change in changes]
    his = [replace(session, user_id=bob.id, name="Bob's") for session in hers]
    await keep(storage, *hers, *his)


@pytest.mark.parametrize(
    ("states", "picked"),
    [
        (None, {"active", "revoked", "idled out", "too old", "expired, then revoked"}),
        ([], set()),
        ([ACTIVE], {"active"}),
        ([EXPIRED], {"idled out", "too old"}),
        ([GONE], {"revoked", "expired, then revoked"}),
        ([ACTIVE, EXPIRED], {"active", "idled out", "too old"}),
        ([ACTIVE, GONE], {"active", "revoked", "expired, then revoked"}),
        ([EXPIRED, GONE], {"revoked", "idled out", "too old", "expired, then revoked"}),
        ([ACTIVE, EXPIRED, GONE], {"active", "revoked", "idled out", "too old", "expired, then revoked"}),
    ],
)
async def test_states(
    storage: Storage, ana: UserRecord, bob: UserRecord, states: Collection[SessionState] | None, picked: set[str]
) -> None:
    await keep_both(
        storage,
        ana,
        bob,
        {"name": "active"},
        {"name": "revoked", **REVOKED},
        {"name": "idled out", **IDLED_OUT},
        {"name": "too old", **TOO_OLD},
        {"name": "expired, then revoked", **IDLED_OUT, **REVOKED},
    )

    assert await names(storage, ana, SessionFilter(None if states is None else frozenset(states))) == picked


@pytest.mark.parametrize(
    "kinds",
    [None, (), *((kind,) for kind in DeviceKind), (DeviceKind.PHONE, DeviceKind.TABLET), tuple(DeviceKind)],
)
async def test_device_kinds(
    storage: Storage, ana: UserRecord, bob: UserRecord, kinds: tuple[DeviceKind, ...] | None
) -> None:
    await keep_both(storage, ana, bob, *({"name": kind.value, "device": Device("X", kind)} for kind in DeviceKind))
    filter_ = SessionFilter(device_kinds=None if kinds is None else frozenset(kinds))

    assert await names(storage, ana, filter_) == set(DeviceKind if kinds is None else kinds)


async def test_inactive_since_means_not_used_at_or_after(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    since = NOW - timedelta(days=7)
    await keep_both(
        storage,
        ana,
        bob,
        {"name": "before", "last_active": since - TICK},
        {"name": "at", "last_active": since},
        {"name": "after", "last_active": since + TICK},
    )

    assert await names(storage, ana, SessionFilter(inactive_since=since)) == {"before"}


NAMED = ("100% mine", "under_score", r"back\slash", "Büro", "STRASSE 7", "Σίσυφος", "Plain", "Ωμέγα", "дача", "日本語")


@pytest.mark.parametrize(
    ("search", "picked"),
    [
        ("%", {"100% mine"}),
        ("0% m", {"100% mine"}),
        ("_", {"under_score"}),
        ("under%score", set()),
        ("underxscore", set()),
        ("\\", {r"back\slash"}),
        (r"k\s", {r"back\slash"}),
        (r"\%", set()),
        ("pLAIN", {"Plain"}),
        ("büro", {"Büro"}),
        ("BÜRO", {"Büro"}),
        ("bu\u0308ro", {"Büro"}),
        ("Ü", {"Büro"}),
        ("straße", {"STRASSE 7"}),
        ("ΣΊΣΥΦΟΣ", {"Σίσυφος"}),
        ("ωΜΈΓΑ", {"Ωμέγα"}),
        ("ДАЧА", {"дача"}),
        ("本", {"日本語"}),
        ("buro", set()),
        ("", set(NAMED)),
        ("nowhere", set()),
        ("'; DROP TABLE sessions; --", set()),
    ],
)
async def test_search_in_names_matches_every_character_literally(
    storage: Storage, ana: UserRecord, bob: UserRecord, search: str, picked: set[str]
) -> None:
    await keep_both(storage, ana, bob, *({"name": name} for name in NAMED))

    assert await names(storage, ana, replace(EVERYWHERE, search=search)) == picked


async def test_search_finds_a_changed_name(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana, name="Before")
    await keep(storage, session)

    async with storage.transaction() as repositories:
        await repositories.sessions.rename(ana.id, session.id, "BÜRO", NOW)

    assert await names(storage, ana, SessionFilter(search="büro")) == {"BÜRO"}
    assert await names(storage, ana, SessionFilter(search="before")) == set()


@pytest.mark.parametrize(
    ("search", "picked"),
    [
        ("firefox", {"fox"}),
        ("FIREFOX ON", {"fox"}),
        ("pixel_9", {"phone"}),
        ("pixel%9", set()),
        ("büro", {"old", "new"}),
        ("BÜRO", {"old", "new"}),
        ("203.0", {"fox"}),
        ("2001:DB8::", {"phone"}),
        ("2001:db8::7", {"phone"}),
        ("mozilla", set()),
    ],
)
async def test_search_in_devices_and_addresses_ignores_case(
    storage: Storage, ana: UserRecord, bob: UserRecord, search: str, picked: set[str]
) -> None:
    kind = DeviceKind.PHONE
    await keep_both(
        storage,
        ana,
        bob,
        {"name": "fox", "device": Device("Firefox on Ubuntu", kind), "ip_address": "203.0.113.7"},
        {"name": "phone", "device": Device("Pixel_9", kind), "ip_address": "2001:db8::7"},
        {"name": "new", "device": Device("Büro-PC", kind), "ip_address": None},
        {"name": "old", "device": Device("BÜRO-PC", kind), "ip_address": "198.51.100.1"},
    )

    assert await names(storage, ana, SessionFilter(search=search)) == picked


async def test_a_session_without_a_name_is_found_by_its_device(storage: Storage, ana: UserRecord) -> None:
    await keep(storage, a_session(ana, ip_address=None, user_agent=None))

    assert await names(storage, ana, SessionFilter(search="ubuntu")) == {None}
    assert await names(storage, ana, SessionFilter(search="none")) == set()


async def test_all_conditions_are_combined(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    since = NOW - timedelta(days=7)
    wanted = {
        "name": "Büro",
        "device": Device("Pixel", DeviceKind.PHONE),
        "created_at": NOW - timedelta(days=20),
        "last_active": since - TICK,
    }
    await keep_both(
        storage,
        ana,
        bob,
        wanted,
        {**wanted, "name": "Büro, revoked", **REVOKED},
        {**wanted, "name": "Büro, a tablet", "device": Device("Pixel", DeviceKind.TABLET)},
        {**wanted, "name": "Büro, used", "last_active": since},
        {**wanted, "name": "At home"},
    )

    filter_ = SessionFilter(frozenset({ACTIVE}), frozenset({DeviceKind.PHONE}), since, "bÜro")
    assert await names(storage, ana, filter_) == {"Büro"}
