"""Service keys: returned once, stored as a hash, one encoding, rejected from the next request after revocation on."""

import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

import pytest
from sqlalchemy import text

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidInput
from sessionql.resolvers.requester import authenticate
from sessionql.resolvers.service_keys import (
    Forbidden,
    NewKey,
    ServiceAccount,
    authenticate_service,
    create_key,
    list_keys,
    revoke_key,
)
from sessionql.resolvers.tokens.refresh import verify
from sessionql.storage.records import Scope
from tests.resolvers.builders import LAPTOP, a_service, sign_up
from tests.resolvers.handmade_tokens import BASE64URL
from tests.resolvers.test_requester import pieces


async def create(deps: Dependencies, *scopes: Scope, name: str = "Shop") -> NewKey:
    made = await create_key(deps, name, scopes or [Scope.INTROSPECT])
    assert isinstance(made, NewKey)
    return made


async def is_authenticated(deps: Dependencies, token: str) -> bool:
    return await authenticate_service(deps, token, LAPTOP) is not None


async def test_a_key_allows_what_its_scopes_contain(deps: Dependencies) -> None:
    made = await create(deps, Scope.INTROSPECT, Scope.OPERATOR)

    service = await authenticate_service(deps, made.token, LAPTOP)

    assert service is not None
    assert service == ServiceAccount(made.key)
    assert (service.name, service.key.created_at) == ("Shop", deps.clock())
    service.require(Scope.OPERATOR)
    service.require(Scope.INTROSPECT)
    for other in (Scope.CREATE_SESSIONS, Scope.REAUTHENTICATE):
        with pytest.raises(Forbidden, match=rf"^This service key lacks the scope {other}\.$"):
            service.require(other)


async def test_a_revoked_key_is_rejected_by_the_very_next_request(deps: Dependencies) -> None:
    """A revocation that succeeds and does nothing: doorkeeper's CVE-2018-1000211."""
    made, other = await create(deps), await create(deps, name="Other")
    assert await is_authenticated(deps, made.token)

    revoked = await revoke_key(deps, str(made.key.id))

    assert revoked is not None
    assert not await is_authenticated(deps, made.token)
    assert await is_authenticated(deps, other.token)
    assert await list_keys(deps) == [revoked, other.key]
    assert await revoke_key(deps, str(made.key.id)) is None, "and says so when there was nothing to do"


@pytest.mark.parametrize("id_", ["", "x", "019ab000-0000-7000-8000-0000000000a1", "\0"])
async def test_text_that_is_not_a_key_id_cannot_be_revoked(deps: Dependencies, id_: str) -> None:
    made = await create(deps)

    assert await revoke_key(deps, id_) is None
    assert await revoke_key(deps, made.token) is None, "a key is revoked by its id, which is no secret"
    assert await is_authenticated(deps, made.token)


async def test_every_character_counts(deps: Dependencies) -> None:
    made = await create(deps)

    for place, there in enumerate(made.token):
        for other in {BASE64URL[(BASE64URL.find(there) + 1) % 64], BASE64URL[(BASE64URL.find(there) ^ 1) % 64], "="}:
            if other != there:
                assert not await is_authenticated(deps, made.token[:place] + other + made.token[place + 1 :]), place


@pytest.mark.parametrize("extra", ["=", " ", "\n", "\0", "A", "\ud800"])
async def test_nothing_can_be_added_or_left_out(deps: Dependencies, extra: str) -> None:
    token = (await create(deps)).token

    for odd in (token + extra, extra + token, token[:-1], token[1:], token.upper(), "Bearer " + token, "sqls_"):
        assert not await is_authenticated(deps, odd)


async def test_the_secret_of_one_key_does_not_verify_another(deps: Dependencies) -> None:
    one, other = await create(deps), await create(deps)

    # The prefix and 15 of the 16 bytes of the ID are 25 characters: the next character has the rest and no secret.
    mixed = urlsafe_b64encode(one.key.id.bytes + urlsafe_b64decode(other.token.removeprefix("sqls_"))[16:])

    assert not await is_authenticated(deps, f"sqls_{mixed.decode()}")


async def test_the_database_contains_nothing_that_authenticates(deps: Dependencies) -> None:
    made = await create(deps)
    secret = urlsafe_b64decode(made.token.removeprefix("sqls_"))[16:]

    async with deps.storage.database.reading() as tx:
        (row,) = await tx.fetch_all(text("SELECT * FROM service_keys"), {})

    kept = " ".join(map(str, row))
    assert sha256(secret).hexdigest() in kept
    assert not any(piece in kept for piece in pieces(made.token.removeprefix("sqls_")) | pieces(secret.hex()))


async def test_keys_and_tokens_are_not_interchangeable(deps: Dependencies) -> None:
    made, ana = await create(deps), await sign_up(deps)

    assert await authenticate(deps, made.token, LAPTOP) is None
    assert verify(made.token, deps.tokens.keys().refresh) is None
    for token in (ana.tokens.access.text, ana.tokens.refresh):
        assert not await is_authenticated(deps, token)
        assert not await is_authenticated(deps, "sqls_" + token.removeprefix("sqlr_"))


async def test_keys_are_never_in_a_repr(deps: Dependencies, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = await create(deps)
    await is_authenticated(deps, made.token)
    await revoke_key(deps, str(made.key.id))
    await is_authenticated(deps, made.token)

    assert "Rejected a service key from 192.0.2.1" in caplog.text
    shown = caplog.text + repr(made) + repr(await a_service(deps)) + repr(await list_keys(deps))
    assert not any(piece in shown for piece in pieces(made.token))


@pytest.mark.parametrize(("name", "path"), [("", "name"), (" ", "name"), ("a\nb", "name"), ("x" * 81, "name")])
async def test_a_key_must_have_a_name(deps: Dependencies, name: str, path: str) -> None:
    rejected = await create_key(deps, name, [Scope.OPERATOR])
    assert isinstance(rejected, InvalidInput)
    assert rejected.path == (path,)
    assert await list_keys(deps) == []


async def test_a_key_without_a_scope_is_not_created(deps: Dependencies) -> None:
    assert isinstance(await create_key(deps, "Shop", []), InvalidInput)
    assert await list_keys(deps) == []
