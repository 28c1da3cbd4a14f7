"""Requests that arrive on a connection before the responses to earlier ones (RFC 9112 section 9.3.2)."""

from asyncio import Transport
from collections import deque
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl

MAX_PIPELINED = 32
"""Requests of one connection that wait. One chunk of bytes could contain ten thousand."""


class PipelineFlow(FlowControl):
    """Flow control that reads no further while requests wait."""

    def __init__(self, transport: Transport, pipeline: deque[Any]) -> None:
        super().__init__(transport)
        self._pipeline = pipeline

    def resume_reading(self) -> None:
        """Read again, unless requests wait."""
        if self.read_paused and not self._pipeline:
            super().resume_reading()
