"""The limits of WebSockets and event streams. They come last in `docs/settings.md`."""

from datetime import timedelta

from pydantic import Field, ValidationInfo, field_validator

from sessionql.settings.durations import Duration
from sessionql.settings.limits import MAX_LIMIT, LimitsSettings


class ConnectionSettings(LimitsSettings):
    """The number of connections, and how long each may last."""

    max_connections: int = Field(
        default=5_000,
        ge=1,
        le=MAX_LIMIT,
        description="The maximum number of authenticated WebSockets and event streams of each worker. A tenth as many "
        "WebSockets, but at least 100, may not have sent `connection_init` yet.",
    )
    max_connections_per_session: int = Field(
        default=10,
        ge=1,
        le=MAX_LIMIT,
        description="The maximum number of WebSockets and event streams of one session in each worker.",
    )
    max_tcp_connections: int = Field(
        default=10_000,
        ge=1,
        le=MAX_LIMIT,
        description="The maximum number of TCP connections of each worker, WebSockets and event streams included; "
        "fewer where the limit of open files is lower. Beyond it, the connection is closed that has waited longest for "
        "its client; if none waits, the new one is answered 503.",
    )
    max_waiting_per_address: int = Field(
        default=100,
        ge=1,
        le=MAX_LIMIT,
        description="The maximum number of TCP connections of one IP address (IPv6: /64) in each worker that have no "
        "complete request, and of WebSockets without `connection_init`. Beyond it, the one that has waited longest "
        "is closed. Connections of trusted proxies are counted in total only.",
    )
    max_operations_per_connection: int = Field(
        default=20, ge=1, le=MAX_LIMIT, description="The maximum number of concurrent operations of one WebSocket."
    )
    connection_init_timeout: Duration = Field(
        default=timedelta(seconds=10), description="The time in which a WebSocket must send `connection_init`."
    )
    connection_send_timeout: Duration = Field(
        default=timedelta(seconds=10),
        description="A client that takes less than 64 KiB of its unsent answers in this time, and not all of them, is "
        "disconnected.",
    )
    connection_lifetime: Duration = Field(
        default=timedelta(hours=1),
        description="WebSockets and event streams are closed after this time, so that clients connect again, also to "
        "servers that were added; 0 for never.",
    )
    connection_keep_alive: Duration = Field(
        default=timedelta(seconds=12),
        description="How often an event stream without events sends a comment, so that proxies keep it open.",
    )

    @field_validator("connection_init_timeout", "connection_send_timeout", "connection_keep_alive")
    @classmethod
    def _timeouts_are_long_enough(cls, value: timedelta, info: ValidationInfo) -> timedelta:
        if value < timedelta(seconds=1):
            raise ValueError(f"{info.field_name} is at least 1s")
        return value
