"""Watching one's own sessions: what happens to them as it happens, until one's own is over."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import timedelta
from enum import Enum, auto

from sessionql.resolvers.background.pubsub import StreamInterrupted, Subscriber, UserUpdate
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.requester import AuthError, Requester, check_session
from sessionql.storage.records import EventKind, EventRecord, SessionRecord

MAX_WAIT = timedelta(days=1)
"""Clocks are moved at times: nobody waits for one longer than this."""


class EndReason(Enum):
    """Why somebody may watch no longer."""

    REVOKED = auto()
    EXPIRED = auto()
    REPLACED = auto()
    """The user proved again who they are, and has newer tokens since."""
    INTERRUPTED = auto()
    """News were missed."""


async def wait_until_invalid(deps: Dependencies, session: SessionRecord) -> EndReason:
    """Wait for as long as the session may be watched with. Raises StorageError."""
    try:
        with deps.pubsub.subscribe(session.user_id) as watcher:
            while True:
                # Looked at after the watching began: nothing can happen in between.
                current = await _find(deps, session)
                if isinstance(over := _check(deps, session, current), EndReason):
                    return over
                await _wait_for_change(deps, watcher, over)
    except StreamInterrupted:
        return EndReason.INTERRUPTED


async def revoked_sessions(deps: Dependencies, requester: Requester) -> AsyncGenerator[SessionRecord, None]:
    """The user's sessions as they are revoked; one's own as the last."""
    own = requester.session.id
    async with aclosing(_updates(deps, requester)) as all_news:
        async for news in all_news:
            for session in sorted(filter(None, news.ended.values()), key=lambda each: each.id == own):
                yield session


async def security_events(
    deps: Dependencies, requester: Requester, kinds: frozenset[EventKind] | None
) -> AsyncGenerator[EventRecord, None]:
    """What happens to the user's account, of these kinds or of any, until one's own session is revoked."""
    async with aclosing(_updates(deps, requester)) as all_news:
        async for news in all_news:
            for event in news.events:
                if kinds is None or event.kind in kinds:
                    yield event


async def _updates(deps: Dependencies, requester: Requester) -> AsyncGenerator[UserUpdate, None]:
    own = requester.session
    with deps.pubsub.subscribe(own.user_id) as watcher:
        current = await _find(deps, own)
        if current is None or current.revoked_at is not None:
            yield UserUpdate({own.id: current}, ())
            return
        while True:
            news = await _next(watcher)
            yield news
            if own.id in news.ended:
                return


async def _next(watcher: Subscriber) -> UserUpdate:
    try:
        return await watcher.next()
    except StreamInterrupted:
        # Whoever waits for the end of the session is told, and has the connection begun anew. Until then there
        # is no end of the stream: that would say that there is nothing more to come.
        await asyncio.Event().wait()
        raise


async def _find(deps: Dependencies, session: SessionRecord) -> SessionRecord | None:
    async with deps.storage.reading() as repositories:
        return await repositories.sessions.find(session.user_id, session.id)


def _check(deps: Dependencies, session: SessionRecord, current: SessionRecord | None) -> SessionRecord | EndReason:
    """The session as it is now, or why it may be watched with no longer."""
    match check_session(deps, current, session.authenticated_at, deps.clock()):
        case AuthError.REPLACED:
            return EndReason.REPLACED
        case AuthError():
            return EndReason.EXPIRED if current is not None and current.revoked_at is None else EndReason.REVOKED
        case found:
            return found


async def _wait_for_change(deps: Dependencies, watcher: Subscriber, session: SessionRecord) -> None:
    """Wait for news of the session, or until it would expire."""
    left = deps.storage.lifetimes.expires_at(session) - deps.clock()
    with suppress(TimeoutError):
        async with asyncio.timeout(min(left, MAX_WAIT).total_seconds()):
            while not (await watcher.next()).is_about(session.id):
                pass
