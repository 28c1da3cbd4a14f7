"""GraphQL over WebSocket: an ASGI application for a route of its own, by the protocol graphql-transport-ws."""

from contextlib import suppress

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from sessionql.graphql_server.connections.close_codes import SUBPROTOCOL
from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import Admit, Open, Refused
from sessionql.graphql_server.connections.quota import Place, Seats
from sessionql.graphql_server.connections.sender import Line, PeerGone
from sessionql.graphql_server.engine import Engine, EngineOf
from sessionql.graphql_server.errors import Translate
from sessionql.graphql_server.websocket.handler import Conversation
from sessionql.graphql_server.websocket.operations import Executing

PROTOCOL = "graphql-transport-ws"


class GraphQLSocket:
    """Answers GraphQL over WebSocket. `open_` says who connects, `admit` from where one may.

    `seats` are shared with streams, so that these count too.
    """

    def __init__(
        self,
        engine: Engine | EngineOf,
        *,
        open_: Open,
        translate: Translate,
        limits: ConnectionLimits,
        seats: Seats,
        admit: Admit | None = None,
    ) -> None:
        engine_of: EngineOf = (lambda _: engine) if isinstance(engine, Engine) else engine
        self._executing = Executing(engine_of, translate, limits.operations)
        self._open = open_
        self._limits = limits
        self._seats = seats
        self._admit = admit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One socket, from its handshake to its end."""
        handshake, line = HTTPConnection(scope), Line(scope, send, self._limits.send_seconds)
        await receive()  # `websocket.connect`, which says nothing that the scope does not
        with suppress(PeerGone):
            if self._admit is not None and not self._admit(handshake):
                # Before it was accepted, this is an HTTP 403.
                await line.send({"type": "websocket.close"})
            elif PROTOCOL not in (offered := scope.get("subprotocols", ())):
                # Browsers tell a page nothing of a socket that takes none of its protocols: take one, and say why not.
                await line.send({"type": "websocket.accept", "subprotocol": next(iter(offered), None)})
                await line.close(SUBPROTOCOL)
            else:
                await line.send({"type": "websocket.accept", "subprotocol": PROTOCOL})
                await self._converse(handshake, receive, line)

    async def _converse(self, handshake: HTTPConnection, receive: Receive, line: Line) -> None:
        try:
            place = self._seats.enter()
        except Refused as refused:
            await line.close(refused.closing)
            return
        try:
            await self._conversation(handshake, receive, line, place).run()
        finally:
            place.leave()

    def _conversation(self, handshake: HTTPConnection, receive: Receive, line: Line, place: Place) -> Conversation:
        return Conversation(
            handshake, receive, line, place, open_=self._open, executing=self._executing, limits=self._limits
        )
