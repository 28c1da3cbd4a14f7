"""Right passwords have budgets, and the rows of a user are bounded in every table."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from sessionql.resolvers.accounts import LogIn, LogInResult, PresentedCredentials, login, logout
from sessionql.resolvers.client import ClientInfo, client_info
from sessionql.resolvers.credentials import PasswordChange, change_password, reauthenticate
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import RateLimited
from sessionql.resolvers.pruning import delete_rate_limits_every
from sessionql.resolvers.session_creation import MAX_ENDED
from sessionql.resolvers.sessions import rename_session
from sessionql.storage.events import MAX_EVENTS_PER_KIND
from sessionql.storage.records import EventKind
from tests.conftest import FakeClock
from tests.resolvers.builders import LAPTOP, PASSWORD, add_session, as_requester, events_of, sign_in, sign_up


def at(number: int) -> ClientInfo:
    return client_info(f"100.{number % 250}.{number // 250}.9", None, truncate=False)


async def rows_of(deps: Dependencies, table: str) -> int:
    async with deps.storage.database.reading() as tx:
        found: Any = await tx.fetch_one(text(f"SELECT COUNT(*) FROM {table}"), {})
    return int(found[0])


async def test_an_account_has_thirty_right_passwords_a_minute(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    for number in range(30):
        assert isinstance(await login(deps, LogIn("ana@example.com", PASSWORD), at(number)), LogInResult)
    sessions, events = await rows_of(deps, "sessions"), await rows_of(deps, "events")

    limited = [
        await login(deps, LogIn("ana@example.com", PASSWORD), at(30)),
        await reauthenticate(deps, as_requester(ana), PASSWORD, LAPTOP),
        await change_password(deps, as_requester(ana), PasswordChange(PASSWORD, "a new correct horse"), LAPTOP),
    ]

    assert limited == [RateLimited(retry_after_seconds=60)] * 3
    assert (await rows_of(deps, "sessions"), await rows_of(deps, "events")) == (sessions, events), "nothing was written"
    clock.advance(minutes=1)
    assert isinstance(await login(deps, LogIn("ana@example.com", PASSWORD), at(30)), LogInResult)


async def test_beyond_the_budget_right_passwords_are_soon_not_checked(
    deps: Dependencies, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_up(deps)
    checked, verify = 0, deps.passwords.verify

    async def counted(password: str, password_hash: str | None) -> bool:
        nonlocal checked
        checked += 1
        return await verify(password, password_hash)

    monkeypatch.setattr(deps.passwords, "verify", counted)

    found = [await login(deps, LogIn("ana@example.com", PASSWORD), LAPTOP) for _ in range(60)]

    assert [type(each) for each in found] == [LogInResult] * 30 + [RateLimited] * 30
    assert checked == 35


async def test_an_address_has_a_budget_for_all_accounts(deps: Dependencies) -> None:
    deps = replace(deps, policy=replace(deps.policy, logins_per_address=3))
    for name in ("ana", "bob", "eve"):
        await sign_up(deps, f"{name}@example.com", at(1))

    found = [
        await login(deps, LogIn(f"{name}@example.com", PASSWORD), at(1)) for name in ("ana", "bob", "eve", "ana", "bob")
    ]

    assert [type(each) for each in found] == [LogInResult] * 3 + [RateLimited] * 2
    assert isinstance(await login(deps, LogIn("ana@example.com", PASSWORD), at(2)), LogInResult)


async def test_concurrent_log_ins_do_not_exceed_the_budget(deps: Dependencies) -> None:
    await sign_up(deps)

    found = await asyncio.gather(*(login(deps, LogIn("ana@example.com", PASSWORD), LAPTOP) for _ in range(33)))

    assert [type(each) for each in found].count(LogInResult) == 30


async def test_a_user_keeps_a_bounded_number_of_ended_sessions(deps: Dependencies, clock: FakeClock) -> None:
    deps = replace(deps, policy=replace(deps.policy, logins_per_account=0))
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")
    for number in range(MAX_ENDED + 20):
        await add_session(deps, ana.user.id, revoked_at=clock(), name=str(number))
    for _ in range(3):
        phone = await sign_in(deps)
        await logout(deps, PresentedCredentials(as_requester(phone)), LAPTOP)

    assert await rows_of(deps, "sessions WHERE revoked_at IS NOT NULL") == MAX_ENDED + 1
    assert await rows_of(deps, "sessions WHERE name IN ('0', '19', '21')") == 0, "the oldest go first"
    assert await rows_of(deps, "sessions WHERE name IN ('22', '219')") == 2
    assert await rows_of(deps, "sessions WHERE revoked_at IS NULL") == 2, "of Ana and of Bob"
    assert bob.session.revoked_at is None


async def test_a_user_keeps_a_bounded_number_of_events_of_each_kind(
    deps: Dependencies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessionql.storage.events.fold_key", lambda _event: None)
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")
    await rename_session(deps, as_requester(ana), str(ana.session.id), "First", LAPTOP)
    first = (await events_of(deps, ana.user.id))[0]
    assert first.kind is EventKind.SESSION_RENAMED
    async with deps.storage.transaction() as repositories:
        await repositories.events.add_many([replace(first, id=deps.new_id()) for _ in range(MAX_EVENTS_PER_KIND - 1)])
    for number in range(5):
        await rename_session(deps, as_requester(ana), str(ana.session.id), str(number), LAPTOP)

    assert await rows_of(deps, "events WHERE kind = 'SESSION_RENAMED'") == MAX_EVENTS_PER_KIND
    assert {event.kind for event in await events_of(deps, bob.user.id)} == {EventKind.REGISTERED}
    assert await rows_of(deps, "events WHERE kind = 'REGISTERED'") == 2, "other kinds stay"


async def test_rate_limits_that_are_over_are_deleted_each_minute(deps: Dependencies, clock: FakeClock) -> None:
    for number in range(50):
        await login(deps, LogIn(f"{number}@example.com", "wrong horse battery"), at(number))
    assert await rows_of(deps, "rate_limits") == 50 * 5, "five for each attempt"
    clock.advance(minutes=1)

    deleting = asyncio.create_task(delete_rate_limits_every(deps, 0))
    async with asyncio.timeout(30):
        while await rows_of(deps, "rate_limits"):  # noqa: ASYNC110 - the task has no event for this
            await asyncio.sleep(0.01)
    deleting.cancel()
