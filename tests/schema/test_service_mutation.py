"""Lookups and mutations of operators, in the schema of services."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from sessionql.storage.records import Scope
from tests.schema.graphql_client import ERRORS, IPHONE, GraphQLClient
from tests.schema.service_keys import CREATE, UNKNOWN_ID, service_client, session_of_service

USER = "query($by: UserLookup!) { user(by: $by) { id email subject disabledAt currentSession { id } } }"
LOG_IN = f"mutation($input: LoginInput!) {{ login(input: $input) {{ tokens {{ accessToken }} {ERRORS} }} }}"
ADMIN_ACTIONS = "{ adminActions { id kind actorName userId revokedCount occurredAt } }"


@pytest.fixture
async def support(app: FastAPI, http: httpx.AsyncClient) -> GraphQLClient:
    """The client of an operator."""
    return await service_client(app, http, Scope.OPERATOR)


async def id_of(caller: GraphQLClient) -> str:
    return str((await caller.get("{ me { id } }"))["me"]["id"])


async def change(support: GraphQLClient, field: str, selection: str, **ids: str) -> Any:
    """The payload of a mutation of an operator."""
    given = ", ".join(f'{name}: "{id_}"' for name, id_ in ids.items())
    query = f"mutation {{ {field}({given}) {{ {selection} {ERRORS} }} }}"
    return (await support.get(query))[field]


async def test_a_user_is_looked_up_by_id_email_or_subject(
    app: FastAPI, http: httpx.AsyncClient, support: GraphQLClient, ana: GraphQLClient
) -> None:
    hers = await id_of(ana)
    expected = {"id": hers, "email": "ana@example.com", "subject": None, "disabledAt": None, "currentSession": None}
    for by in ({"email": "ANA@example.com"}, {"id": hers}):
        assert (await support.get(USER, by=by))["user"] == expected
    bob = await session_of_service(await service_client(app, http), http, "crm|42")
    assert (await support.get(USER, by={"subject": "crm|42"}))["user"]["id"] == await id_of(bob)
    for unknown in ({"email": "eve@example.com"}, {"id": UNKNOWN_ID}, {"id": "x"}, {"subject": "ana@example.com"}):
        assert (await support.get(USER, by=unknown))["user"] is None
    for odd in ({}, {"id": None}, {"id": hers, "email": "ana@example.com"}):
        assert await support.code(USER, by=odd) == "BAD_USER_INPUT"


async def test_the_fields_of_a_user_are_those_that_the_user_reads(
    http: httpx.AsyncClient, support: GraphQLClient, ana: GraphQLClient
) -> None:
    phone = await GraphQLClient(http, IPHONE).log_in("ana@example.com")
    query = """{ user(by: {email: "ana@example.com"}) {
      sessions(first: 1) { totalCount nodes { id isCurrent device events { totalCount } } pageInfo { hasNextPage } }
      sessionStats { totalCount } securityEvents { totalCount nodes { kind session { isCurrent } } }
    } }"""
    user = (await support.get(query))["user"]
    assert user["sessions"]["nodes"][0]["id"] == phone.session_id
    assert user["sessions"]["totalCount"] == user["sessionStats"]["totalCount"] == 2
    mine = "{ me { securityEvents { totalCount nodes { kind } } } }"
    events = (await ana.get(mine))["me"]["securityEvents"]
    assert [each["kind"] for each in user["securityEvents"]["nodes"]] == [each["kind"] for each in events["nodes"]]
    assert not any(each["session"]["isCurrent"] for each in user["securityEvents"]["nodes"])


async def test_a_revocation_is_effective_for_the_next_request(
    http: httpx.AsyncClient, support: GraphQLClient, ana: GraphQLClient, eve: GraphQLClient
) -> None:
    phone, hers = await GraphQLClient(http, IPHONE).log_in("ana@example.com"), await id_of(ana)
    one = "session { id state revocationReason }"
    done = await change(support, "revokeUserSession", one, userId=hers, sessionId=phone.session_id)
    ended = {"id": phone.session_id, "state": "REVOKED", "revocationReason": "REVOKED_BY_OPERATOR"}
    assert done == {"session": ended, "errors": []}
    assert await change(support, "revokeUserSession", one, userId=hers, sessionId=phone.session_id) == done
    assert await phone.code("{ mySessions { id } }") == "UNAUTHENTICATED"
    assert len((await ana.get("{ mySessions { id } }"))["mySessions"]) == 1
    all_ = await change(support, "revokeUserSessions", "revokedCount user { id }", userId=hers)
    assert all_ == {"revokedCount": 1, "user": {"id": hers}, "errors": []}
    assert await ana.code("{ mySessions { id } }") == "UNAUTHENTICATED"
    assert await eve.get("{ mySessions { id } }")
    assert await support.get("mutation { revokeEverySession { revokedCount } }") == {
        "revokeEverySession": {"revokedCount": 1}
    }
    assert await eve.code("{ mySessions { id } }") == "UNAUTHENTICATED"


async def test_a_disabled_user_cannot_sign_in_until_enabled(
    http: httpx.AsyncClient, support: GraphQLClient, ana: GraphQLClient
) -> None:
    """GHSA-56p6-qw3c-fq2g of Directus: tokens of a suspended user were still valid."""
    hers, credentials = await id_of(ana), {"email": "ana@example.com", "password": "correct horse battery"}
    done = await change(support, "disableUser", "revokedCount user { disabledAt }", userId=hers)
    assert done == {"revokedCount": 1, "user": {"disabledAt": "2026-11-23T11:16:10.123456Z"}, "errors": []}
    assert await ana.code("{ mySessions { id } }") == "UNAUTHENTICATED"
    refresh = f"mutation($input: RefreshInput!) {{ refresh(input: $input) {{ session {{ id }} {ERRORS} }} }}"
    (error,) = (await GraphQLClient(http).get(refresh, input={"refreshToken": ana.refresh_token}))["refresh"]["errors"]
    assert error["code"] == "REFRESH_TOKEN_INVALID"
    (error,) = (await GraphQLClient(http).get(LOG_IN, input=credentials))["login"]["errors"]
    assert error["code"] == "ACCOUNT_DISABLED"
    await change(support, "enableUser", "user { disabledAt }", userId=hers)
    again = await GraphQLClient(http).log_in("ana@example.com")
    events = (await again.get("{ me { securityEvents { nodes { kind actorName ipAddress device } } } }"))["me"]
    mine = {each["kind"]: each for each in events["securityEvents"]["nodes"]}
    for kind in ("USER_DISABLED", "USER_ENABLED"):
        assert (mine[kind]["actorName"], mine[kind]["ipAddress"]) == ("Shop", None), "not for the user to see"


async def test_no_service_creates_a_session_for_a_disabled_subject(
    app: FastAPI, http: httpx.AsyncClient, support: GraphQLClient
) -> None:
    shop = await service_client(app, http, Scope.CREATE_SESSIONS)
    bob = await session_of_service(shop, http, "crm|42")
    await change(support, "disableUser", "revokedCount", userId=await id_of(bob))
    payload = (await shop.get(CREATE, input={"subject": "crm|42"}))["createSession"]
    (error,) = payload["errors"]
    assert (error["__typename"], error["code"]) == ("AccountDisabledError", "ACCOUNT_DISABLED")
    assert payload["tokens"] is None
    assert await bob.code("{ me { id } }") == "UNAUTHENTICATED"


async def test_the_deletion_of_a_user_stays_in_the_audit_log(support: GraphQLClient, ana: GraphQLClient) -> None:
    hers = await id_of(ana)
    done = await change(support, "deleteUser", "deletedUserId revokedCount", userId=hers)
    assert done == {"deletedUserId": hers, "revokedCount": 1, "errors": []}
    assert await ana.code("{ mySessions { id } }") == "UNAUTHENTICATED"
    assert (await support.get(USER, by={"id": hers}))["user"] is None
    (operation,) = (await support.get(ADMIN_ACTIONS))["adminActions"]
    assert (operation["kind"], operation["userId"], operation["actorName"]) == ("USER_DELETED", hers, "Shop")
    assert operation["revokedCount"] == 1
    page = "query($before: ID) { adminActions(first: 1, before: $before) { id } }"
    assert (await support.get(page, before=operation["id"]))["adminActions"] == []
    assert await support.code(page, before="x") == "BAD_USER_INPUT"
    assert await support.code("{ adminActions(first: 101) { id } }") == "LIST_TOO_LONG"


@pytest.mark.parametrize("field", ["revokeUserSessions", "disableUser", "enableUser", "deleteUser"])
async def test_an_unknown_user_is_an_error_in_the_payload(
    support: GraphQLClient, ana: GraphQLClient, field: str
) -> None:
    for user_id in (UNKNOWN_ID, "x", "", ana.session_id):
        done = await change(support, field, "__typename", userId=user_id)
        (error,) = done["errors"]
        assert error["__typename"] == "UserNotFoundError"
        assert (error["code"], error["path"]) == ("USER_NOT_FOUND", ["userId"])
    assert await ana.get("{ mySessions { id } }")
    assert (await support.get(ADMIN_ACTIONS))["adminActions"] == []


async def test_a_session_of_another_user_is_not_found(
    support: GraphQLClient, ana: GraphQLClient, eve: GraphQLClient
) -> None:
    hers = await id_of(ana)
    done = await change(support, "revokeUserSession", "session { id }", userId=hers, sessionId=eve.session_id)
    assert [error["code"] for error in done["errors"]] == ["SESSION_NOT_FOUND"]
    done = await change(support, "revokeUserSession", "session { id }", userId=UNKNOWN_ID, sessionId=eve.session_id)
    assert [error["code"] for error in done["errors"]] == ["USER_NOT_FOUND"]
    assert await eve.get("{ mySessions { id } }")
