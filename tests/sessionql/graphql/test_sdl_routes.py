"""The SDL at a door of its own: whole, for whoever may introspect, and in a sentence why not for anybody else."""

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


async def ask(http: httpx.AsyncClient, path: str, token: str | None = None, **more: str) -> httpx.Response:
    """The answer to somebody with this token."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return await http.get(path, headers=headers | more)


async def test_operators_get_both(app: FastAPI, http: httpx.AsyncClient) -> None:
    token = (await new_key(app, Scope.OPERATOR)).token
    for path, expected in ((USERS, sdl()), (SERVICES, services_sdl())):
        response = await ask(http, path, token)
        assert (response.status_code, response.text) == (200, expected)
        assert response.headers["content-type"] == "text/plain; charset=utf-8"
        assert response.headers["cache-control"] == "private, no-cache"


async def test_in_production_nobody_else_does_and_is_told_why(app: FastAPI, http: httpx.AsyncClient) -> None:
    """401 for those who might be somebody, 403 for those who are somebody else."""
    ana = (await GraphQLClient(http).register("ana@example.com")).token
    revoked = await new_key(app, Scope.OPERATOR)
    await revoke_key(app.state.deps, str(revoked.key.id))
    others = (await new_key(app, *NOT_OPERATORS)).token
    for token, status in ((None, 401), ("garbage", 401), (revoked.token, 401), (ana, 403), (others, 403)):
        for path in (USERS, SERVICES):
            response = await ask(http, path, token)
            assert (response.status_code, response.text) == (status, f"{REJECTIONS['operators']}\n")
            assert ("www-authenticate" in response.headers) == (status == 401)
            assert response.headers["cache-control"] == "no-store"


@developing
async def test_in_development_everybody_gets_that_of_users_and_every_key_both(
    app: FastAPI, http: httpx.AsyncClient
) -> None:
    ana = (await GraphQLClient(http).register("ana@example.com")).token
    for token, status in ((None, 401), ("garbage", 401), (ana, 403)):
        assert (await ask(http, USERS, token)).text == sdl()
        refused = await ask(http, SERVICES, token)
        assert (refused.status_code, refused.text) == (status, f"{SERVICE_KEY_REQUIRED}\n")
    key = (await new_key(app, Scope.INTROSPECT)).token
    assert (await ask(http, USERS, key)).text == sdl()
    assert (await ask(http, SERVICES, key)).text == services_sdl()


@developing
async def test_who_has_it_is_not_sent_it_again(http: httpx.AsyncClient) -> None:
    first = await ask(http, USERS)
    again = await ask(http, USERS, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (await ask(http, USERS, **{"If-None-Match": '"other"'})).status_code == 200


async def test_a_file_that_an_operator_left_behind_opens_nothing(app: FastAPI, http: httpx.AsyncClient) -> None:
    known = (await ask(http, USERS, (await new_key(app, Scope.OPERATOR)).token)).headers["etag"]
    assert (await ask(http, USERS, **{"If-None-Match": known})).status_code == 401


async def test_cookies_are_not_read(browser: Browser) -> None:
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
async def test_the_file_and_introspection_are_for_the_same_people(
    settings: Settings, clock: FakeClock, changed: dict[str, Any], users: bool, services: bool, operators: bool
) -> None:
    async with site(settings, clock, **changed) as browser:
        app = browser.app
        ana = (await GraphQLClient(browser.http).register("ana@example.com")).token
        plain, operator = [(await new_key(app, *scopes)).token for scopes in (NOT_OPERATORS, [Scope.OPERATOR])]
        # Twice: what was answered to one is not remembered for another.
        for token, may in ((None, users), (ana, users), (plain, services), (operator, operators)) * 2:
            assert (await ask(browser.http, USERS, token)).is_success == may
            caller = GraphQLClient(browser.http)
            caller.token = token
            answer = await caller.ask(INTROSPECTION)
            assert ("data" in answer) == may
            if not may:
                (error,) = answer["errors"]
                assert error["message"] == REJECTIONS[changed.get("introspection", "operators")]
                assert error["extensions"] == {"code": "INTROSPECTION_DISABLED"}
            assert (await caller.get("{ __typename }")) == {"__typename": "Query"}


async def test_where_nobody_may_there_is_no_door(settings: Settings, clock: FakeClock) -> None:
    async with site(settings, clock, introspection="off") as browser:
        for token in (None, (await new_key(browser.app, Scope.OPERATOR)).token):
            for path in (USERS, SERVICES):
                assert (await ask(browser.http, path, token)).status_code == 404
