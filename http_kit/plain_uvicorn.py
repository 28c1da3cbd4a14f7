"""Corrects uvicorn's own protocol classes, for applications that `uvicorn` serves instead of `sessionql serve`.

Its class for httptools appends the trailers of a chunked body to the headers (RFC 9110 section 6.5.1 forbids that). Its
ProxyHeadersMiddleware replaces the address of the peer by the one of a header. When a request reaches the application,
neither can be distinguished from a request that was sent like this, so the classes themselves are changed.
"""

import sys
from asyncio import Transport
from typing import Any

from sessionql.http_kit.transport import PEER_KEY, peer_address

_PROTOCOLS = {
    "uvicorn.protocols.http.httptools_impl": "HttpToolsProtocol",
    "uvicorn.protocols.http.h11_impl": "H11Protocol",
}
_corrected = set[type]()


def correct_uvicorn() -> None:
    """Change the classes that are loaded, once in this process, for connections that are opened later."""
    for module, name in _PROTOCOLS.items():
        protocol: type[Any] | None = getattr(sys.modules.get(module), name, None)
        if protocol is not None and protocol not in _corrected:
            _corrected.add(protocol)
            _record_peer(protocol)
            # h11 passes no trailers to uvicorn.
            if hasattr(protocol, "on_header"):
                _ignore_trailers(protocol)


def _record_peer(protocol: type[Any]) -> None:
    connection_made = protocol.connection_made

    def with_peer(self: Any, transport: Transport) -> None:
        connection_made(self, transport)
        self.app_state = {**self.app_state, PEER_KEY: peer_address(transport)}

    protocol.connection_made = with_peer


def _ignore_trailers(protocol: type[Any]) -> None:
    on_header = protocol.on_header

    def without_trailers(self: Any, name: bytes, value: bytes) -> None:
        # Uvicorn sets the method at the end of the head.
        if "method" not in self.scope:
            on_header(self, name, value)

    protocol.on_header = without_trailers
