"""Who may have a stream, and whether there is a place for one."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, TypeAlias

from starlette.requests import Request

from sessionql.graphql_server.connections.close_codes import QUOTA_REACHED, SERVER_FULL
from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import ConnectionRejected, Peer
from sessionql.graphql_server.connections.quota import ConnectionQuota
from sessionql.graphql_server.http.event_stream import EventStream
from sessionql.graphql_server.outcome import Answers
from sessionql.http_kit.errors import MapException, RequestError

AuthorizeStream: TypeAlias = Callable[[Request, Any], Awaitable[Peer]]
"""Who takes a stream, from the request and its context. Raises Refused."""


class Streams:
    """The streams of a server. `seats` are shared with sockets, so that these count too."""

    def __init__(
        self, *, map_exception: MapException, limits: ConnectionLimits, quota: ConnectionQuota, authorize: AuthorizeStream
    ) -> None:
        self._translate = map_exception
        self._limits = limits
        self._seats = quota
        self._meet = authorize

    async def response(self, request: Request, context: Any, answers: Answers) -> EventStream:
        """The response that gives these answers, and closes them. Raises RequestError, and closes them too."""
        async with AsyncExitStack() as release:
            release.push_async_callback(answers.aclose)
            try:
                place = self._seats.reserve()
                release.callback(place.release)
                peer = await self._meet(request, context)
                release.callback(peer.close)
                place.claim(peer.owner)
            except ConnectionRejected as refused:
                raise _error(refused) from None
            limits, translate = self._limits, self._translate
            return EventStream(answers, peer, release=release.pop_all(), limits=limits, translate=translate)


def _error(refused: ConnectionRejected) -> RequestError:
    reason = refused.close_reason.reason
    if refused.close_reason is SERVER_FULL:
        return RequestError(503, reason, "SERVICE_UNAVAILABLE")
    if refused.close_reason is QUOTA_REACHED:
        return RequestError(429, reason, "TOO_MANY_CONNECTIONS", **{"retry-after": "10"})
    return RequestError(403, reason, "FORBIDDEN")
