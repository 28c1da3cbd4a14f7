"""Forged tokens in requests: each is rejected like an unknown token, and none revokes its session."""

import json
from collections.abc import Callable
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.tokens.keys import KeyRing
from sessionql.storage.records import SessionRecord
from tests.conftest import FakeClock
from tests.resolvers.builders import a_session
from tests.resolvers.handmade_tokens import base64url, forge, hs256, signed, valid_claims, valid_header
from tests.schema.graphql_client import GraphQLClient

ME = "{ me { email } }"
REFRESH = """mutation($token: String!) { refresh(input: {refreshToken: $token}) {
  tokens { refreshToken } errors { __typename ... on RefreshTokenInvalidError { reuseDetected } } } }"""
REJECTED = {"tokens": None, "errors": [{"__typename": "RefreshTokenInvalidError", "reuseDetected": False}]}
THEIRS = KeyRing.generate(FakeClock().now)


@pytest.fixture
def ring(app: FastAPI) -> KeyRing:
    """The keys of the server, which an attacker does not have."""
    deps: Dependencies = app.state.deps
    return deps.tokens.keys()


@pytest.fixture
async def session(ana: GraphQLClient, clock: FakeClock) -> SessionRecord:
    """The ids of Ana's session, as in her tokens."""
    user = (await ana.get("{ me { id } }"))["me"]["id"]
    return a_session(clock(), user_id=UUID(user), id=UUID(ana.session_id))


Forgery = Callable[[KeyRing, SessionRecord], str]
FORGERIES: dict[str, Forgery] = {
    "unsigned": lambda ring, session: forge(valid_header(ring) | {"alg": "none"}, valid_claims(session), lambda _: b""),
    "sealed with the public key": lambda ring, session: forge(
        valid_header(ring) | {"alg": "HS256"}, valid_claims(session), hs256(ring.signing[0].public.public_bytes_raw())
    ),
    "sealed with the published JWK": lambda ring, session: forge(
        valid_header(ring) | {"alg": "HS256"},
        valid_claims(session),
        hs256(json.dumps(ring.signing[0].to_jwk()).encode()),
    ),
    "signed by a key of theirs": lambda _, session: signed(THEIRS, valid_claims(session)),
    "signed by a key of theirs under our id": lambda ring, session: signed(
        THEIRS, valid_claims(session), kid=ring.signing[0].kid
    ),
    "signed by the key that it brings along": lambda ring, session: signed(
        THEIRS, valid_claims(session), jwk=THEIRS.signing[0].to_jwk(), kid=ring.signing[0].kid
    ),
    "signed by a key from an address": lambda _, session: signed(
        THEIRS, valid_claims(session), jku="https://evil.example/jwks.json", x5u="https://evil.example/chain.pem"
    ),
    "with the empty file as its key": lambda ring, session: forge(
        valid_header(ring) | {"alg": "HS256", "kid": "../../../../dev/null"}, valid_claims(session), hs256(b"")
    ),
    "of another type": lambda ring, session: signed(ring, valid_claims(session), typ="JWT"),
    "of another issuer": lambda ring, session: signed(ring, valid_claims(session, iss="https://evil.example")),
    "for another audience": lambda ring, session: signed(ring, valid_claims(session, aud=["sessionql", "else"])),
    "without an end": lambda ring, session: signed(ring, valid_claims(session, exp=...)),
    "encrypted": lambda ring, session: signed(ring, valid_claims(session)) + ".AAAA.AAAA",
}


async def test_a_token_signed_by_the_test_with_the_key_of_the_server_is_valid(
    ana: GraphQLClient, ring: KeyRing, session: SessionRecord
) -> None:
    """So each forged token is rejected only for the part that was forged."""
    ana.token = signed(ring, valid_claims(session))
    assert await ana.get(ME) == {"me": {"email": "ana@example.com"}}


async def test_forged_access_tokens_are_rejected(
    http: httpx.AsyncClient, ana: GraphQLClient, ring: KeyRing, session: SessionRecord
) -> None:
    attacker = GraphQLClient(http)
    for name, make in FORGERIES.items():
        attacker.token = make(ring, session)
        assert await attacker.code(ME) == "UNAUTHENTICATED", name
    assert await ana.get(ME) == {"me": {"email": "ana@example.com"}}, "and Ana's own still works"


async def test_a_truncated_access_token_is_rejected(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    attacker = GraphQLClient(http)
    assert ana.token
    for length in range(len(ana.token)):
        attacker.token = ana.token[:length]
        assert await attacker.code(ME) == "UNAUTHENTICATED", length


@pytest.mark.parametrize(
    "more", [b"=", b"==", b".", b"A", b"\0", b"\xa0", b"\x85", b"\x0c", b"\x1f", b", Bearer x"], ids=repr
)
async def test_an_access_token_with_added_bytes_is_rejected(
    http: httpx.AsyncClient, ana: GraphQLClient, more: bytes
) -> None:
    assert ana.token
    valid = ana.token.encode()
    for token in (valid + more, more + valid):
        headers = {b"Authorization": b"Bearer " + token}
        answer = (await http.post("/graphql", json={"query": ME}, headers=headers)).json()
        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED", token


async def test_a_truncated_refresh_token_is_rejected_and_revokes_nothing(ana: GraphQLClient, clock: FakeClock) -> None:
    valid = ana.refresh_token
    for length in range(len(valid)):
        clock.advance(seconds=4)  # or there would be too many of them
        assert (await ana.get(REFRESH, token=valid[:length]))["refresh"] == REJECTED, length
    for more in ("=", " ", "\n", "\0", "A", "\u00a0"):
        assert (await ana.get(REFRESH, token=valid + more))["refresh"] == REJECTED, repr(more)
    assert (await ana.get(REFRESH, token=valid))["refresh"]["errors"] == []


async def test_neither_kind_of_token_is_accepted_as_the_other(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    other = GraphQLClient(http)
    other.token = ana.refresh_token
    assert await other.code(ME) == "UNAUTHENTICATED"
    assert (await ana.get(REFRESH, token=ana.token))["refresh"] == REJECTED


async def test_an_unencrypted_refresh_token_is_rejected_and_revokes_nothing(
    ana: GraphQLClient, session: SessionRecord
) -> None:
    body = b"\1" + session.user_id.bytes + session.id.bytes + bytes(4)
    for seal in (bytes(32), hs256(b"")(body), hs256(bytes(32))(body)):
        assert (await ana.get(REFRESH, token=f"sqlr_{base64url(body + seal)}"))["refresh"] == REJECTED
    assert (await ana.get(REFRESH, token=ana.refresh_token))["refresh"]["errors"] == []
