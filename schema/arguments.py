"""The arguments of connections, described once for each kind of item."""

from typing import Annotated

import strawberry

from sessionql.schema.enums import EventKind


def _described(text: str) -> object:
    return strawberry.argument(description=text)


_SIZE = "Return at most this many {} from the {} (1 to 100, unless set otherwise)."
_PLACE = "Return {} {} this cursor."

SessionsFirst = Annotated[int | None, _described(_SIZE.format("sessions", "start"))]
SessionsAfter = Annotated[str | None, _described(_PLACE.format("sessions", "after"))]
SessionsLast = Annotated[int | None, _described(_SIZE.format("sessions", "end"))]
SessionsBefore = Annotated[str | None, _described(_PLACE.format("sessions", "before"))]

EventsFirst = Annotated[int | None, _described(_SIZE.format("events", "start"))]
EventsAfter = Annotated[str | None, _described(_PLACE.format("events", "after"))]
EventsLast = Annotated[int | None, _described(_SIZE.format("events", "end"))]
EventsBefore = Annotated[str | None, _described(_PLACE.format("events", "before"))]

EventKinds = Annotated[list[EventKind] | None, _described("Only events of these kinds.")]

SessionId = Annotated[strawberry.ID, _described("The ID of the session.")]
