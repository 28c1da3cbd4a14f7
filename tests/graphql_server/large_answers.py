"""A server in a process of its own, whose answers have any size: `python -m tests.graphql_server.large_answers`.

Arguments: the descriptor of a listening socket, the send time-out in seconds, and the unsent bytes of one network.
`GET /state` returns the number of open connections and of unsent bytes.
"""

import asyncio
import socket
import sys

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sessionql.http_kit.transports import TransportLimits
from sessionql.http_kit.websocket_protocol import WebSocketProtocol
from tests.graphql_server.live_server import LiveServer


def main(descriptor: int, send_seconds: float, unsent_bytes: int) -> None:
    """Serve until SIGTERM."""
    live_server = LiveServer(transports=TransportLimits(send_seconds=send_seconds, unsent_bytes=unsent_bytes))

    async def state(_request: Request) -> JSONResponse:
        transports = live_server.transports
        return JSONResponse({"open": len(transports.open), "unsent": transports.unsent.total})

    live_server.app.router.routes.append(Route("/state", state))
    config = uvicorn.Config(
        live_server.app, http=live_server.protocol, ws=WebSocketProtocol, ws_per_message_deflate=False, lifespan="off"
    )
    asyncio.run(uvicorn.Server(config).serve([socket.socket(fileno=descriptor)]))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
