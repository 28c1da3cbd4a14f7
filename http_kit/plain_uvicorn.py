"""Corrects uvicorn's own protocol classes, for applications that `uvicorn` serves instead of `sessionql serve`.

Its class for httptools appends the trailers of a chunked body to the headers (RFC 9110 section 6.5.1 forbids that). Its
ProxyHeadersMiddleware replaces the address of the peer by the one of a header. When a request reaches the application,
neither can be distinguished from a request that was sent like this, so the classes themselves are changed.

They also keep what a client does not read for as long as it wants.
"""

import sys
from asyncio import Transport
from typing import Any
from weakref import WeakKeyDictionary

from sessionql.http_kit.transport import PEER_KEY, TransportHandle, peer_address
from sessionql.http_kit.transports import TransportLimits, Transports

_PROTOCOLS = {
    "uvicorn.protocols.http.httptools_impl": "HttpToolsProtocol",
    "uvicorn.protocols.http.h11_impl": "H11Protocol",
}
_corrected = set[type]()


def correct_uvicorn(send_seconds: float) -> None:
    """Change the classes that are loaded, once in this process, for connections that are opened later.

    `send_seconds` is the time-out of clients that do not read. Their bytes are not bounded: the application may send
    large bodies.
    """
    for module, name in _PROTOCOLS.items():
        protocol: type[Any] | None = getattr(sys.modules.get(module), name, None)
        if protocol is not None and protocol not in _corrected:
            _corrected.add(protocol)
            _record_peer(protocol)
            _limit_sending(protocol, send_seconds)
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


def _limit_sending(protocol: type[Any], send_seconds: float) -> None:
    limits = TransportLimits(send_seconds=send_seconds, unsent_bytes=sys.maxsize, unsent_bytes_of_worker=sys.maxsize)
    transports = Transports(limits)
    handles: WeakKeyDictionary[Any, TransportHandle] = WeakKeyDictionary()
    connection_made, connection_lost = protocol.connection_made, protocol.connection_lost
    pause_writing, resume_writing = protocol.pause_writing, protocol.resume_writing

    def made(self: Any, transport: Transport) -> None:
        # The protocols of this package have a handle already.
        if not isinstance(transport, TransportHandle):
            transport = handles[self] = TransportHandle(transport, self.loop, transports)  # type: ignore[assignment]
        connection_made(self, transport)

    def lost(self: Any, error: Exception | None) -> None:
        if self in handles:
            handles.pop(self).end()
        connection_lost(self, error)

    def pause(self: Any) -> None:
        pause_writing(self)
        if self in handles:
            handles[self].pause_writing()

    def resume(self: Any) -> None:
        resume_writing(self)
        if self in handles:
            handles[self].resume_writing()

    protocol.connection_made, protocol.connection_lost = made, lost
    protocol.pause_writing, protocol.resume_writing = pause, resume
