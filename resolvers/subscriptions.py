"""Watching one's own sessions: what happens to them as it happens, until one's own is over."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import timedelta
from enum import Enum, auto

from sessionql.resolvers.background.pubsub import Interrupted, News, Watcher
from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.requester import Refusal, Requester, judge
from sessionql.storage.records import EventKind, EventRecord, SessionRecord

LONGEST_WAIT = timedelta(days=1)
"""Clocks are moved at times: nobody waits for one longer than this."""


class End(Enum):
    """Why somebody may watch no longer."""

    REVOKED = auto()
    EXPIRED = auto()
    REPLACED = auto()
    """The user proved again who they are, and has newer tokens since."""
    INTERRUPTED = auto()
    """News were missed."""


async def until_over(services: Services, session: SessionRecord) -> End:
    """Wait for as long as the session may be watched with. Raises StorageError."""
    try:
        with services.broadcast.watch(session.user_id) as watcher:
            while True:
                # Looked at after the watching began: nothing can happen in between.
                current = await _find(services, session)
                if isinstance(over := _judge(services, session, current), End):
                    return over
                await _something(services, watcher, over)
    except Interrupted:
        return End.INTERRUPTED


async def revoked_sessions(services: Services, requester: Requester) -> AsyncGenerator[SessionRecord, None]:
    """The user's sessions as they are revoked; one's own as the last."""
    own = requester.session.id
    async with aclosing(_news(services, requester)) as all_news:
        async for news in all_news:
            for session in sorted(filter(None, news.ended.values()), key=lambda each: each.id == own):
                yield session


async def security_events(
    services: Services, requester: Requester, kinds: frozenset[EventKind] | None
) -> AsyncGenerator[EventRecord, None]:
    """What happens to the user's account, of these kinds or of any, until one's own session is revoked."""
    async with aclosing(_news(services, requester)) as all_news:
        async for news in all_news:
            for event in news.events:
                if kinds is None or event.kind in kinds:
                    yield event


async def _news(services: Services, requester: Requester) -> AsyncGenerator[News, None]:
    own = requester.session
    with services.broadcast.watch(own.user_id) as watcher:
        current = await _find(services, own)
        if current is None or current.revoked_at is not None:
            yield News({own.id: current}, ())
            return
        while True:
            news = await _next(watcher)
            yield news
            if own.id in news.ended:
                return


async def _next(watcher: Watcher) -> News:
    try:
        return await watcher.next()
    except Interrupted:
        # Whoever waits for the end of the session is told, and has the connection begun anew. Until then there
        # is no end of the stream: that would say that there is nothing more to come.
        await asyncio.Event().wait()
        raise


async def _find(services: Services, session: SessionRecord) -> SessionRecord | None:
    async with services.storage.reading() as repositories:
        return await repositories.sessions.find(session.user_id, session.id)


def _judge(services: Services, session: SessionRecord, current: SessionRecord | None) -> SessionRecord | End:
    """The session as it is now, or why it may be watched with no longer."""
    match judge(services, current, session.authenticated_at, services.clock()):
        case Refusal.REPLACED:
            return End.REPLACED
        case Refusal():
            return End.EXPIRED if current is not None and current.revoked_at is None else End.REVOKED
        case found:
            return found


async def _something(services: Services, watcher: Watcher, session: SessionRecord) -> None:
    """Wait for news of the session, or until it would expire."""
    left = services.storage.lifetimes.expires_at(session) - services.clock()
    with suppress(TimeoutError):
        async with asyncio.timeout(min(left, LONGEST_WAIT).total_seconds()):
            while not (await watcher.next()).is_about(session.id):
                pass
