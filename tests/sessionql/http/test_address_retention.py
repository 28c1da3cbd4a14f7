"""What is kept of addresses: all of one, or its network; attempts are counted by all of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from sessionql.app.factory import create_app
from sessionql.settings.settings import Settings
from tests.schema.graphql_client import PASSWORD, GraphQLClient

pytestmark = pytest.mark.usefixtures("cheap_hashing")

SHOWN = "{ mySessions { ipAddress } me { securityEvents { nodes { ipAddress } } } }"
LOG_IN = "mutation($input: LoginInput!) { login(input: $input) { errors { __typename } } }"


@pytest.fixture
async def truncating(settings: Settings, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A server that keeps networks only."""
    app = create_app(Settings(data_dir=tmp_path, database_url=settings.database_url, truncate_addresses=True))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=("2001:db8:1:2::77", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://sessionql.test") as client:
            yield client


async def test_an_address_is_kept_as_it_is(http: httpx.AsyncClient) -> None:
    shown = await (await GraphQLClient(http).register("ana@example.com")).get(SHOWN)

    assert shown["mySessions"] == [{"ipAddress": "127.0.0.1"}]


async def test_a_truncated_address_is_all_that_is_kept(truncating: httpx.AsyncClient) -> None:
    shown = await (await GraphQLClient(truncating).register("ana@example.com")).get(SHOWN)

    assert shown["mySessions"] == [{"ipAddress": "2001:db8:1::"}]
    assert shown["me"]["securityEvents"]["nodes"] == [{"ipAddress": "2001:db8:1::"}]


async def test_neighbours_do_not_share_their_attempts(truncating: httpx.AsyncClient) -> None:
    """One who guesses from the same /48 locks nobody out: attempts are counted by the /64."""
    for number in range(25):
        await GraphQLClient(truncating).get(LOG_IN, input={"email": f"{number}@example.com", "password": PASSWORD})
    assert await _refused(truncating) == [{"__typename": "RateLimitedError"}]

    transport = httpx.ASGITransport(truncating._transport.app, client=("2001:db8:1:3::77", 1))  # type: ignore[attr-defined]
    async with httpx.AsyncClient(transport=transport, base_url="http://sessionql.test") as neighbour:
        assert await _refused(neighbour) == [{"__typename": "InvalidCredentialsError"}]


async def _refused(http: httpx.AsyncClient) -> object:
    data = await GraphQLClient(http).get(LOG_IN, input={"email": "nobody@example.com", "password": PASSWORD})
    return data["login"]["errors"]
