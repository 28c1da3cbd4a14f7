"""Passwords entered in a session: counted for each session, so a thief in one does not stop the owner in another."""

import asyncio

import pytest

from sessionql.resolvers.accounts import LogIn, LogInResult, login
from sessionql.resolvers.client import ClientInfo, client_info
from sessionql.resolvers.credentials import PasswordChange, ReauthenticationResult, change_password, reauthenticate
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidCredentials, RateLimited
from sessionql.resolvers.requester import Requester, Unauthenticated, authenticate
from sessionql.storage.records import EventKind, RevocationReason
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    PASSWORD,
    PHONE,
    add_session,
    as_requester,
    events_of,
    get_row,
    sign_in,
    sign_up,
)

WRONG = "wrong horse battery"
THIEF = client_info("203.0.113.66", None, truncate=False)


async def guess(deps: Dependencies, thief: LogInResult, number: int = 5, client: ClientInfo = THIEF) -> list[object]:
    """Guess the password in a stolen session, in turns by both mutations."""
    change = PasswordChange(WRONG, "a new correct horse")
    found: list[object] = []
    for turn in range(number):
        if turn % 2:
            found.append(await change_password(deps, as_requester(thief), change, client))
        else:
            found.append(await reauthenticate(deps, as_requester(thief), WRONG, client))
    return found


async def test_attempts_within_a_session_are_counted(deps: Dependencies) -> None:
    ana = await sign_up(deps)

    found = await guess(deps, ana, 6)

    assert [type(each) for each in found] == [InvalidCredentials] * 5 + [RateLimited]
    assert (await events_of(deps, ana.user.id))[0].session_id == ana.session.id


@pytest.mark.parametrize("client", [THIEF, LAPTOP], ids=["elsewhere", "at the owner's address"])
async def test_an_owner_ends_the_theft_while_the_thief_guesses(deps: Dependencies, client: ClientInfo) -> None:
    """Also when the thief uses the owner's own address, and guesses at the log-in too."""
    stolen = await sign_up(deps, client=LAPTOP)
    owner = await sign_in(deps, client=PHONE)
    await guess(deps, stolen, 9, client)
    for _ in range(25):
        await login(deps, LogIn("ana@example.com", WRONG), client)

    entered = await reauthenticate(deps, as_requester(owner), PASSWORD, client)
    assert isinstance(entered, ReauthenticationResult)
    await guess(deps, stolen, 1, client)
    changed = await change_password(deps, as_requester(owner), PasswordChange(PASSWORD, "a new correct horse"), client)

    assert isinstance(changed, ReauthenticationResult)
    assert list(changed.revoked) == [stolen.session.id]


async def test_a_session_ends_after_too_many_wrong_passwords(deps: Dependencies, clock: FakeClock) -> None:
    stolen, owner = await sign_up(deps), await sign_in(deps)
    assert [type(each) for each in await guess(deps, stolen)] == [InvalidCredentials] * 5
    clock.advance(minutes=1)
    assert [type(each) for each in await guess(deps, stolen, 4)] == [InvalidCredentials] * 4

    with pytest.raises(Unauthenticated):
        await guess(deps, stolen, 1)

    ended = await get_row(deps, stolen.session)
    assert (ended.revoked_at, ended.revocation_reason) == (clock(), RevocationReason.WRONG_PASSWORDS)
    assert await authenticate(deps, stolen.tokens.access.text, THIEF) is None
    assert await authenticate(deps, owner.tokens.access.text, PHONE) is not None
    newest = (await events_of(deps, stolen.user.id))[0]
    assert (newest.kind, newest.session_id, newest.ip_address) == (
        EventKind.SESSION_REVOKED,
        stolen.session.id,
        "203.0.113.66",
    )


async def test_wrong_passwords_of_another_day_are_forgotten(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    for _ in range(4):
        await guess(deps, ana)
        clock.advance(days=1)

    assert isinstance(await reauthenticate(deps, as_requester(ana), PASSWORD, LAPTOP), ReauthenticationResult)


async def test_right_passwords_end_no_session(deps: Dependencies) -> None:
    ana = await sign_up(deps)

    for _ in range(15):
        entered = await reauthenticate(deps, as_requester(ana), PASSWORD, LAPTOP)
        assert isinstance(entered, ReauthenticationResult)


async def test_all_sessions_together_have_a_limit_too(deps: Dependencies) -> None:
    """A thief of many sessions does not get the guesses of each."""
    ana = await sign_up(deps)
    stolen = [await add_session(deps, ana.user.id) for _ in range(15)]

    found = [await reauthenticate(deps, Requester(session), WRONG, THIEF) for session in stolen for _ in range(5)]

    assert found.count(InvalidCredentials("The password is wrong.", ("input", "password"))) == 50


async def test_concurrent_guesses_in_a_session_end_it_once(deps: Dependencies, clock: FakeClock) -> None:
    stolen = await sign_up(deps)
    await guess(deps, stolen)
    clock.advance(minutes=1)

    found = await asyncio.gather(
        *(reauthenticate(deps, as_requester(stolen), WRONG, THIEF) for _ in range(20)), return_exceptions=True
    )

    assert [type(each) for each in found].count(Unauthenticated) == 1
    kinds = [event.kind for event in await events_of(deps, stolen.user.id)]
    assert kinds.count(EventKind.SESSION_REVOKED) == 1
