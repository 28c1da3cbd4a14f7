"""For whom the unsent bytes of a connection are counted: the network of its client, and its session."""

from contextlib import nullcontext
from types import SimpleNamespace

import httpx
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from sessionql.http_kit.transport import STATE_KEY
from tests.schema.graphql_client import GraphQLClient


async def test_the_bytes_of_a_request_are_those_of_its_network_and_session(app: FastAPI) -> None:
    connection = SimpleNamespace(owners=(), on_shutdown=nullcontext)

    async def with_connection(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": {STATE_KEY: connection}}, receive, send)

    transport = httpx.ASGITransport(with_connection, client=("2001:db8:1:2::77", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://sessionql.test") as http:
        ana = await GraphQLClient(http).register("ana@example.com")
        assert connection.owners == ("2001:db8:1:2::",)
        (session,) = (await ana.get("{ mySessions { id } }"))["mySessions"]
        assert [str(owner) for owner in connection.owners] == ["2001:db8:1:2::", session["id"]]
        await http.get("/sessions")
        assert connection.owners == ("2001:db8:1:2::",)
        assert (await http.get("/sessions", headers={"authorization": f"Bearer {ana.token}"})).is_success
        assert [str(owner) for owner in connection.owners] == ["2001:db8:1:2::", session["id"]]
