"""Moved to `tests.support.websocket`."""

from tests.support.websocket import Socket, open_socket, socket_of

__all__ = ["Socket", "open_socket", "socket_of"]
