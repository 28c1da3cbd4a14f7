"""Password checks: rate limited, and equally expensive for accounts that do not exist."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidCredentials, RateLimited
from sessionql.resolvers.events import Actor, build_event
from sessionql.resolvers.rate_limits import PasswordLimits, consume
from sessionql.resolvers.requester import Unauthenticated
from sessionql.storage import Repositories
from sessionql.storage.rate_limits import ConsumedAttempt
from sessionql.storage.records import EventKind, EventRecord, RevocationReason, SessionRecord
from sessionql.storage.users import Credentials

NO_USER_ID = UUID(int=0)
MAX_CONCURRENT = 4
"""Concurrent password checks per network in one worker, and of an account in all networks where it is not known. More
would only wait for the processors."""

FindCredentials = Callable[[Repositories], Awaitable[Credentials | None]]


@dataclass(frozen=True, slots=True, repr=False)
class VerifiedPassword:
    """The credentials of a correct password, and the attempts to refund in the transaction of the success."""

    credentials: Credentials
    attempts: Sequence[ConsumedAttempt]


@dataclass(frozen=True, slots=True, repr=False)
class PasswordCheck:
    """One password check with its limits. `find` loads the hash."""

    limits: PasswordLimits
    password: str
    find: FindCredentials
    session: SessionRecord | None = None
    """The session of the requester; None before log-in."""


@asynccontextmanager
async def check_password(
    deps: Dependencies, check: PasswordCheck, client: ClientInfo
) -> AsyncIterator[VerifiedPassword | InvalidCredentials | RateLimited]:
    """Check the password of an account. An unknown account takes as long as a wrong password.

    The next check under the same narrowest limit waits until the end of the block: put the transaction that refunds
    the attempts inside the block. Raises Unauthenticated when the session has ended after too many wrong passwords,
    and ServerBusy, without counting an attempt, when too many checks wait.
    """
    async with _turn(deps, check.limits):
        attempts = await consume(deps, *check.limits.all)
        if isinstance(attempts, RateLimited):
            yield attempts
        else:
            yield await _check(deps, check, attempts, client)


@asynccontextmanager
async def _turn(deps: Dependencies, limits: PasswordLimits) -> AsyncIterator[None]:
    async with AsyncExitStack() as held:
        # In the order from narrow to wide, so that two checks never wait for each other.
        await held.enter_async_context(deps.keyed_semaphore.acquire(limits.narrowest.key, 1))
        for key in limits.shared:
            await held.enter_async_context(deps.keyed_semaphore.acquire(key, MAX_CONCURRENT))
        held.enter_context(deps.passwords.place(reserved=not limits.shared))
        yield


async def _check(
    deps: Dependencies, check: PasswordCheck, attempts: Sequence[ConsumedAttempt], client: ClientInfo
) -> VerifiedPassword | InvalidCredentials:
    async with deps.storage.reading() as repositories:
        found = await check.find(repositories)
    if await deps.passwords.verify(check.password, found.password_hash if found else None) and found is not None:
        return VerifiedPassword(found, attempts)
    if await _record_failure(deps, check, found, attempts, client):
        raise Unauthenticated(rejected=True)
    return InvalidCredentials()


async def _record_failure(
    deps: Dependencies,
    check: PasswordCheck,
    found: Credentials | None,
    attempts: Sequence[ConsumedAttempt],
    client: ClientInfo,
) -> bool:
    """Write the failure, and end the session if it had too many. Whether the session ended."""
    now, session = deps.clock(), check.session
    # The same statement for an account that does not exist or is being deleted; it inserts nothing then.
    user_id = found.user.id if found else NO_USER_ID
    session_id = session.id if session else None
    actor = Actor(session_id=session_id)

    def build(kind: EventKind) -> EventRecord:
        return build_event(deps, user_id, kind, client, now, session_id=session_id, actor=actor)

    async with deps.storage.transaction() as repositories:
        await repositories.events.add_if_known(build(EventKind.LOGIN_FAILED))
        ended = session if _is_last(check, attempts) else None
        reason = RevocationReason.WRONG_PASSWORDS
        if ended and await repositories.sessions.revoke(ended.user_id, ended.id, reason, now):
            await repositories.events.add(build(EventKind.SESSION_REVOKED))
        # Also for an unknown account: the commit is the slowest step, and its absence would reveal the account.
        await repositories.rate_limits.note_failure(attempts[0], now)
    return ended is not None


def _is_last(check: PasswordCheck, attempts: Sequence[ConsumedAttempt]) -> bool:
    """Whether the session has no failure left."""
    failures = check.limits.session_failures
    return any(each.limit == failures and 0 < each.limit.max_attempts <= each.count for each in attempts)
