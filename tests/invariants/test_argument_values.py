"""Every argument of both schemas with unusual values: each gets a clear error or a result, never a server fault."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
from fastapi import FastAPI

from sessionql.resolvers.passwords import Passwords
from sessionql.schema.build import graphql_schema, services_schema
from sessionql.settings.settings import Settings
from tests.invariants.argument_positions import UNUSUAL_VALUES, ArgumentPosition, argument_positions
from tests.invariants.rounds import LONG
from tests.schema.graphql_client import GraphQLClient
from tests.schema.service_keys import service_client, session_of_service

USERS, SERVICES = list(argument_positions(graphql_schema)), list(argument_positions(services_schema))
CODES = {"BAD_USER_INPUT", "LIST_TOO_LONG", "UNAUTHENTICATED", "CSRF_REFUSED"}
STRIDE = 1 if LONG else 8
"""In `make test` each position gets one in eight values, and each value goes to one in eight positions."""

Who: TypeAlias = tuple[GraphQLClient, dict[str, str]]
"""A client, and its IDs by the names of arguments."""


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """No rate limits."""
    counts = ("attempts_per_account", "attempts_per_address", "registrations_per_address", "logins_per_account")
    uncounted: dict[str, Any] = dict.fromkeys(counts, 0)
    return Settings(data_dir=tmp_path, database_url=database_url, **uncounted)


@pytest.fixture(autouse=True)
def cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionql.app.bootstrap.Passwords", lambda: Passwords(time_cost=1, memory_kib=8))


def values_for(every: list[ArgumentPosition]) -> Iterator[tuple[ArgumentPosition, list[Any]]]:
    for number, place in enumerate(every):
        yield place, UNUSUAL_VALUES[number % STRIDE :: STRIDE]


async def put_everything(
    http: httpx.AsyncClient, every: list[ArgumentPosition], who: Callable[[], Awaitable[Who]]
) -> Counter[str]:
    """Send unusual values to each position; return the number of rejections by code, and of results."""
    seen = Counter[str]()
    for place, values in values_for(every):
        caller, known = await who()
        headers = {"Authorization": f"Bearer {caller.token}"} if caller.token else {}
        for value in values:
            response = await http.post("/graphql", json=place.request(value, known), headers=headers)
            answer = response.json()
            codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
            assert response.status_code < 500, (str(place), value, answer)
            assert codes <= CODES, (str(place), value, answer)
            seen.update(codes or {"answered"})
    return seen


def test_every_argument_has_a_position_and_every_value_is_sent() -> None:
    assert {"me.sessions(filter.search)", "nodes(ids)", "renameSession(input.name)"} <= set(map(str, USERS))
    assert {"user(by.email)", "createSession(input.authenticatedAt)"} <= set(map(str, SERVICES))
    for every in (USERS, SERVICES):
        assert {repr(value) for _, values in values_for(every) for value in values} == set(map(repr, UNUSUAL_VALUES))


async def test_no_value_from_a_user_is_a_server_fault(http: httpx.AsyncClient) -> None:
    people = 0

    async def new_user() -> Who:
        nonlocal people
        people += 1
        ana = await GraphQLClient(http).register(f"ana{people}@example.com")
        return ana, {"sessionId": ana.session_id, "id": ana.session_id}

    seen = await put_everything(http, USERS, new_user)
    assert seen["BAD_USER_INPUT"] > 100
    assert seen["answered"] > 100


async def test_no_value_without_a_token_is_a_server_fault(http: httpx.AsyncClient) -> None:
    async def unauthenticated() -> Who:
        return GraphQLClient(http), {}

    seen = await put_everything(http, USERS, unauthenticated)
    assert seen["UNAUTHENTICATED"] > 50
    assert seen["answered"] > 20


async def test_no_value_from_a_service_is_a_server_fault(app: FastAPI, http: httpx.AsyncClient) -> None:
    shop = await service_client(app, http)

    async def the_shop() -> Who:
        ana = await session_of_service(shop, http)
        user = await ana.get("{ me { id } }")
        return shop, {"sessionId": ana.session_id, "userId": user["me"]["id"]}

    seen = await put_everything(http, SERVICES, the_shop)
    assert seen["BAD_USER_INPUT"] > 50
    assert seen["answered"] > 20
