"""Authorizes event streams and reserves their slots in the connection quota."""

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
"""Returns the peer of a stream, from the request and its context. Raises ConnectionRejected."""


class Streams:
    """Creates the event streams of a server. `quota` is shared with WebSockets."""

    def __init__(
        self,
        *,
        map_exception: MapException,
        limits: ConnectionLimits,
        quota: ConnectionQuota,
        authorize: AuthorizeStream,
    ) -> None:
        self._map_exception = map_exception
        self._limits = limits
        self._quota = quota
        self._authorize = authorize

    async def response(self, request: Request, context: Any, answers: Answers) -> EventStream:
        """The response with these answers, which it closes. Raises RequestError; the answers are closed then too."""
        async with AsyncExitStack() as release:
            release.push_async_callback(answers.aclose)
            try:
                peer = await self._authorize(request, context)
                release.callback(peer.close)
                release.callback(self._quota.claim(peer.owner).release)
            except ConnectionRejected as rejected:
                raise _error(rejected) from None
            limits, map_exception = self._limits, self._map_exception
            return EventStream(answers, peer, release=release.pop_all(), limits=limits, map_exception=map_exception)


def _error(rejected: ConnectionRejected) -> RequestError:
    reason = rejected.close_reason.reason
    if rejected.close_reason is SERVER_FULL:
        return RequestError(503, reason, "SERVICE_UNAVAILABLE")
    if rejected.close_reason is QUOTA_REACHED:
        return RequestError(429, reason, "TOO_MANY_CONNECTIONS", **{"Retry-After": "10"})
    return RequestError(403, reason, "FORBIDDEN")
