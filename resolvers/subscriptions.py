"""Subscriptions: the events and revocations of the requester's account as they happen, until their session ends."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from datetime import timedelta
from enum import Enum, auto

from sessionql.resolvers.background.pubsub import StreamInterrupted, Subscriber, UserUpdate
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.requester import AuthError, Requester, check_session, is_token_valid
from sessionql.storage.records import EventKind, EventRecord, SessionRecord

MAX_WAIT = timedelta(days=1)
"""Longest wait for an expiry before the clock is read again: the system clock may be changed meanwhile."""


class EndReason(Enum):
    """Why a stream must end."""

    REVOKED = auto()
    EXPIRED = auto()
    REPLACED = auto()
    """The user re-authenticated, which replaced the token of the stream."""
    TOKEN_INVALID = auto()
    """The access token expired, or the key that signed it was removed."""
    INTERRUPTED = auto()
    """Updates were lost; the client must subscribe again."""


async def wait_until_invalid(deps: Dependencies, requester: Callable[[], Requester]) -> EndReason:
    """Wait until the session or the access token may no longer be used, and return why. Raises StorageError.

    `requester` returns the current requester: a client may send a newer token of its session meanwhile.
    """
    try:
        with deps.pubsub.subscribe(requester().user_id) as subscriber:
            while True:
                # Read after the subscription has started, so that no change is missed.
                stored = await _find(deps, requester().session)
                if isinstance(current := _check(deps, requester(), stored), EndReason):
                    return current
                await _wait_for_change(deps, subscriber, current)
    except StreamInterrupted:
        return EndReason.INTERRUPTED


async def revoked_sessions(deps: Dependencies, requester: Requester) -> AsyncGenerator[SessionRecord, None]:
    """Yield the user's sessions as they are revoked. The requester's own session is the last one."""
    own_id = requester.session.id
    async with aclosing(_updates(deps, requester)) as updates:
        async for update in updates:
            revoked = filter(None, update.ended.values())
            for session in sorted(revoked, key=lambda session: session.id == own_id):
                yield session


async def security_events(
    deps: Dependencies, requester: Requester, kinds: frozenset[EventKind] | None
) -> AsyncGenerator[EventRecord, None]:
    """Yield the user's events of these kinds (None: all) until the requester's session is revoked."""
    async with aclosing(_updates(deps, requester)) as updates:
        async for update in updates:
            for event in update.events:
                if kinds is None or event.kind in kinds:
                    yield event


async def _updates(deps: Dependencies, requester: Requester) -> AsyncGenerator[UserUpdate, None]:
    own = requester.session
    with deps.pubsub.subscribe(own.user_id) as subscriber:
        current = await _find(deps, own)
        if current is None or current.revoked_at is not None:
            yield UserUpdate({own.id: current}, ())
            return
        while True:
            update = await _next(subscriber)
            yield update
            if own.id in update.ended:
                return


async def _next(subscriber: Subscriber) -> UserUpdate:
    try:
        return await subscriber.next()
    except StreamInterrupted:
        # `wait_until_invalid` reports the interruption, and the caller closes the stream. Block until then: a stream
        # that ended here would look complete to the client.
        await asyncio.Event().wait()
        raise


async def _find(deps: Dependencies, session: SessionRecord) -> SessionRecord | None:
    async with deps.storage.reading() as repositories:
        return await repositories.sessions.find(session.user_id, session.id)


def _check(deps: Dependencies, requester: Requester, stored: SessionRecord | None) -> Requester | EndReason:
    """Return the requester with the stored session if it is still valid, or why the stream must end."""
    now = deps.clock()
    match check_session(deps, stored, requester.session.authenticated_at, now):
        case AuthError.REPLACED:
            return EndReason.REPLACED
        case AuthError():
            return EndReason.EXPIRED if stored is not None and stored.revoked_at is None else EndReason.REVOKED
        case current:
            valid = is_token_valid(deps, requester, now)
            return Requester(current, requester.token) if valid else EndReason.TOKEN_INVALID


async def _wait_for_change(deps: Dependencies, subscriber: Subscriber, requester: Requester) -> None:
    """Wait for an update about the session, or until the session or the access token expires."""
    session, token = requester.session, requester.token
    expires_at = deps.storage.lifetimes.expires_at(session)
    remaining = (min(expires_at, token.expires_at) if token else expires_at) - deps.clock()
    with suppress(TimeoutError):
        async with asyncio.timeout(min(remaining, MAX_WAIT).total_seconds()):
            while not (await subscriber.next()).is_about(session.id):
                pass
