"""Revocation of several sessions, and its dry run."""

from typing import Any

import httpx
import pytest

from tests.conftest import FakeClock
from tests.schema.graphql_client import ERRORS, IPHONE, GraphQLClient

PAYLOAD = "{ revokedCount revokedSessionIds keptSession { id isCurrent } " + ERRORS + "}"
ALL = "mutation($keep: Boolean! = true) { revokeAllSessions(keepCurrent: $keep) " + PAYLOAD + "}"
SOME = (
    "mutation($filter: SessionFilter!, $dryRun: Boolean! = false) {"
    "revokeSessions(filter: $filter, dryRun: $dryRun)" + PAYLOAD + "}"
)
MINE = "{ mySessions { id } }"


@pytest.fixture
async def others(http: httpx.AsyncClient, ana: GraphQLClient, clock: FakeClock) -> list[GraphQLClient]:  # noqa: ARG001
    """Ana's phone, and a second laptop one minute later."""
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    clock.advance(minutes=1)
    return [phone, await GraphQLClient(http).log_in("ana@example.com", sessionName="Work")]


def ids(callers: list[GraphQLClient]) -> set[str]:
    return {caller.session_id for caller in callers}


async def active(caller: GraphQLClient) -> set[str]:
    return {each["id"] for each in (await caller.get(MINE))["mySessions"]}


async def some(caller: GraphQLClient, filter_: Any, **more: Any) -> Any:
    return (await caller.get(SOME, filter=filter_, **more))["revokeSessions"]


async def test_all_other_sessions_are_revoked_and_the_current_one_stays(
    ana: GraphQLClient, others: list[GraphQLClient], eve: GraphQLClient
) -> None:
    payload = (await ana.get("mutation { revokeAllSessions " + PAYLOAD + "}"))["revokeAllSessions"]
    assert (payload["revokedCount"], payload["errors"]) == (2, [])
    assert set(payload["revokedSessionIds"]) == ids(others)
    assert payload["keptSession"] == {"id": ana.session_id, "isCurrent": True}
    assert await active(ana) == {ana.session_id}
    assert [await other.code(MINE) for other in others] == ["UNAUTHENTICATED"] * 2
    assert await active(eve) == {eve.session_id}, "another user keeps the sessions"


async def test_the_current_session_is_revoked_too_when_it_is_not_kept(
    ana: GraphQLClient, others: list[GraphQLClient]
) -> None:
    answer = await ana.ask(
        "mutation { revokeAllSessions(keepCurrent: false) " + PAYLOAD + " again: logout { session { id } } }"
    )
    payload = answer["data"]["revokeAllSessions"]
    assert set(payload["revokedSessionIds"]) == ids([*others, ana])
    assert (payload["revokedCount"], payload["keptSession"]) == (3, None)
    assert answer["data"]["again"] == {"session": None}, "there is no current session any more"
    assert await ana.code(MINE) == "UNAUTHENTICATED"


async def test_without_other_sessions_nothing_is_revoked(ana: GraphQLClient) -> None:
    for _ in range(2):
        payload = (await ana.get(ALL))["revokeAllSessions"]
        assert (payload["revokedCount"], payload["revokedSessionIds"], payload["errors"]) == (0, [], [])
    assert (await ana.get("{ me { securityEvents { totalCount } } }"))["me"]["securityEvents"]["totalCount"] == 1


async def test_null_is_rejected(ana: GraphQLClient, others: list[GraphQLClient]) -> None:
    query = "mutation($keep: Boolean) { revokeAllSessions(keepCurrent: $keep) { revokedCount } }"
    assert (await ana.get(query))["revokeAllSessions"]["revokedCount"] == 2, "absent means the default"
    assert len(others) == 2
    error = await ana.error(query, keep=None)
    assert (error["extensions"]["code"], "keepCurrent" in error["message"]) == ("BAD_USER_INPUT", True)


async def test_a_dry_run_only_returns_what_would_be_revoked(ana: GraphQLClient, others: list[GraphQLClient]) -> None:
    for filter_, picked in [
        ({}, others),
        ({"deviceKinds": ["PHONE"]}, others[:1]),
        ({"search": "work"}, others[1:]),
        ({"inactiveSince": "2026-11-23T11:17:00Z"}, others[:1]),
        ({"states": ["REVOKED", "EXPIRED"]}, []),
        ({"states": []}, []),
    ]:
        payload = await some(ana, filter_, dryRun=True)
        assert set(payload["revokedSessionIds"]) == ids(picked)
        assert payload["revokedCount"] == len(picked)
        assert payload["keptSession"]["id"] == ana.session_id
    assert await active(ana) == ids([ana, *others])


async def test_the_filter_selects_the_sessions(ana: GraphQLClient, others: list[GraphQLClient]) -> None:
    phone, work = others
    dry = await some(ana, {"deviceKinds": ["PHONE"]}, dryRun=True)
    assert await some(ana, {"deviceKinds": ["PHONE"]}) == dry, "as in the dry run"
    assert dry["revokedSessionIds"] == [phone.session_id]
    assert await active(ana) == ids([ana, work])


async def test_the_current_session_is_never_revoked_by_a_filter(
    ana: GraphQLClient, others: list[GraphQLClient]
) -> None:
    assert set((await some(ana, {"states": None}))["revokedSessionIds"]) == ids(others)
    assert await active(ana) == {ana.session_id}


async def test_revoked_sessions_are_not_revoked_again(ana: GraphQLClient, others: list[GraphQLClient]) -> None:
    assert (await some(ana, {"states": None}))["revokedCount"] == len(others)
    assert (await some(ana, {"states": None}))["revokedCount"] == 0
    assert (await some(ana, {"states": ["REVOKED"]}, dryRun=True))["revokedCount"] == 0


@pytest.mark.parametrize("search", ["", "a\0b", "x" * 101])
@pytest.mark.parametrize("dry_run", [True, False])
async def test_an_invalid_filter_revokes_nothing(
    ana: GraphQLClient, others: list[GraphQLClient], search: str, dry_run: bool
) -> None:
    payload = await some(ana, {"search": search}, dryRun=dry_run)
    (error,) = payload["errors"]
    assert (error["__typename"], error["code"]) == ("InvalidInputError", "INVALID_INPUT")
    assert error["path"] == ["filter"]
    assert (payload["revokedCount"], payload["revokedSessionIds"], payload["keptSession"]) == (0, [], None)
    assert await active(ana) == ids([ana, *others])


async def test_the_payload_has_the_remaining_sessions(ana: GraphQLClient, others: list[GraphQLClient]) -> None:
    query = "mutation { revokeAllSessions { revokedCount query { mySessions { id } } } }"
    payload = (await ana.get(query))["revokeAllSessions"]
    assert payload == {"revokedCount": len(others), "query": {"mySessions": [{"id": ana.session_id}]}}
