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
        description="The maximum number of WebSockets and event streams of each worker.",
    )
    max_connections_per_session: int = Field(
        default=10,
        ge=1,
        le=MAX_LIMIT,
        description="The maximum number of WebSockets and event streams of one session in each worker.",
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
