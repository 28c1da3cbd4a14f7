"""Lists, pages, counts and statistics of the user's sessions."""

from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidInput, SessionNotFound
from sessionql.resolvers.sessions import (
    find_sessions,
    my_sessions,
    rename_session,
    revoke_session,
    revoke_sessions,
    session_stats,
)
from sessionql.storage.filters import SessionFilter
from sessionql.storage.records import DeviceKind, RevocationReason
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    add_many_sessions,
    add_session,
    as_requester,
    events_of,
    get_row,
    sign_in,
    sign_up,
)

MALFORMED = ["", "x", "019ab000", "{id}", "ID", "nodashes", " id", "id\n", "\ud800", "null", "0" * 36, "٠" * 32]


async def test_my_sessions_are_active_and_the_most_recent_first(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    await sign_up(deps, "bob@example.com")
    old = await add_session(deps, ana.user.id, last_active=clock() - timedelta(days=2))
    recent = await add_session(deps, ana.user.id, last_active=clock() - timedelta(days=1))
    await add_session(deps, ana.user.id, last_active=clock() - timedelta(days=30))
    await add_session(deps, ana.user.id, created_at=clock() - timedelta(days=90))
    await add_session(deps, ana.user.id, revoked_at=clock(), revocation_reason=RevocationReason.LOGGED_OUT)

    assert await my_sessions(deps, as_requester(ana)) == [ana.session, recent, old]


async def test_my_sessions_are_a_hundred_at_most(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    for number in range(102):
        await add_session(deps, ana.user.id, last_active=clock() - timedelta(minutes=number))

    assert len(await my_sessions(deps, as_requester(ana))) == 100


async def test_the_session_of_another_user_is_not_found(deps: Dependencies) -> None:
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")
    theirs, nobodys = str(bob.session.id), str(uuid7())

    for requested in (theirs, nobodys):
        assert await revoke_session(deps, as_requester(ana), requested, LAPTOP) == SessionNotFound()
        renamed = await rename_session(deps, as_requester(ana), requested, "mine", LAPTOP)
        assert renamed == SessionNotFound(path=("input", "sessionId"))
    assert await get_row(deps, bob.session) == bob.session
    assert len(await events_of(deps, bob.user.id)) == len(await events_of(deps, ana.user.id)) == 1


@pytest.mark.parametrize("malformed", MALFORMED, ids=ascii)
async def test_an_id_in_another_form_is_not_found(deps: Dependencies, malformed: str) -> None:
    ana = await sign_up(deps)
    id_ = str(ana.session.id)
    text = malformed.replace("nodashes", id_.replace("-", "")).replace("ID", id_.upper()).replace("id", id_)

    assert await revoke_session(deps, as_requester(ana), text, LAPTOP) == SessionNotFound()
    renamed = await rename_session(deps, as_requester(ana), text, "mine", LAPTOP)
    assert renamed == SessionNotFound(path=("input", "sessionId"))
    assert await get_row(deps, ana.session) == ana.session


@pytest.mark.parametrize("search", ["", "x" * 101, "a\0b", "a\nb", "\ud800", "\u202e"], ids=ascii)
@pytest.mark.parametrize("dry_run", [True, False])
async def test_an_invalid_search_is_rejected(deps: Dependencies, search: str, dry_run: bool) -> None:
    ana = await sign_up(deps)

    rejected = await revoke_sessions(
        deps, as_requester(ana), SessionFilter(search=search), dry_run=dry_run, client=LAPTOP
    )

    assert rejected == InvalidInput("`search` must have 1 to 100 printable characters.", ("filter",))


async def test_sessions_are_found_by_id_for_their_owner_only(deps: Dependencies) -> None:
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")
    phone = await sign_in(deps)
    ids = [ana.session.id, bob.session.id, phone.session.id, uuid7(), ana.session.id]

    found = await find_sessions(deps, ana.user.id, ids)

    assert found == {ana.session.id: ana.session, phone.session.id: phone.session}
    assert await find_sessions(deps, ana.user.id, []) == {}


async def test_stats_count_active_sessions(deps: Dependencies, clock: FakeClock) -> None:
    ana = await add_many_sessions(deps, clock)

    stats = await session_stats(deps, ana.user.id)

    assert stats.by_kind == {DeviceKind.DESKTOP: 2, DeviceKind.PHONE: 2}
    assert stats.active_since == 2
    assert stats.oldest_created_at == clock()
