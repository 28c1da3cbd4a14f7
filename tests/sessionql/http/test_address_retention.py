"""IP addresses are stored completely or truncated. Rate limits always use the complete address."""

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
    """A server that stores truncated addresses."""
    app = create_app(Settings(data_dir=tmp_path, database_url=settings.database_url, truncate_addresses=True))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=("2001:db8:1:2::77", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://sessionql.test") as client:
            yield client


async def test_an_address_is_stored_completely(http: httpx.AsyncClient) -> None:
    shown = await (await GraphQLClient(http).register("ana@example.com")).get(SHOWN)

    assert shown["mySessions"] == [{"ipAddress": "127.0.0.1"}]


async def test_only_the_truncated_address_is_stored(truncating: httpx.AsyncClient) -> None:
    shown = await (await GraphQLClient(truncating).register("ana@example.com")).get(SHOWN)

    assert shown["mySessions"] == [{"ipAddress": "2001:db8:1::"}]
    assert shown["me"]["securityEvents"]["nodes"] == [{"ipAddress": "2001:db8:1::"}]


async def test_neighbouring_networks_do_not_share_their_rate_limit(truncating: httpx.AsyncClient) -> None:
    """A client of the same /48 that guesses passwords does not lock out others: attempts are counted for each /64."""
    for number in range(25):
        await GraphQLClient(truncating).get(LOG_IN, input={"email": f"{number}@example.com", "password": PASSWORD})
    assert await _rejected(truncating) == [{"__typename": "RateLimitedError"}]

    transport = httpx.ASGITransport(truncating._transport.app, client=("2001:db8:1:3::77", 1))  # type: ignore[attr-defined]
    async with httpx.AsyncClient(transport=transport, base_url="http://sessionql.test") as neighbour:
        assert await _rejected(neighbour) == [{"__typename": "InvalidCredentialsError"}]


async def _rejected(http: httpx.AsyncClient) -> object:
    data = await GraphQLClient(http).get(LOG_IN, input={"email": "unknown@example.com", "password": PASSWORD})
    return data["login"]["errors"]
