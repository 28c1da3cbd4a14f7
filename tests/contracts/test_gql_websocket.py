"""The Python client `gql` over WebSocket: a device receives sign-outs, and its own closes the socket."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import ConnectionClosed

from sessionql.schema.build import SDL_FILE
from tests.support.client import Device
from tests.support.constants import FIREFOX, IPHONE

pytestmark = pytest.mark.contract("gql over WebSocket (Python)")

WATCH = (Path(__file__).parents[2] / "graphql_examples/21_watch_sign_outs.graphql").read_text(encoding="utf-8")
REVOKE = "mutation($id: ID!) { revokeSession(sessionId: $id) { wasCurrent } }"


@asynccontextmanager
async def socket(device: Device) -> AsyncIterator[AsyncClientSession]:
    """Open a socket with the access token of the device."""
    transport = WebsocketsTransport(
        f"{device.url.replace('http', 'ws')}/graphql",
        init_payload={"authorization": f"Bearer {device.access_token}"},
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
    )
    async with Client(transport=transport, schema=SDL_FILE.read_text(encoding="utf-8")) as session:
        yield session


@pytest.fixture
def devices(server_url: str) -> Iterator[tuple[Device, Device]]:
    email = f"{secrets.token_hex(8)}@example.com"
    laptop, phone = Device(server_url, FIREFOX).register(email), Device(server_url, IPHONE).log_in(email)
    yield laptop, phone
    laptop.close()
    phone.close()


async def ask(session: AsyncClientSession, query: str, **variables: Any) -> Any:
    """Return the data of a query or mutation."""
    return await session.execute(GraphQLRequest(query, variable_values=variables or None))


def close_reason(error: TransportError) -> tuple[int, str]:
    """Return the close code and reason that the client received."""
    cause = error.__cause__
    assert isinstance(cause, ConnectionClosed)
    assert cause.rcvd
    return cause.rcvd.code, cause.rcvd.reason


async def test_queries_and_mutations_are_executed_over_a_socket(devices: tuple[Device, Device]) -> None:
    laptop, phone = devices
    async with socket(laptop) as session:
        mine = (await ask(session, "{ mySessions { id isCurrent } }"))["mySessions"]
        assert {each["id"]: each["isCurrent"] for each in mine} == {laptop.session_id: True, phone.session_id: False}
        with pytest.raises(TransportQueryError) as rejected:
            await ask(session, REVOKE, id=None)
        assert [error["extensions"]["code"] for error in rejected.value.errors or []] == ["BAD_USER_INPUT"]


async def test_a_device_receives_its_own_sign_out_and_is_closed(devices: tuple[Device, Device]) -> None:
    laptop, phone = devices
    async with socket(phone) as pocket, socket(laptop) as tab:
        events = pocket.subscribe(GraphQLRequest(WATCH))
        first_event = asyncio.ensure_future(anext(events))
        for _ in range(2):  # the second is sent after the subscription, and takes longer than it to begin
            await ask(pocket, "{ me { currentSession { id } } }")

        await ask(tab, REVOKE, id=phone.session_id)

        end = (await first_event)["sessionRevoked"]
        assert (end["isCurrent"], end["session"]["id"]) == (True, phone.session_id)
        assert [event async for event in events] == [], "its own end is the last that it sees"
        with pytest.raises(TransportError) as cut_off:
            await ask(pocket, "{ me { id } }")
        assert close_reason(cut_off.value) == (4401, "This session was signed out.")
        assert len((await ask(tab, "{ mySessions { id } }"))["mySessions"]) == 1


async def test_a_rejected_token_opens_no_socket(devices: tuple[Device, Device]) -> None:
    laptop, _ = devices
    laptop.access_token = "expired"
    with pytest.raises(TransportError) as rejected:
        async with socket(laptop):
            pytest.fail("it was let in")
    assert close_reason(rejected.value) == (4403, "This access token is not valid, or has expired: refresh it.")
