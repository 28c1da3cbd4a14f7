"""The devices of sessions: which are known, and how they change."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from sessionql.resolvers.devices.comparison import is_same
from sessionql.storage import Storage
from sessionql.storage.records import Device, DeviceKind, UserRecord
from sessionql.storage.sessions import Touch
from tests.storage.builders import IDLED_OUT, NOW, REVOKED, TICK, TOO_OLD, a_session, find, keep, keep_user, sessions_of

INTERVAL = timedelta(seconds=60)
IPHONE = Device("Safari on iPhone", DeviceKind.PHONE, "Safari", "17.5", "iOS", "17.5", "iPhone")
SYSTEMS = [(None, None), ("Windows", None), ("Windows", "10"), ("Windows", "11"), ("Android", None)]
DEVICES = [
    Device(f"{browser} on {model or f'{system} {version}'}", kind, browser, None, system, version, model)
    for kind, browser, (system, version), model in product(
        [DeviceKind.DESKTOP, DeviceKind.PHONE], ["Chrome", "Edge", None], SYSTEMS, [None, "Pixel 8", "Pixel 9"]
    )
]


async def test_a_device_is_known_by_its_label_and_kind(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    session = a_session(ana, **REVOKED)
    await keep(storage, session)

    async with storage.reading() as repositories:
        sessions = repositories.sessions
        assert await sessions.has_device(ana.id, session.device)
        assert await sessions.has_device(ana.id, replace(session.device, browser_version="131"))
        assert not await sessions.has_device(ana.id, replace(session.device, kind=DeviceKind.PHONE))
        assert not await sessions.has_device(ana.id, Device("Safari on iPhone", session.device.kind))
        assert not await sessions.has_device(bob.id, session.device), "another user's"


async def test_a_device_is_known_by_what_both_descriptions_tell(storage: Storage) -> None:
    """The condition in SQL is `is_same` in Python."""
    for known in DEVICES[:: len(DEVICES) // 9]:
        user = await keep_user(storage, f"{known}@example.com")
        await keep(storage, a_session(user, device=known))
        async with storage.reading() as repositories:
            found = [each for each in DEVICES if await repositories.sessions.has_device(user.id, each)]
        assert found == [each for each in DEVICES if is_same(known, each)]
        assert 0 < len(found) < len(DEVICES)


async def test_the_device_of_one_session_changes(storage: Storage, ana: UserRecord, bob: UserRecord) -> None:
    session, other = a_session(ana, name="My laptop"), a_session(ana)
    namesake = replace(session, user_id=bob.id)
    await keep(storage, session, other, namesake)

    async with storage.transaction() as repositories:
        changed = await repositories.sessions.set_device(ana.id, session.id, "iPhone", IPHONE, NOW)
        assert await repositories.sessions.set_device(bob.id, other.id, "iPhone", IPHONE, NOW) is None

    assert changed == replace(session, user_agent="iPhone", device=IPHONE)
    assert await sessions_of(storage, ana, bob) == {changed, other, namesake}
    async with storage.reading() as repositories:
        assert await repositories.sessions.has_device(ana.id, replace(IPHONE, label="SAFARI on iPhone"))


@pytest.mark.parametrize("end", [REVOKED, IDLED_OUT, TOO_OLD], ids=["revoked", "idled out", "too old"])
async def test_the_device_of_an_ended_session_does_not_change(
    storage: Storage, ana: UserRecord, end: dict[str, Any]
) -> None:
    session = a_session(ana, **end)
    await keep(storage, session)

    async with storage.transaction() as repositories:
        assert await repositories.sessions.set_device(ana.id, session.id, "iPhone", IPHONE, NOW) is None
        use = Touch(ana.id, session.id, NOW, None)
        assert not await repositories.sessions.touch_device(use, "iPhone", IPHONE, INTERVAL)

    assert await find(storage, session) == session


async def test_a_device_is_written_with_the_activity_or_not_at_all(storage: Storage, ana: UserRecord) -> None:
    session = a_session(ana, last_active=NOW - INTERVAL)
    await keep(storage, session)
    early, use = Touch(ana.id, session.id, NOW - TICK, "192.0.2.1"), Touch(ana.id, session.id, NOW, "192.0.2.2")

    async with storage.transaction() as repositories:
        assert not await repositories.sessions.touch_device(early, "iPhone", IPHONE, INTERVAL)
        assert await repositories.sessions.touch_device(use, "iPhone", IPHONE, INTERVAL)
        assert not await repositories.sessions.touch_device(use, "curl", session.device, INTERVAL)

    expected = replace(session, last_active=NOW, ip_address="192.0.2.2", user_agent="iPhone", device=IPHONE)
    assert await find(storage, session) == expected
