"""The settings that bound sockets and streams. They come last in `docs/settings.md`."""

from datetime import timedelta

from pydantic import Field, ValidationInfo, field_validator

from sessionql.settings.durations import Duration
from sessionql.settings.limits import MAX_LIMIT, LimitsSettings


class ConnectionSettings(LimitsSettings):
    """How many sockets and streams there may be, and for how long."""

    max_connections: int = Field(
        default=5_000, ge=1, le=MAX_LIMIT, description="WebSockets and event streams of each worker, at most."
    )
    max_connections_per_session: int = Field(
        default=10, ge=1, le=MAX_LIMIT, description="WebSockets and event streams of one session and worker, at most."
    )
    max_operations_per_connection: int = Field(
        default=20, ge=1, le=MAX_LIMIT, description="Operations of one WebSocket at once, at most."
    )
    connection_init_timeout: Duration = Field(
        default=timedelta(seconds=10), description="How long a WebSocket may wait with its `connection_init`."
    )
    connection_send_timeout: Duration = Field(
        default=timedelta(seconds=10), description="Who does not read for so long is cut off."
    )
    connection_lifetime: Duration = Field(
        default=timedelta(hours=1),
        description="WebSockets and event streams are closed after this long, so that clients connect again with a "
        "newer access token; 0 for never.",
    )
    connection_keep_alive: Duration = Field(
        default=timedelta(seconds=12),
        description="How often an event stream on which nothing happens says that it lives.",
    )

    @field_validator("connection_init_timeout", "connection_send_timeout", "connection_keep_alive")
    @classmethod
    def _a_second(cls, value: timedelta, info: ValidationInfo) -> timedelta:
        if value < timedelta(seconds=1):
            raise ValueError(f"{info.field_name} is at least 1s")
        return value
