"""Checking a password: counted before it is checked, and the same for an account that is not there."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.errors import InvalidCredentials, RateLimited
from sessionql.resolvers.events import event
from sessionql.resolvers.rate_limits import password_limits, take
from sessionql.resolvers.requester import Client
from sessionql.storage import Repositories
from sessionql.storage.rate_limits import Attempt
from sessionql.storage.records import EventKind, SessionRecord
from sessionql.storage.users import Credentials

NOBODY = UUID(int=0)
AT_ONCE = 4
"""Passwords of one address that a worker looks at together: more would only wait for its processors."""

Find = Callable[[Repositories], Awaitable[Credentials | None]]


@dataclass(frozen=True, slots=True, repr=False)
class Checked:
    """Whose password it is, and the attempts to give back when that comes to something."""

    credentials: Credentials
    attempts: Sequence[Attempt]


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
    services: Services, check: PasswordCheck, client: Client
) -> AsyncIterator[Checked | InvalidCredentials | RateLimited]:
    """Whether the password is the account's. An unknown account costs the same as a wrong password.

    The next check of the account waits until the block is over: what comes of this one, and gives its
    attempts back, belongs into the block.
    """
    by_address, by_account = password_limits(services, check.account, client)
    turn = services.turns.turn
    # Attempts count from their beginning: without turns, those that are right would fail each other.
    async with turn(by_account.key, 1), turn(by_address.key, AT_ONCE):
        attempts = await take(services, by_address, by_account)
        if isinstance(attempts, RateLimited):
            yield attempts
        else:
            yield await _check(services, check, attempts, client)


async def _check(
    services: Services, check: PasswordCheck, attempts: Sequence[Attempt], client: Client
) -> Checked | InvalidCredentials:
    async with services.storage.reading() as repositories:
        found = await check.find(repositories)
    if await services.passwords.verify(check.password, found.password_hash if found else None) and found is not None:
        return Checked(found, attempts)
    await _note_failure(services, check, found, attempts, client)
    return InvalidCredentials()


async def _note_failure(
    services: Services,
    check: PasswordCheck,
    found: Credentials | None,
    attempts: Sequence[Attempt],
    client: Client,
) -> None:
    now = services.clock()
    async with services.storage.transaction() as repositories:
        # Written for an unknown account too: committing takes longer than all the rest here.
        for attempt in attempts:
            await repositories.attempts.note_failure(attempt, now)
        # An account that is not there, or is just being deleted, has no events: the same work comes to nothing.
        user_id = found.user.id if found else NOBODY
        session_id = check.session.id if check.session else None
        kind = EventKind.LOGIN_FAILED
        failed = event(services, user_id, kind, client, now, session_id=session_id, actor_id=session_id)
        await repositories.events.add_if_known(failed)
