"""Builders for resolver tests: users, sessions, services, and reads of the stored rows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from sessionql.resolvers.accounts import LogIn, LogInResult, login, register
from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Clock, Dependencies
from sessionql.resolvers.devices.user_agent import describe
from sessionql.resolvers.external_users import ExternalLogin, create_session
from sessionql.resolvers.requester import Requester
from sessionql.resolvers.service_keys import NewKey, ServiceAccount, create_key
from sessionql.resolvers.tokens.access import AccessTokens, Signature
from sessionql.resolvers.tokens.key_file import KeyFile
from sessionql.resolvers.tokens.keys import KeyRing
from sessionql.storage import Repositories, Storage
from sessionql.storage.filters import Page
from sessionql.storage.records import AdminActionRecord, EventRecord, RevocationReason, Scope, SessionRecord, UserRecord

NOW = datetime(2026, 11, 23, 11, 16, 10, 123456, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
LAPTOP = ClientInfo("192.0.2.1", FIREFOX)
PHONE = ClientInfo("198.51.100.7", IPHONE)
PASSWORD = "correct horse battery"
EDDSA = Signature()


async def sign_up(deps: Dependencies, email: str = "ana@example.com", client: ClientInfo = LAPTOP) -> LogInResult:
    """Register a user, signed in on a laptop."""
    signed_in = await register(deps, LogIn(email, PASSWORD), client)
    assert isinstance(signed_in, LogInResult)
    return signed_in


async def sign_in(
    deps: Dependencies, email: str = "ana@example.com", client: ClientInfo = PHONE, name: str | None = None
) -> LogInResult:
    """Start one more session of a user, on a phone."""
    signed_in = await login(deps, LogIn(email, PASSWORD, name), client)
    assert isinstance(signed_in, LogInResult)
    return signed_in


def as_requester(signed_in: LogInResult) -> Requester:
    """Build the requester of this session."""
    return Requester(signed_in.session)


async def find_row(deps: Dependencies, session: SessionRecord) -> SessionRecord | None:
    """Return the stored row of the session, or None."""
    async with deps.storage.reading() as repositories:
        return await repositories.sessions.find(session.user_id, session.id)


async def get_row(deps: Dependencies, session: SessionRecord) -> SessionRecord:
    """Return the stored row of the session, which must exist."""
    row = await find_row(deps, session)
    assert row is not None
    return row


async def events_of(deps: Dependencies, user_id: UUID) -> list[EventRecord]:
    """Return the events of the user, newest first."""
    async with deps.storage.reading() as repositories:
        return list(await repositories.events.list(user_id, None, Page(100)))


async def add_user(deps: Dependencies, email: str = "bob@example.com") -> UserRecord:
    """Store a user without a session."""
    user = UserRecord(uuid7(), email, deps.clock(), None)
    async with deps.storage.transaction() as repositories:
        assert await repositories.users.add(user, email, "no hash")
    return user


async def add_session(deps: Dependencies, user_id: UUID, **changes: Any) -> SessionRecord:
    """Store a session with these values."""
    session = a_session(deps.clock(), user_id=user_id, id=uuid7(), **changes)
    async with deps.storage.transaction() as repositories:
        await repositories.sessions.add(session)
    return session


async def add_many_sessions(deps: Dependencies, clock: Clock) -> LogInResult:
    """Store sessions of every state, device and age for Ana and for Bob. Returns Ana's log-in."""
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")
    phone, now = describe(IPHONE), clock()
    for user in (ana.user, bob.user):
        await add_session(deps, user.id, device=phone, user_agent=IPHONE, name="Anás 100% phone_1")
        await add_session(deps, user.id, device=phone, last_active=now - timedelta(days=10))
        await add_session(deps, user.id, last_active=now - timedelta(days=20), name="Office")
        await add_session(deps, user.id, last_active=now - timedelta(days=31))
        await add_session(deps, user.id, revoked_at=now, revocation_reason=RevocationReason.LOGGED_OUT)
    return ana


def a_session(now: datetime = NOW, **changes: Any) -> SessionRecord:
    """Build a session that starts now, without storing it."""
    session = SessionRecord(
        user_id=UUID("019ab000-0000-7000-8000-0000000000a1"),
        id=UUID("019ab000-0000-7000-8000-0000000000a2"),
        name=None,
        user_agent=FIREFOX,
        ip_address="192.0.2.1",
        created_at=now,
        authenticated_at=now,
        last_active=now,
        generation=0,
        rotated_at=None,
        revoked_at=None,
        revocation_reason=None,
        by_service=False,
        device=describe(FIREFOX),
    )
    return replace(session, **changes)


def make_tokens(
    ring: KeyRing, lifetime: timedelta = timedelta(minutes=5), signature: Signature = EDDSA
) -> AccessTokens:
    """Build AccessTokens that use this key ring."""
    return AccessTokens(lambda: ring, issuer="sessionql", audience="sessionql", lifetime=lifetime, signature=signature)


def make_key_file(path: Path) -> KeyFile:
    """Create a keys file as the first start does."""
    file = KeyFile(path)
    file.load_or_create(NOW)
    return file


class FailingStorage:
    """Storage whose next `failures` transactions fail at their start."""

    def __init__(self, storage: Storage, error: Exception, failures: int) -> None:
        self.lifetimes = storage.lifetimes
        self.failures = failures
        self._storage = storage
        self._error = error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Repositories]:
        if self.failures > 0:
            self.failures -= 1
            raise self._error
        async with self._storage.transaction() as repositories:
            yield repositories


async def a_service(deps: Dependencies, *scopes: Scope, name: str = "Shop") -> ServiceAccount:
    """Create a service whose key has these scopes, or all."""
    created = await create_key(deps, name, scopes or tuple(Scope))
    assert isinstance(created, NewKey)
    return ServiceAccount(created.key)


async def sign_in_externally(deps: Dependencies, subject: str = "crm|42", client: ClientInfo = PHONE) -> LogInResult:
    """Start a session of an external user."""
    signed_in = await create_session(deps, await a_service(deps), ExternalLogin(subject), client)
    assert isinstance(signed_in, LogInResult)
    return signed_in


async def admin_actions_of(deps: Dependencies) -> list[AdminActionRecord]:
    """Return the audit log, newest first."""
    async with deps.storage.reading() as repositories:
        return list(await repositories.admin_actions.list(100))
