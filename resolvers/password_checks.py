"""Checking a password: counted before it is checked, and the same for an account that is not there."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidCredentials, RateLimited
from sessionql.resolvers.events import build_event
from sessionql.resolvers.rate_limits import consume, password_limits
from sessionql.resolvers.requester import ClientInfo
from sessionql.storage import Repositories
from sessionql.storage.rate_limits import ConsumedAttempt
from sessionql.storage.records import EventKind, SessionRecord
from sessionql.storage.users import Credentials

NO_USER_ID = UUID(int=0)
MAX_CONCURRENT_PER_ADDRESS = 4
"""Passwords of one address that a worker looks at together: more would only wait for its processors."""

Find = Callable[[Repositories], Awaitable[Credentials | None]]


@dataclass(frozen=True, slots=True, repr=False)
class VerifiedPassword:
    """Whose password it is, and the attempts to give back when that comes to something."""

    credentials: Credentials
    attempts: Sequence[ConsumedAttempt]


@dataclass(frozen=True, slots=True, repr=False)
class PasswordCheck:
    """A password to check: of the account that `find` gives, which people call `account`."""

    account: str
    password: str
    find: Find
    session: SessionRecord | None = None
    """The session that asks, if there is one."""


@asynccontextmanager
async def check_password(
    deps: Dependencies, check: PasswordCheck, client: ClientInfo
) -> AsyncIterator[VerifiedPassword | InvalidCredentials | RateLimited]:
    """Whether the password is the account's. An unknown account costs the same as a wrong password.

    The next check of the account waits until the block is over: what comes of this one, and gives its
    attempts back, belongs into the block.
    """
    by_address, by_account = password_limits(deps, check.account, client)
    turn = deps.keyed_semaphore.acquire
    # Attempts count from their beginning: without turns, those that are right would fail each other.
    async with turn(by_account.key, 1), turn(by_address.key, MAX_CONCURRENT_PER_ADDRESS):
        attempts = await consume(deps, by_address, by_account)
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
        # Written for an unknown account too: committing takes longer than all the rest here.
        for attempt in attempts:
            await repositories.rate_limits.note_failure(attempt, now)
        # An account that is not there, or is just being deleted, has no events: the same work comes to nothing.
        user_id = found.user.id if found else NO_USER_ID
        session_id = check.session.id if check.session else None
        kind = EventKind.LOGIN_FAILED
        failed = build_event(deps, user_id, kind, client, now, session_id=session_id, actor_id=session_id)
        await repositories.events.add_if_known(failed)
