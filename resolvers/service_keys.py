"""Service keys: how another service, or an operator's tool, proves who it is.

A key is the id of its row and a secret of 32 random bytes. Only the secret's SHA-256 is kept: a slow
hash protects secrets that people choose, and nobody guesses 256 random bits.
"""

import logging
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from uuid import UUID

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidInput
from sessionql.resolvers.requester import ClientInfo
from sessionql.resolvers.values.ids import parse_id
from sessionql.resolvers.values.names import MAX_NAME_LENGTH, clean_name
from sessionql.storage.records import Scope, ServiceKeyRecord

log = logging.getLogger("sessionql.service_keys")

# 16 bytes of id and 32 of secret: base64url writes them in 64 characters with no bit to spare.
_ID_BYTES = 16
_SECRET_BYTES = 32
PREFIX = "sqls_"
"""The first characters of each key, by which secret scanners recognise it."""
_SHAPE = re.compile(PREFIX + r"[A-Za-z0-9_-]{64}")


class Forbidden(Exception):
    """The service key is good, but it was not made for this."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(f"This service key lacks the scope {scope.value}.")


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A service that asks with a live key."""

    key: ServiceKeyRecord

    @property
    def name(self) -> str:
        return self.key.name

    def require(self, scope: Scope) -> None:
        """Raises Forbidden when the key lacks the scope."""
        if scope not in self.key.scopes:
            raise Forbidden(scope)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made, and its token, which is shown once and kept nowhere."""

    key: ServiceKeyRecord
    token: str = field(repr=False)


async def create_key(deps: Dependencies, name: str, scopes: Collection[Scope]) -> NewKey | InvalidInput:
    """Make a key for what its scopes say."""
    cleaned = clean_name(name, ("name",))
    if not isinstance(cleaned, str):
        return InvalidInput(
            f"A key has a name of 1 to {MAX_NAME_LENGTH} characters, none a control character.", ("name",)
        )
    if not scopes:
        return InvalidInput("A key has at least one scope.", ("scopes",))
    key = ServiceKeyRecord(deps.new_id(), cleaned, frozenset(scopes), deps.clock(), None)
    secret = token_bytes(_SECRET_BYTES)
    async with deps.storage.transaction() as repositories:
        await repositories.service_keys.add(key, _hash(secret))
    return NewKey(key, PREFIX + urlsafe_b64encode(key.id.bytes + secret).decode())


async def list_keys(deps: Dependencies) -> Sequence[ServiceKeyRecord]:
    """Every key, oldest first, revoked ones too."""
    async with deps.storage.reading() as repositories:
        return await repositories.service_keys.list()


async def revoke_key(deps: Dependencies, key_id: str) -> ServiceKeyRecord | None:
    """End a key with the very next request; None when there is no such key, or it was revoked before."""
    wanted = parse_id(key_id)
    if wanted is None:
        return None
    async with deps.storage.transaction() as repositories:
        return await repositories.service_keys.revoke(wanted, deps.clock())


async def authenticate_service(deps: Dependencies, token: str, client: ClientInfo) -> ServiceAccount | None:
    """Whose key this is; None when it is none of ours or was revoked. Read anew for every request."""
    if not _SHAPE.fullmatch(token):
        return None
    raw = urlsafe_b64decode(token.removeprefix(PREFIX))
    key_id, secret = UUID(bytes=raw[:_ID_BYTES]), raw[_ID_BYTES:]
    async with deps.storage.reading() as repositories:
        key = await repositories.service_keys.find(key_id, _hash(secret))
    if key is None:
        log.info("Rejected a service key from %s", client.ip_address)
        return None
    return ServiceAccount(key)


def _hash(secret: bytes) -> str:
    return sha256(secret).hexdigest()
