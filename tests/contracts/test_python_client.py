"""The generated Python client of graphql_examples/python against a server."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import httpx
import pytest
from example import all_sessions, tokens_of
from pydantic import ValidationError
from session_auth import SessionAuth, Tokens
from sessionql_client import Client, RegisterInput, SessionFilter
from sessionql_client.base_client import GraphQLFailure
from sessionql_client.enums import ErrorCode
from sessionql_client.node import NodeNodeNode, NodeNodeSession
from sessionql_client.register import RegisterRegisteredErrorsEmailTakenError

from tests.support.constants import FIREFOX

pytestmark = pytest.mark.contract("ariadne-codegen (graphql_examples/python)")


class Laptop:
    """A client with a session, and the requests that it sent."""

    def __init__(self, url: str) -> None:
        self.auth = SessionAuth()
        self.sent: list[str] = []
        hooks = {"request": [self._note]}
        self.http = httpx.AsyncClient(auth=self.auth, event_hooks=hooks, headers={"User-Agent": FIREFOX})
        self.client = Client(f"{url}/graphql", self.http)
        self.input = RegisterInput(email=f"{secrets.token_hex(8)}@example.com", password="correct horse battery")

    async def register(self) -> str:
        """Register; returns the ID of the session."""
        payload = (await self.client.register(self.input)).registered
        assert payload.session
        self.auth.tokens = tokens_of(payload.tokens)
        return payload.session.id

    async def _note(self, request: httpx.Request) -> None:
        self.sent.append(request.content.decode())


@pytest.fixture
async def laptop(server_url: str) -> AsyncIterator[Laptop]:
    laptop = Laptop(server_url)
    async with laptop.client:
        yield laptop


async def test_concurrent_rejected_requests_share_one_refresh(laptop: Laptop) -> None:
    session_id = await laptop.register()
    assert laptop.auth.tokens
    laptop.auth.tokens = Tokens("expired", laptop.auth.tokens.refresh_token)

    answers = await asyncio.gather(*(laptop.client.my_sessions() for _ in range(5)))

    assert [each.my_sessions[0].id for each in answers] == [session_id] * 5
    assert sum("mutation Refresh" in each for each in laptop.sent) == 1


async def test_a_revoked_session_ends_the_client(laptop: Laptop) -> None:
    revoked = (await laptop.client.revoke_session(await laptop.register())).revoke_session
    assert revoked.was_current
    with pytest.raises(GraphQLFailure, match="You are not signed in") as rejected:
        await laptop.client.my_sessions()
    assert rejected.value.codes == ["UNAUTHENTICATED"]
    assert laptop.auth.tokens is None


async def test_a_response_that_is_not_graphql_is_an_error() -> None:
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(502, text="Bad gateway")))
    async with Client("https://sessionql.test/graphql", http) as client:
        with pytest.raises(httpx.HTTPStatusError, match="502"):
            await client.my_sessions()


async def test_failures_are_classes_and_share_an_interface(laptop: Laptop) -> None:
    await laptop.register()
    (error,) = (await laptop.client.register(laptop.input)).registered.errors
    assert isinstance(error, RegisterRegisteredErrorsEmailTakenError)
    assert (error.code, error.path) == (ErrorCode.EMAIL_TAKEN, ["input", "email"])


async def test_types_that_were_not_selected_are_accepted(laptop: Laptop) -> None:
    session_id = await laptop.register()
    assert isinstance((await laptop.client.node(session_id)).node, NodeNodeSession)
    user = (await laptop.http.post(laptop.client.url, json={"query": "{ me { id } }"})).json()["data"]["me"]
    found = (await laptop.client.node(user["id"])).node
    assert isinstance(found, NodeNodeNode)
    assert (found.id, found.typename__) == (user["id"], "User")


async def test_instants_have_an_offset(laptop: Laptop) -> None:
    session_id = await laptop.register()
    (session,) = (await laptop.client.my_sessions()).my_sessions
    assert session.last_active.tzinfo

    unused = SessionFilter.model_validate({"inactiveSince": session.last_active})
    page = (await laptop.client.sessions_page(filter_=unused)).me
    assert page
    assert page.sessions.total_count == 0
    assert [each.id for each in await all_sessions(laptop.client, page_size=1)] == [session_id]

    with pytest.raises(ValidationError, match="timezone"):
        SessionFilter.model_validate({"inactiveSince": session.last_active.replace(tzinfo=None)})
