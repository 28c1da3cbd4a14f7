"""Events: a change and its event are written in one transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from sessionql.resolvers.accounts import LogIn, LogInResult, PresentedCredentials, login, logout, register
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.events import (
    count_events,
    count_session_events,
    find_events,
    list_events,
    list_session_events,
)
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.resolvers.sessions import (
    ACTIVE,
    my_sessions,
    rename_session,
    revoke_all_sessions,
    revoke_session,
    revoke_sessions,
)
from sessionql.storage.filters import Page
from sessionql.storage.records import EventKind
from tests.conftest import FakeClock
from tests.resolvers.builders import (
    LAPTOP,
    PASSWORD,
    PHONE,
    as_requester,
    events_of,
    find_row,
    get_row,
    sign_in,
    sign_up,
)

Act = Callable[[Dependencies, LogInResult, LogInResult], Awaitable[object]]

# Changes by a user who is signed in on a laptop and a phone, and how many IDs each takes besides that of the event.
ACTS: dict[str, tuple[int, Act]] = {
    "register": (2, lambda s, _a, _p: register(s, LogIn("new@example.com", PASSWORD), LAPTOP)),
    "login": (1, lambda s, _a, _p: login(s, LogIn("ana@example.com", PASSWORD), LAPTOP)),
    "logout": (0, lambda s, a, _p: logout(s, PresentedCredentials(as_requester(a)), LAPTOP)),
    "revoke": (0, lambda s, a, p: revoke_session(s, as_requester(a), str(p.session.id), LAPTOP)),
    "revoke all": (0, lambda s, a, _p: revoke_all_sessions(s, as_requester(a), keep_current=False, client=LAPTOP)),
    "revoke all, second event": (
        1,
        lambda s, a, _p: revoke_all_sessions(s, as_requester(a), keep_current=False, client=LAPTOP),
    ),
    "revoke some": (0, lambda s, a, _p: revoke_sessions(s, as_requester(a), ACTIVE, dry_run=False, client=LAPTOP)),
    "rename": (0, lambda s, a, p: rename_session(s, as_requester(a), str(p.session.id), "new name", LAPTOP)),
    "replay": (0, lambda s, a, _p: refresh(s, a.tokens.refresh, PHONE)),
}


class NoMoreIds(Exception):
    """The injected fault of the write of an event."""


def limited_ids(number: int) -> Callable[[], UUID]:
    """Build an ID source that fails after `number` IDs."""
    left = iter([uuid7() for _ in range(number)])

    def new_id() -> UUID:
        found = next(left, None)
        if found is None:
            raise NoMoreIds
        return found

    return new_id


@pytest.mark.parametrize("act", list(ACTS))
async def test_a_change_without_its_event_is_rolled_back(deps: Dependencies, clock: FakeClock, act: str) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    assert isinstance(await refresh(deps, ana.tokens.refresh, LAPTOP), RefreshResult)
    clock.advance(minutes=1)
    user, sessions = ana.user.id, await my_sessions(deps, as_requester(ana))
    events = await events_of(deps, user)
    ids, do = ACTS[act]

    with pytest.raises(NoMoreIds):
        await do(replace(deps, new_id=limited_ids(ids)), ana, phone)

    assert await my_sessions(deps, as_requester(ana)) == sessions
    assert await events_of(deps, user) == events
    async with deps.storage.reading() as repositories:
        assert await repositories.users.find_credentials("new@example.com") is None
    assert await find_row(deps, phone.session) == phone.session


async def test_events_are_listed_newest_first(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    clock.advance(minutes=1)
    phone = await sign_in(deps)
    clock.advance(minutes=1)
    await rename_session(deps, as_requester(ana), str(phone.session.id), "Phone", LAPTOP)
    clock.advance(minutes=1)
    await revoke_session(deps, as_requester(ana), str(phone.session.id), LAPTOP)
    clock.advance(minutes=1)
    await logout(deps, PresentedCredentials(as_requester(ana)), LAPTOP)

    events = await events_of(deps, ana.user.id)

    assert [(event.kind, event.session_id, event.actor_id) for event in events] == [
        (EventKind.LOGGED_OUT, ana.session.id, ana.session.id),
        (EventKind.SESSION_REVOKED, phone.session.id, ana.session.id),
        (EventKind.SESSION_RENAMED, phone.session.id, ana.session.id),
        (EventKind.NEW_DEVICE, phone.session.id, phone.session.id),
        (EventKind.LOGGED_IN, phone.session.id, phone.session.id),
        (EventKind.REGISTERED, ana.session.id, ana.session.id),
    ]
    assert [event.occurred_at for event in events] == [clock() - timedelta(minutes=n) for n in (0, 1, 2, 3, 3, 4)]


async def test_events_belong_to_one_user(deps: Dependencies) -> None:
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")
    [hers], [his] = await events_of(deps, ana.user.id), await events_of(deps, bob.user.id)

    assert await find_events(deps, ana.user.id, [hers.id, his.id, uuid7()]) == {hers.id: hers}
    assert await count_events(deps, ana.user.id, None) == 1
    of_his = await list_session_events(deps, ana.user.id, [bob.session.id], Page(10))
    assert list(of_his[bob.session.id].items) == []
    assert await count_session_events(deps, ana.user.id, [bob.session.id]) == {bob.session.id: 0}


async def test_events_are_filtered_by_their_kind(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    for _ in range(3):
        await sign_in(deps)
    kinds = frozenset({EventKind.LOGGED_IN})

    page = await list_events(deps, ana.user.id, kinds, Page(2))

    assert [event.kind for event in page.items] == [EventKind.LOGGED_IN] * 2
    assert page.has_more
    assert await count_events(deps, ana.user.id, kinds) == 3
    assert await count_events(deps, ana.user.id, frozenset()) == 0


async def test_each_session_has_its_own_page_of_events(deps: Dependencies, clock: FakeClock) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    for name in ("one", "two", "three"):
        clock.advance(hours=1)
        await rename_session(deps, as_requester(ana), str(phone.session.id), name, LAPTOP)
    ids = [ana.session.id, phone.session.id, uuid7()]

    pages = await list_session_events(deps, ana.user.id, ids, Page(2))

    assert [(len(pages[id_].items), pages[id_].has_more) for id_ in ids] == [(1, False), (2, True), (0, False)]
    assert list((await count_session_events(deps, ana.user.id, ids)).values()) == [1, 5, 0]
    assert (await get_row(deps, phone.session)).name == "three"


async def test_no_sessions_have_no_events(deps: Dependencies) -> None:
    ana = await sign_up(deps)

    assert await list_session_events(deps, ana.user.id, [], Page(10)) == {}
    assert await count_session_events(deps, ana.user.id, []) == {}
