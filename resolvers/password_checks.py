"""Password checks: rate limited, and equally expensive for accounts that do not exist."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidCredentials, RateLimited
from sessionql.resolvers.events import Actor, build_event
from sessionql.resolvers.rate_limits import consume, password_limits
from sessionql.storage import Repositories
from sessionql.storage.rate_limits import ConsumedAttempt
from sessionql.storage.records import EventKind, SessionRecord
from sessionql.storage.users import Credentials

NO_USER_ID = UUID(int=0)
MAX_CONCURRENT_PER_ADDRESS = 4
"""Concurrent password checks per network in one worker. More would only wait for the processors."""

FindCredentials = Callable[[Repositories], Awaitable[Credentials | None]]


@dataclass(frozen=True, slots=True, repr=False)
class VerifiedPassword:
    """The credentials of a correct password, and the attempts to refund in the transaction of the success."""

    credentials: Credentials
    attempts: Sequence[ConsumedAttempt]


@dataclass(frozen=True, slots=True, repr=False)
class PasswordCheck:
    """One password check: `account` is the rate-limit key, `find` loads the hash."""

    account: str
    password: str
    find: FindCredentials
    session: SessionRecord | None = None
    """The session of the requester; None before log-in."""


@asynccontextmanager
async def check_password(
    deps: Dependencies, check: PasswordCheck, client: ClientInfo
) -> AsyncIterator[VerifiedPassword | InvalidCredentials | RateLimited]:
    """Check the password of an account. An unknown account takes as long as a wrong password.

    The next check of the same account waits until the end of the block: put the transaction that refunds the attempts
    inside the block.
    """
    by_network, by_account = password_limits(deps, check.account, client)
    acquire = deps.keyed_semaphore.acquire
    async with acquire(by_account.key, 1), acquire(by_network.key, MAX_CONCURRENT_PER_ADDRESS):
        attempts = await consume(deps, by_network, by_account)
        if isinstance(attempts, RateLimited):
            yield attempts
        else:
            yield await _check(deps, check, attempts, client)


async def _check(
    deps: Dependencies, check: PasswordCheck, attempts: Sequence[ConsumedAttempt], client: ClientInfo
) -> VerifiedPassword | InvalidCredentials:
    async with deps.storage.reading() as repositories:
        found = await check.find(repositories)
    if await deps.passwords.verify(check.password, found.password_hash if found else None) and found is not None:
        return VerifiedPassword(found, attempts)
    await _record_failure(deps, check, found, attempts, client)
    return InvalidCredentials()


async def _record_failure(
    deps: Dependencies,
    check: PasswordCheck,
    found: Credentials | None,
    attempts: Sequence[ConsumedAttempt],
    client: ClientInfo,
) -> None:
    now = deps.clock()
    async with deps.storage.transaction() as repositories:
        # Also for an unknown account: the commit is the slowest step, and its absence would reveal the account.
        for attempt in attempts:
            await repositories.rate_limits.note_failure(attempt, now)
        # The same statement for an account that does not exist or is being deleted; it inserts nothing then.
        user_id = found.user.id if found else NO_USER_ID
        session_id = check.session.id if check.session else None
        kind, actor = EventKind.LOGIN_FAILED, Actor(session_id=session_id)
        event = build_event(deps, user_id, kind, client, now, session_id=session_id, actor=actor)
        await repositories.events.add_if_known(event)
