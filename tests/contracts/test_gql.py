"""The Python client `gql` over HTTP."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport, HTTPXTransport
from gql.utilities import update_schema_scalar
from graphql import GraphQLError, GraphQLScalarType, build_schema
from session_auth import SessionAuth, Tokens

from sessionql.schema.build import SDL_FILE
from tests.support.constants import FIREFOX, IPHONE

pytestmark = pytest.mark.contract("gql over HTTP (Python)")

EXAMPLES = Path(__file__).parents[2] / "graphql_examples"
REGISTER, LOG_IN, MY_SESSIONS, REVOKE, RENAME, PAGE = (
    (EXAMPLES / f"{name}.graphql").read_text(encoding="utf-8")
    for name in (
        "01_register",
        "02_log_in",
        "03_my_sessions",
        "04_revoke_session",
        "07_rename_session",
        "09_sessions_page",
    )
)
GUESS = """mutation($input: LoginInput!) { login(input: $input) {
  tokens { accessToken refreshToken }
  errors { ... on UserError { code } ... on RateLimitedError { retryAfterSeconds } }
} }"""
RENAME_ENDED = """mutation($input: RenameSessionInput!) { renameSession(input: $input) {
  errors { __typename ... on UserError { code } ... on SessionEndedError { endedAt } }
} }"""
PASSWORD = "correct horse battery"


class Device:
    """A client with a session; gql validates operations against the SDL before it sends them."""

    def __init__(self, session: AsyncClientSession, auth: SessionAuth) -> None:
        self._session = session
        self.auth = auth
        self.session_id = ""

    async def ask(self, query: str, **variables: Any) -> Any:
        """Return the data of an operation. Raises the errors of gql."""
        return await self._session.execute(GraphQLRequest(query, variable_values=variables or None))

    async def sign_in(self, query: str, email: str, password: str = PASSWORD) -> Any:
        """Return the payload of `register` or `login`; keep the tokens on success."""
        (payload,) = (await self.ask(query, input={"email": email, "password": password})).values()
        if payload["tokens"]:
            self.session_id = payload["session"]["id"]
            self.auth.tokens = Tokens(payload["tokens"]["accessToken"], payload["tokens"]["refreshToken"])
        return payload


@asynccontextmanager
async def device(url: str, user_agent: str = FIREFOX, **options: Any) -> AsyncIterator[Device]:
    """Connect a client to the server; it uses the SDL unless `options` are given."""
    auth = SessionAuth()
    transport = HTTPXAsyncTransport(f"{url}/graphql", auth=auth, headers={"User-Agent": user_agent})
    client = Client(transport=transport, **options or {"schema": SDL_FILE.read_text(encoding="utf-8")})
    async with client as session:
        yield Device(session, auth)


@pytest.fixture
def email() -> str:
    return f"{secrets.token_hex(8)}@example.com"


def codes(error: TransportQueryError) -> list[str]:
    """Return the codes of the errors."""
    return [each["extensions"]["code"] for each in error.errors or []]


async def test_two_devices_see_each_other_and_one_signs_the_other_out(server_url: str, email: str) -> None:
    async with device(server_url) as laptop, device(server_url, IPHONE) as phone:
        assert (await laptop.sign_in(REGISTER, email))["session"]["device"] == "Firefox on Ubuntu"
        assert (await phone.sign_in(LOG_IN, email))["session"]["device"] == "Safari on iPhone"

        shown = (await laptop.ask(MY_SESSIONS))["mySessions"]
        assert {each["id"]: each["isCurrent"] for each in shown} == {laptop.session_id: True, phone.session_id: False}

        renamed = await laptop.ask(RENAME, input={"sessionId": phone.session_id, "name": "Ana's phone"})
        assert (renamed["renameSession"]["session"]["name"], renamed["renameSession"]["errors"]) == ("Ana's phone", [])

        revoked = (await laptop.ask(REVOKE, sessionId=phone.session_id))["revokeSession"]
        assert (revoked["session"]["state"], revoked["wasCurrent"], revoked["errors"]) == ("REVOKED", False, [])
        with pytest.raises(TransportQueryError) as rejected:
            await phone.ask(MY_SESSIONS)
        assert codes(rejected.value) == ["UNAUTHENTICATED"]
        assert phone.auth.tokens is None, "its refresh token was rejected too"


async def test_a_connection_is_read_page_by_page(server_url: str, email: str) -> None:
    async with device(server_url) as laptop, device(server_url, IPHONE) as phone:
        await laptop.sign_in(REGISTER, email)
        signed_in = [laptop.session_id] + [(await phone.sign_in(LOG_IN, email))["session"]["id"] for _ in range(4)]

        found, after, more = list[str](), None, True
        while more:
            page = (await laptop.ask(PAGE, first=2, after=after))["me"]["sessions"]
            assert page["totalCount"] == len(signed_in)
            found += [each["id"] for each in page["nodes"]]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

        assert sorted(found) == sorted(signed_in)


async def test_errors_of_a_union_are_distinguished_or_read_through_their_interface(server_url: str, email: str) -> None:
    async with device(server_url) as laptop, device(server_url) as other:
        await laptop.sign_in(REGISTER, email)
        (taken,) = (await other.sign_in(REGISTER, email))["errors"]
        assert (taken["__typename"], taken["code"], taken["path"]) == (
            "EmailTakenError",
            "EMAIL_TAKEN",
            ["input", "email"],
        )

        await other.sign_in(LOG_IN, email)
        await laptop.ask(REVOKE, sessionId=other.session_id)
        rename = {"sessionId": other.session_id, "name": "Too late"}
        (ended,) = (await laptop.ask(RENAME_ENDED, input=rename))["renameSession"]["errors"]
        assert (ended["__typename"], ended["code"]) == ("SessionEndedError", "SESSION_ENDED")
        assert datetime.fromisoformat(ended["endedAt"])

        failures = [(await other.sign_in(GUESS, email, "wrong"))["errors"][0] for _ in range(6)]
        assert [each["code"] for each in failures] == ["INVALID_CREDENTIALS"] * 5 + ["RATE_LIMITED"]
        assert failures[-1]["retryAfterSeconds"] > 0


async def test_a_rejected_token_is_refreshed_and_the_request_sent_again(server_url: str, email: str) -> None:
    async with device(server_url) as laptop:
        await laptop.sign_in(REGISTER, email)
        assert laptop.auth.tokens
        laptop.auth.tokens = expired = Tokens("expired", laptop.auth.tokens.refresh_token)

        (session,) = (await laptop.ask(MY_SESSIONS))["mySessions"]
        assert (session["id"], session["device"]) == (laptop.session_id, "Firefox on Ubuntu")
        assert laptop.auth.tokens != expired


async def test_without_a_token_the_error_is_unauthenticated(server_url: str) -> None:
    async with device(server_url) as unauthenticated:
        with pytest.raises(TransportQueryError, match="You are not signed in") as rejected:
            await unauthenticated.ask(MY_SESSIONS)
        assert codes(rejected.value) == ["UNAUTHENTICATED"]
        assert rejected.value.data is None


async def test_an_invalid_document_is_rejected_by_the_client_or_by_the_server(server_url: str) -> None:
    async with device(server_url) as checked:
        with pytest.raises(GraphQLError, match="Cannot query field 'mySession'"):
            await checked.ask("{ mySession { id } }")
    async with device(server_url, schema=None) as unchecked:
        with pytest.raises(TransportQueryError, match="Cannot query field 'mySession'") as rejected:
            await unchecked.ask("{ mySession { id } }")
        assert codes(rejected.value) == ["GRAPHQL_VALIDATION_FAILED"]
        with pytest.raises(TransportQueryError) as rejected:
            await unchecked.ask(PAGE, first="many")
        assert codes(rejected.value) == ["BAD_USER_INPUT"]


async def test_the_schema_can_be_read_from_the_server(server_url: str, email: str) -> None:
    async with device(server_url, fetch_schema_from_transport=True) as laptop:
        await laptop.sign_in(REGISTER, email)
        assert len((await laptop.ask(MY_SESSIONS))["mySessions"]) == 1
        with pytest.raises(GraphQLError, match="Cannot query field 'mySession'"):
            await laptop.ask("{ mySession { id } }")


async def test_datetime_values_can_be_read_and_sent(server_url: str, email: str) -> None:
    """With a `DateTime` scalar of the program, in both directions."""
    schema = build_schema(SDL_FILE.read_text(encoding="utf-8"))
    instant = GraphQLScalarType("DateTime", serialize=datetime.isoformat, parse_value=datetime.fromisoformat)
    update_schema_scalar(schema, "DateTime", instant)
    unused = "query($at: DateTime) { me { createdAt sessions(filter: {inactiveSince: $at}) { totalCount } } }"
    async with device(server_url, schema=schema, serialize_variables=True, parse_results=True) as laptop:
        await laptop.sign_in(REGISTER, email)
        made = (await laptop.ask("{ me { createdAt } }"))["me"]["createdAt"]
        assert isinstance(made, datetime)
        assert made.tzinfo
        assert (await laptop.ask(unused, at=made))["me"]["sessions"]["totalCount"] == 0


def test_a_synchronous_program_can_use_it(server_url: str) -> None:
    transport = HTTPXTransport(f"{server_url}/graphql")
    client = Client(transport=transport, schema=SDL_FILE.read_text(encoding="utf-8"))
    assert client.execute(GraphQLRequest("{ me { id } }")) == {"me": None}
