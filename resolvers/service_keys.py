"""Service keys: bearer keys by which other services and operator tools authenticate.

A key contains the ID of its row and 32 random bytes. The database keeps only the SHA-256 of the secret: a slow hash
protects passwords, while 256 random bits cannot be guessed.
"""

import logging
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from uuid import UUID

from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidInput
from sessionql.resolvers.values.ids import parse_id
from sessionql.resolvers.values.names import MAX_NAME_LENGTH, clean_name
from sessionql.storage.records import Scope, ServiceKeyRecord

log = logging.getLogger("sessionql.service_keys")

# 16 bytes of ID and 32 of secret are 64 base64url characters without spare bits: each key has one encoding.
_ID_BYTES = 16
_SECRET_BYTES = 32
PREFIX = "sqls_"
"""The first characters of each key, by which secret scanners recognise it."""
_PATTERN = re.compile(PREFIX + r"[A-Za-z0-9_-]{64}")


class Forbidden(Exception):
    """The service key is valid but lacks the required scope."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(f"This service key lacks the scope {scope.value}.")


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A service that authenticated with a key that is not revoked."""

    key: ServiceKeyRecord

    @property
    def name(self) -> str:
        return self.key.name

    def require(self, scope: Scope) -> None:
        """Raise Forbidden when the key lacks the scope."""
        if scope not in self.key.scopes:
            raise Forbidden(scope)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A new key with its token. The token is returned once and not stored."""

    key: ServiceKeyRecord
    token: str = field(repr=False)


async def create_key(deps: Dependencies, name: str, scopes: Collection[Scope]) -> NewKey | InvalidInput:
    """Create a key with these scopes."""
    cleaned = clean_name(name, ("name",))
    if not isinstance(cleaned, str):
        return InvalidInput(
            f"A key must have a name of 1 to {MAX_NAME_LENGTH} characters without control characters.", ("name",)
        )
    if not scopes:
        return InvalidInput("A key must have at least one scope.", ("scopes",))
    key = ServiceKeyRecord(deps.new_id(), cleaned, frozenset(scopes), deps.clock(), None)
    secret = token_bytes(_SECRET_BYTES)
    async with deps.storage.transaction() as repositories:
        await repositories.service_keys.add(key, _hash(secret))
    return NewKey(key, PREFIX + urlsafe_b64encode(key.id.bytes + secret).decode())


async def list_keys(deps: Dependencies) -> Sequence[ServiceKeyRecord]:
    """Return all keys, oldest first, including revoked ones."""
    async with deps.storage.reading() as repositories:
        return await repositories.service_keys.list()


async def revoke_key(deps: Dependencies, key_id: str) -> ServiceKeyRecord | None:
    """Revoke a key, effective for the next request. None when it does not exist or was revoked before."""
    parsed_id = parse_id(key_id)
    if parsed_id is None:
        return None
    async with deps.storage.transaction() as repositories:
        return await repositories.service_keys.revoke(parsed_id, deps.clock())


async def authenticate_service(deps: Dependencies, token: str, client: ClientInfo) -> ServiceAccount | None:
    """Authenticate a service key; its row is read for every request. None when it is unknown or revoked."""
    if not _PATTERN.fullmatch(token):
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
