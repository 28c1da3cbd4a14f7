"""Log-out: revokes the current session only."""

import asyncio

from sessionql.resolvers.accounts import PresentedCredentials, logout
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.requester import authenticate
from sessionql.resolvers.sessions import my_sessions
from sessionql.storage.records import EventKind, RevocationReason, SessionRecord
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    PHONE,
    as_requester,
    events_of,
    get_row,
    sign_in,
    sign_up,
)


async def test_logging_out_ends_the_current_session_only(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    phone = await sign_in(deps)
    clock.advance(minutes=1)

    ended = await logout(deps, PresentedCredentials(as_requester(phone)), PHONE)

    assert ended is not None
    assert ended == await get_row(deps, phone.session)
    assert (ended.revoked_at, ended.revocation_reason) == (clock(), RevocationReason.LOGGED_OUT)
    assert await authenticate(deps, phone.tokens.access.text, PHONE) is None
    assert await my_sessions(deps, as_requester(ana)) == [ana.session]
    event = (await events_of(deps, ana.user.id))[0]
    assert (event.kind, event.session_id, event.actor_id) == (EventKind.LOGGED_OUT, phone.session.id, phone.session.id)


async def test_logging_out_twice_or_without_a_session_does_nothing(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    results: list[SessionRecord | None] = list(
        await asyncio.gather(*(logout(deps, PresentedCredentials(as_requester(ana)), LAPTOP) for _ in range(5)))
    )

    assert len([result for result in results if result]) == 1
    assert await logout(deps, PresentedCredentials(as_requester(ana)), LAPTOP) is None
    assert await logout(deps, PresentedCredentials(None), LAPTOP) is None
    assert [event.kind for event in await events_of(deps, ana.user.id)] == [
        EventKind.LOGGED_OUT,
        EventKind.REGISTERED,
    ]
