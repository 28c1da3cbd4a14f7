"""The previous refresh token from another network or program, within the grace; and the device of a refresh."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import RefreshTokenInvalid
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.resolvers.sessions import my_sessions
from sessionql.storage.records import EventKind
from tests.conftest import FakeClock
from tests.resolvers.builders import FIREFOX, LAPTOP, PHONE, as_requester, events_of, get_row, sign_in, sign_up
from tests.schema.graphql_client import recorded_statements

ELSEWHERE, CHANGED = EventKind.REFRESH_TOKEN_USED_ELSEWHERE, EventKind.DEVICE_CHANGED
CURL = ClientInfo("203.0.113.66", "curl/8.5.0")
OTHER_NETWORK, OTHER_PROGRAM = replace(LAPTOP, ip_address="203.0.113.66"), replace(LAPTOP, user_agent="curl/8.5.0")
KEY = "0123456789abcdef"


def strict(deps: Dependencies) -> Dependencies:
    """The same server with SESSIONQL_REFRESH_GRACE_SAME_CLIENT."""
    return replace(deps, policy=replace(deps.policy, refresh_grace_same_client=True))


async def refreshed(deps: Dependencies, token: str, client: ClientInfo, retry_key: str | None = None) -> RefreshResult:
    """Refresh and assert that it succeeds."""
    result = await refresh(deps, token, client, retry_key)
    assert isinstance(result, RefreshResult)
    return result


@pytest.mark.parametrize("thief", [CURL, OTHER_NETWORK, OTHER_PROGRAM, replace(LAPTOP, user_agent=None)])
async def test_a_thief_within_the_grace_leaves_an_event(
    deps: Dependencies, clock: FakeClock, thief: ClientInfo
) -> None:
    ana = await sign_up(deps)
    first = await refreshed(deps, ana.tokens.refresh, LAPTOP)
    clock.advance(seconds=5)

    stolen = await refreshed(deps, ana.tokens.refresh, thief)

    assert stolen.tokens.refresh == first.tokens.refresh, "a phone may have changed its network: it is not signed out"
    event, *_ = await events_of(deps, ana.user.id)
    assert (event.kind, event.session_id, event.actor_id) == (ELSEWHERE, ana.session.id, ana.session.id)
    assert (event.ip_address, event.previous_device, event.occurred_at) == (
        thief.ip_address,
        "Firefox on Ubuntu",
        clock(),
    )


async def test_an_owner_who_follows_a_thief_within_the_grace_sees_both_events(
    deps: Dependencies, clock: FakeClock
) -> None:
    ana = await sign_up(deps)
    await refreshed(deps, ana.tokens.refresh, CURL)
    clock.advance(seconds=5)
    await refreshed(deps, ana.tokens.refresh, LAPTOP)

    seen = [(each.kind, each.device, each.previous_device) for each in await events_of(deps, ana.user.id)]

    assert seen[:2] == [(ELSEWHERE, "Firefox on Ubuntu", "curl"), (CHANGED, "curl", "Firefox on Ubuntu")]


async def test_tabs_of_one_browser_leave_no_event(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    for client in (LAPTOP, LAPTOP, replace(LAPTOP, user_agent=FIREFOX.replace("128", "129"))):
        await refreshed(deps, ana.tokens.refresh, client)
        clock.advance(seconds=3)

    assert [each.kind for each in await events_of(deps, ana.user.id)] == [EventKind.REGISTERED]


async def test_addresses_of_one_ipv6_network_are_one_network(deps: Dependencies) -> None:
    """Browsers change the second half of their address (RFC 8981)."""
    home = [replace(LAPTOP, ip_address=f"2001:db8:0:7:{suffix}") for suffix in (":1", "a:b:c:d")]
    ana = await sign_up(deps, client=home[0])
    for client in home:
        await refreshed(deps, ana.tokens.refresh, client)
    assert len(await events_of(deps, ana.user.id)) == 1

    await refreshed(deps, ana.tokens.refresh, replace(LAPTOP, ip_address="2001:db8:0:8::1"))
    assert (await events_of(deps, ana.user.id))[0].kind is ELSEWHERE


@pytest.mark.parametrize("thief", [CURL, OTHER_NETWORK, OTHER_PROGRAM])
async def test_the_setting_rejects_the_request_and_keeps_the_session(
    deps: Dependencies, clock: FakeClock, thief: ClientInfo
) -> None:
    deps = strict(deps)
    ana = await sign_up(deps)
    first = await refreshed(deps, ana.tokens.refresh, LAPTOP)
    clock.advance(seconds=5)

    result = await refresh(deps, ana.tokens.refresh, thief)

    assert isinstance(result, RefreshTokenInvalid)
    assert not result.reuse_detected
    assert "another network or program" in result.message
    assert (await events_of(deps, ana.user.id))[0].kind is ELSEWHERE
    assert (await get_row(deps, ana.session)).revoked_at is None
    await refreshed(deps, ana.tokens.refresh, LAPTOP)
    await refreshed(deps, first.tokens.refresh, LAPTOP)


async def test_with_the_setting_a_retry_key_is_accepted_from_another_network(
    deps: Dependencies, clock: FakeClock
) -> None:
    deps = strict(deps)
    ana = await sign_up(deps)
    first = await refreshed(deps, ana.tokens.refresh, LAPTOP, KEY)
    clock.advance(seconds=5)

    again = await refreshed(deps, ana.tokens.refresh, OTHER_NETWORK, KEY)

    assert again.tokens.refresh == first.tokens.refresh
    assert [each.kind for each in await events_of(deps, ana.user.id)] == [EventKind.REGISTERED]


async def test_the_device_of_a_session_is_the_one_that_refreshed_it(deps: Dependencies, clock: FakeClock) -> None:
    ana, named = await sign_up(deps), await sign_in(deps, name="My phone")
    clock.advance(minutes=5)

    result = await refreshed(deps, ana.tokens.refresh, CURL)
    await refreshed(deps, named.tokens.refresh, CURL)

    assert result.session == await get_row(deps, ana.session)
    assert (result.session.device.label, result.session.user_agent) == ("curl", "curl/8.5.0")
    listed = {each.id: (each.device.label, each.name) for each in await my_sessions(deps, as_requester(ana))}
    assert listed == {ana.session.id: ("curl", None), named.session.id: ("curl", "My phone")}
    for event, session, before in zip(
        await events_of(deps, ana.user.id), (named, ana), ("Safari on iPhone", "Firefox on Ubuntu"), strict=False
    ):
        assert (event.kind, event.session_id, event.actor_id) == (CHANGED, session.session.id, session.session.id)
        assert (event.device, event.previous_device, event.ip_address) == ("curl", before, CURL.ip_address)


async def test_an_update_of_the_browser_changes_the_device_silently(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    newer = replace(LAPTOP, user_agent=FIREFOX.replace("128.0", "140.0"))
    clock.advance(minutes=5)

    result = await refreshed(deps, ana.tokens.refresh, newer)

    assert result.session == await get_row(deps, ana.session)
    assert (result.session.user_agent, result.session.device.browser_version) == (newer.user_agent, "140.0")
    assert len(await events_of(deps, ana.user.id)) == 1


async def test_a_refresh_whose_device_is_known_needs_no_further_statement(deps: Dependencies, clock: FakeClock) -> None:
    ana = await sign_up(deps)
    counts = []
    for client, key in ((LAPTOP, None), (LAPTOP, KEY), (PHONE, KEY)):
        clock.now += timedelta(minutes=5)
        with recorded_statements(deps.storage.database) as executed:
            ana = replace(ana, tokens=(await refreshed(deps, ana.tokens.refresh, client, key)).tokens)
        counts.append(len(executed))
    assert counts == [1, 1, 4], "the rotation; another device, its event and the bound of events"
