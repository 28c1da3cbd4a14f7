"""The routes of the SDL: complete for clients that may introspect, and an error with the reason for others."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from sessionql.graphql.introspection import REJECTIONS
from sessionql.graphql.sdl_routes import SERVICE_KEY_REQUIRED
from sessionql.resolvers.service_keys import revoke_key
from sessionql.schema.build import sdl, services_sdl
from sessionql.settings.settings import Settings
from sessionql.storage.records import Scope
from tests.conftest import FakeClock, developing
from tests.schema.graphql_client import GraphQLClient
from tests.schema.service_keys import new_key
from tests.sessionql.browser import PAGE, Browser, site

pytestmark = pytest.mark.usefixtures("cheap_hashing")

NOT_OPERATORS = [scope for scope in Scope if scope is not Scope.OPERATOR]
INTROSPECTION = "{ __schema { description } }"
USERS, SERVICES = "/schema.graphql", "/services.graphql"


async def get_sdl(http: httpx.AsyncClient, path: str, token: str | None = None, **more: str) -> httpx.Response:
    """The response to a client with this token."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return await http.get(path, headers=headers | more)


async def test_operators_get_both_schemas(app: FastAPI, http: httpx.AsyncClient) -> None:
    token = (await new_key(app, Scope.OPERATOR)).token
    for path, expected in ((USERS, sdl()), (SERVICES, services_sdl())):
        response = await get_sdl(http, path, token)
        assert (response.status_code, response.text) == (200, expected)
        assert response.headers["content-type"] == "text/plain; charset=utf-8"
        assert response.headers["cache-control"] == "private, no-cache"


async def test_in_production_other_clients_get_an_error_with_the_reason(app: FastAPI, http: httpx.AsyncClient) -> None:
    """401 for clients without valid credentials, 403 for others."""
    ana = (await GraphQLClient(http).register("ana@example.com")).token
    revoked = await new_key(app, Scope.OPERATOR)
    await revoke_key(app.state.deps, str(revoked.key.id))
    others = (await new_key(app, *NOT_OPERATORS)).token
    for token, status in ((None, 401), ("garbage", 401), (revoked.token, 401), (ana, 403), (others, 403)):
        for path in (USERS, SERVICES):
            response = await get_sdl(http, path, token)
            assert (response.status_code, response.text) == (status, f"{REJECTIONS['operators']}\n")
            assert ("www-authenticate" in response.headers) == (status == 401)
            assert response.headers["cache-control"] == "no-store"


@developing
async def test_in_development_users_get_their_schema_and_service_keys_both(
    app: FastAPI, http: httpx.AsyncClient
) -> None:
    ana = (await GraphQLClient(http).register("ana@example.com")).token
    for token, status in ((None, 401), ("garbage", 401), (ana, 403)):
        assert (await get_sdl(http, USERS, token)).text == sdl()
        rejected = await get_sdl(http, SERVICES, token)
        assert (rejected.status_code, rejected.text) == (status, f"{SERVICE_KEY_REQUIRED}\n")
    key = (await new_key(app, Scope.INTROSPECT)).token
    assert (await get_sdl(http, USERS, key)).text == sdl()
    assert (await get_sdl(http, SERVICES, key)).text == services_sdl()


@developing
async def test_an_unchanged_schema_is_304(http: httpx.AsyncClient) -> None:
    first = await get_sdl(http, USERS)
    again = await get_sdl(http, USERS, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (await get_sdl(http, USERS, **{"If-None-Match": '"other"'})).status_code == 200


async def test_an_etag_of_an_operator_does_not_authorize_others(app: FastAPI, http: httpx.AsyncClient) -> None:
    known = (await get_sdl(http, USERS, (await new_key(app, Scope.OPERATOR)).token)).headers["etag"]
    assert (await get_sdl(http, USERS, **{"If-None-Match": known})).status_code == 401


async def test_cookies_do_not_authenticate(browser: Browser) -> None:
    await browser.register()
    for headers in (PAGE, {"Sec-Fetch-Site": "cross-site"}):
        response = await browser.http.get(USERS, headers=headers)
        assert (response.status_code, "set-cookie" in response.headers) == (401, False)


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    ("changed", "users", "services", "operators"),
    [
        ({"mode": "production"}, False, False, True),
        ({"mode": "development"}, True, True, True),
        ({"mode": "production", "introspection": "public"}, True, True, True),
        ({"mode": "development", "introspection": "operators"}, False, False, True),
        ({"mode": "production", "introspection": "off"}, False, False, False),
        ({"mode": "development", "introspection": "off"}, False, False, False),
    ],
)
async def test_the_sdl_and_introspection_have_the_same_permission(
    settings: Settings, clock: FakeClock, changed: dict[str, Any], users: bool, services: bool, operators: bool
) -> None:
    async with site(settings, clock, **changed) as browser:
        app = browser.app
        ana = (await GraphQLClient(browser.http).register("ana@example.com")).token
        plain, operator = [(await new_key(app, *scopes)).token for scopes in (NOT_OPERATORS, [Scope.OPERATOR])]
        # Twice: a cached document must not be used for the other client.
        for token, may in ((None, users), (ana, users), (plain, services), (operator, operators)) * 2:
            assert (await get_sdl(browser.http, USERS, token)).is_success == may
            caller = GraphQLClient(browser.http)
            caller.token = token
            answer = await caller.ask(INTROSPECTION)
            assert ("data" in answer) == may
            if not may:
                (error,) = answer["errors"]
                assert error["message"] == REJECTIONS[changed.get("introspection", "operators")]
                assert error["extensions"] == {"code": "INTROSPECTION_DISABLED"}
            assert (await caller.get("{ __typename }")) == {"__typename": "Query"}


async def test_without_introspection_there_is_no_route(settings: Settings, clock: FakeClock) -> None:
    async with site(settings, clock, introspection="off") as browser:
        for token in (None, (await new_key(browser.app, Scope.OPERATOR)).token):
            for path in (USERS, SERVICES):
                assert (await get_sdl(browser.http, path, token)).status_code == 404
