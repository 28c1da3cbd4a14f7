"""When a session ends by itself. Derived from its times, so new settings hold at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sessionql.storage.records import SessionRecord, SessionState


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session lasts: unused (`idle`), and at the very most (`absolute`)."""

    idle: timedelta
    absolute: timedelta

    def expires_at(self, session: SessionRecord) -> datetime:
        """When the session ends unless it is used before."""
        return min(session.last_active + self.idle, session.created_at + self.absolute)

    def state(self, session: SessionRecord, now: datetime) -> SessionState:
        """Where the session is in its life at `now`."""
        if session.revoked_at is not None:
            return SessionState.REVOKED
        return SessionState.ACTIVE if now < self.expires_at(session) else SessionState.EXPIRED

    def cutoffs(self, now: datetime) -> dict[str, datetime]:
        """The parameters of the SQL form of `state`: see `sessionql.storage.session_rows.LIVE`."""
        return {"idle_cutoff": now - self.idle, "birth_cutoff": now - self.absolute}
