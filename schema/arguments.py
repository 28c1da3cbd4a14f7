"""Arguments that several fields share, with their descriptions."""

from typing import Annotated

import strawberry

from sessionql.schema.enums import EventKind


def _argument(text: str) -> object:
    return strawberry.argument(description=text)


_SIZE = "Return at most this many {} from the {} (1 to 100, unless set otherwise)."
_CURSOR = "Return {} {} this cursor."

SessionsFirst = Annotated[int | None, _argument(_SIZE.format("sessions", "start"))]
SessionsAfter = Annotated[str | None, _argument(_CURSOR.format("sessions", "after"))]
SessionsLast = Annotated[int | None, _argument(_SIZE.format("sessions", "end"))]
SessionsBefore = Annotated[str | None, _argument(_CURSOR.format("sessions", "before"))]

EventsFirst = Annotated[int | None, _argument(_SIZE.format("events", "start"))]
EventsAfter = Annotated[str | None, _argument(_CURSOR.format("events", "after"))]
EventsLast = Annotated[int | None, _argument(_SIZE.format("events", "end"))]
EventsBefore = Annotated[str | None, _argument(_CURSOR.format("events", "before"))]

EventKinds = Annotated[list[EventKind] | None, _argument("Only events of these kinds.")]

SessionId = Annotated[strawberry.ID, _argument("The ID of the session.")]
