"""Who may have a stream, and whether there is a place for one."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, TypeAlias

from starlette.requests import Request

from sessionql.graphql_server.connections.close_codes import FULL, SEATS_TAKEN
from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import Peer, Refused
from sessionql.graphql_server.connections.quota import Seats
from sessionql.graphql_server.errors import RequestError, Translate
from sessionql.graphql_server.http.event_stream import EventStream
from sessionql.graphql_server.outcome import Answers

Meet: TypeAlias = Callable[[Request, Any], Awaitable[Peer]]
"""Who takes a stream, from the request and its context. Raises Refused."""


class Streams:
    """The streams of a server. `seats` are shared with sockets, so that these count too."""

    def __init__(self, *, translate: Translate, limits: ConnectionLimits, seats: Seats, meet: Meet) -> None:
        self._translate = translate
        self._limits = limits
        self._seats = seats
        self._meet = meet

    async def response(self, request: Request, context: Any, answers: Answers) -> EventStream:
        """The response that gives these answers, and closes them. Raises RequestError, and closes them too."""
        async with AsyncExitStack() as release:
            release.push_async_callback(answers.aclose)
            try:
                place = self._seats.enter()
                release.callback(place.leave)
                peer = await self._meet(request, context)
                release.callback(peer.close)
                place.sit(peer.seat)
            except Refused as refused:
                raise _error(refused) from None
            limits, translate = self._limits, self._translate
            return EventStream(answers, peer, release=release.pop_all(), limits=limits, translate=translate)


def _error(refused: Refused) -> RequestError:
    reason = refused.closing.reason
    if refused.closing is FULL:
        return RequestError(503, reason, "SERVICE_UNAVAILABLE")
    if refused.closing is SEATS_TAKEN:
        return RequestError(429, reason, "TOO_MANY_CONNECTIONS", **{"retry-after": "10"})
    return RequestError(403, reason, "FORBIDDEN")
