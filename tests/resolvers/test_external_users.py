"""External users: one user per subject, with sessions like those of any user."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sessionql.resolvers.accounts import LogIn, LogInResult, login
from sessionql.resolvers.admin import delete_user, disable_user
from sessionql.resolvers.dependencies import Dependencies, Policy
from sessionql.resolvers.errors import AccountDisabled, InvalidCredentials, InvalidInput
from sessionql.resolvers.external_users import ExternalLogin, create_session
from sessionql.resolvers.requester import authenticate
from sessionql.resolvers.sessions import my_sessions
from sessionql.storage.records import EventKind, SessionState
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    PASSWORD,
    PHONE,
    a_service,
    as_requester,
    events_of,
    get_row,
    sign_in_externally,
    sign_up,
)

SUBJECT = ExternalLogin("crm|42")


async def test_the_user_of_a_new_subject_is_created_and_signed_in(deps: Dependencies) -> None:
    ana = await sign_in_externally(deps)

    assert (ana.user.subject, ana.user.email, ana.user.disabled_at) == ("crm|42", None, None)
    assert ana.user.created_at == ana.user.last_login == deps.clock()
    assert (ana.session.ip_address, ana.session.device.label) == (PHONE.ip_address, "Safari on iPhone")
    requester = await authenticate(deps, ana.tokens.access.text, PHONE)
    assert requester is not None
    assert requester.session == ana.session
    assert [each.id for each in await my_sessions(deps, requester)] == [ana.session.id]


async def test_the_second_time_it_is_the_same_user(deps: Dependencies, clock: FakeClock) -> None:
    first = await sign_in_externally(deps)
    clock.advance(minutes=1)
    other_service = await a_service(deps, name="Another shop")

    second = await create_session(deps, other_service, SUBJECT, LAPTOP)

    assert isinstance(second, LogInResult)
    assert second.user == replace(first.user, last_login=clock())
    assert second.session.id != first.session.id


async def test_the_events_name_the_service(deps: Dependencies) -> None:
    first = await sign_in_externally(deps, client=PHONE)
    await sign_in_externally(deps, client=LAPTOP)

    events = await events_of(deps, first.user.id)

    kinds = [event.kind for event in events]
    assert sorted(kinds) == [EventKind.LOGGED_IN, EventKind.LOGGED_IN, EventKind.NEW_DEVICE], "no event for the first"
    assert {(event.actor_name, event.actor_id) for event in events} == {("Shop", None)}
    assert {(event.device, event.ip_address) for event in events} == {
        ("Safari on iPhone", "198.51.100.7"),
        ("Firefox on Ubuntu", "192.0.2.1"),
    }


@pytest.mark.parametrize("round_", range(5))
async def test_twenty_concurrent_log_ins_of_a_new_subject_create_one_user(deps: Dependencies, round_: int) -> None:
    service, subject = await a_service(deps), ExternalLogin(f"crm|{round_}")

    made = await asyncio.gather(*(create_session(deps, service, subject, PHONE) for _ in range(20)))

    users = {each.user.id for each in made if isinstance(each, LogInResult)}
    assert len(users) == 1
    events = await events_of(deps, users.pop())
    assert [event.kind for event in events].count(EventKind.LOGGED_IN) == 20


async def test_the_session_limit_holds_for_concurrent_log_ins(deps: Dependencies) -> None:
    limited = replace(deps, policy=Policy(session_limit=3))
    service = await a_service(limited)

    made = await asyncio.gather(*(create_session(limited, service, SUBJECT, PHONE) for _ in range(12)))

    ana = made[0]
    assert isinstance(ana, LogInResult)
    assert len(await my_sessions(limited, as_requester(ana))) == 3


@pytest.mark.parametrize("subject", ["", "x" * 256, "a\nb", "a\0b", "a\ud800b", "a\u200bb"])
async def test_an_invalid_subject_is_rejected(deps: Dependencies, subject: str) -> None:
    rejected = await create_session(deps, await a_service(deps), ExternalLogin(subject), PHONE)

    assert isinstance(rejected, InvalidInput)
    assert rejected.path == ("input", "subject")


async def test_subjects_are_compared_exactly(deps: Dependencies) -> None:
    close = ["crm|42", "CRM|42", "crm|42 ", " crm|42", "é", "e\u0301", "x" * 255, "crm|4_", "crm|4%"]

    users = {(await sign_in_externally(deps, subject)).user.id for subject in close}

    assert len(users) == len(close)


async def test_an_external_user_cannot_log_in_with_a_password(deps: Dependencies) -> None:
    await sign_in_externally(deps, "ana@example.com")

    for password in ("", "None", PASSWORD):
        rejected = await login(deps, LogIn("ana@example.com", password), LAPTOP)
        assert isinstance(rejected, InvalidCredentials)
    hers = await sign_up(deps, "ana@example.com")
    assert hers.user.subject is None, "a subject that looks like an address is no address"


async def test_an_earlier_log_in_keeps_its_time(deps: Dependencies, clock: FakeClock) -> None:
    proved = clock() - timedelta(hours=3)
    request = replace(SUBJECT, authenticated_at=proved, session_name="Till 4")

    ana = await create_session(deps, await a_service(deps), request, PHONE)

    assert isinstance(ana, LogInResult)
    row = await get_row(deps, ana.session)
    assert (row.authenticated_at, row.created_at, row.name) == (proved, clock(), "Till 4")
    assert await authenticate(deps, ana.tokens.access.text, PHONE) is not None
    assert deps.storage.lifetimes.state(row, clock()) is SessionState.ACTIVE


async def test_a_log_in_before_1970_is_rejected(deps: Dependencies) -> None:
    service, epoch = await a_service(deps), datetime(1970, 1, 1, tzinfo=UTC)

    first = await create_session(deps, service, replace(SUBJECT, authenticated_at=epoch), PHONE)
    before = replace(SUBJECT, authenticated_at=epoch - timedelta(microseconds=1))
    rejected = await create_session(deps, service, before, PHONE)

    assert isinstance(first, LogInResult)
    assert await authenticate(deps, first.tokens.access.text, PHONE), "a token that is handed out is good"
    assert rejected == InvalidInput("`authenticatedAt` is before 1970.", ("input", "authenticatedAt"))


async def test_a_log_in_in_the_future_is_rejected_beyond_a_minute_of_skew(deps: Dependencies, clock: FakeClock) -> None:
    service, minute = await a_service(deps), timedelta(minutes=1)

    skewed = await create_session(deps, service, replace(SUBJECT, authenticated_at=clock() + minute), PHONE)
    late = replace(SUBJECT, authenticated_at=clock() + minute + timedelta(microseconds=1))
    rejected = await create_session(deps, service, late, PHONE)

    assert isinstance(skewed, LogInResult)
    assert skewed.session.authenticated_at == clock(), "by our clock it was just now"
    assert isinstance(rejected, InvalidInput)
    assert rejected.path == ("input", "authenticatedAt")


async def test_the_subject_of_a_disabled_user_is_rejected(deps: Dependencies) -> None:
    ana = await sign_in_externally(deps)
    await disable_user(deps, "Support", str(ana.user.id))

    rejected = await create_session(deps, await a_service(deps), SUBJECT, PHONE)

    assert isinstance(rejected, AccountDisabled)


async def test_the_subject_of_a_deleted_user_is_a_new_user(deps: Dependencies) -> None:
    ana = await sign_in_externally(deps)
    await delete_user(deps, "Support", str(ana.user.id))

    again = await sign_in_externally(deps)

    assert again.user.id != ana.user.id
    assert [event.kind for event in await events_of(deps, again.user.id)] == [EventKind.LOGGED_IN]


async def test_deleting_a_user_during_a_log_in_raises_nothing(deps: Dependencies) -> None:
    """The second log-in creates the user again, and never returns AccountDisabled for an enabled user."""
    service = await a_service(deps)
    for _ in range(20):
        ana = await sign_in_externally(deps)
        results = await asyncio.gather(
            create_session(deps, service, SUBJECT, PHONE),
            delete_user(deps, "Support", str(ana.user.id)),
            create_session(deps, service, SUBJECT, LAPTOP),
        )
        assert isinstance(results[0], LogInResult)
        assert isinstance(results[2], LogInResult)
