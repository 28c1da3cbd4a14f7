"""When a session expires. Computed from its times, so that changed settings apply to existing sessions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sessionql.storage.records import SessionRecord, SessionState


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """The lifetimes of sessions: since the last use (`idle`) and since creation (`absolute`)."""

    idle: timedelta
    absolute: timedelta

    def expires_at(self, session: SessionRecord) -> datetime:
        """When the session expires if it is not used again."""
        return min(session.last_active + self.idle, session.created_at + self.absolute)

    def state(self, session: SessionRecord, now: datetime) -> SessionState:
        """The state of the session at `now`."""
        if session.revoked_at is not None:
            return SessionState.REVOKED
        return SessionState.ACTIVE if now < self.expires_at(session) else SessionState.EXPIRED

    def cutoffs(self, now: datetime) -> dict[str, datetime]:
        """The parameters of the SQL form of `state`, see `sessionql.storage.session_rows.ACTIVE`."""
        return {"idle_cutoff": now - self.idle, "created_cutoff": now - self.absolute}
