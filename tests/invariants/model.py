"""A model of a SessionQL server in plain Python: no database, no tokens, no concurrency.

Written from the documented behaviour. It returns the expected result of each operation, and
`tests/invariants/state_machine.py` compares it with the result of the server.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sessionql.storage.records import DeviceKind, EventKind, RevocationReason

IDLE, ABSOLUTE, KEPT, KEPT_EVENTS = timedelta(days=30), timedelta(days=90), timedelta(days=30), timedelta(days=90)
GRACE, FRESH, INTERVAL = timedelta(seconds=10), timedelta(hours=1), timedelta(seconds=60)
TICK, SECOND, WINDOW, SKEW = timedelta(microseconds=1), timedelta(seconds=1), timedelta(minutes=1), timedelta(minutes=1)
ACCESS = timedelta(minutes=5)
KINDS = {"laptop": DeviceKind.DESKTOP, "phone": DeviceKind.PHONE}
LIMIT, PER_ACCOUNT, PER_ADDRESS, REGISTRATIONS = 3, 3, 5, 30
PER_USER, FAILURES = 10 * PER_ACCOUNT, 2 * PER_ACCOUNT
DAY = timedelta(days=1)


@dataclass(eq=False)
class Session:
    """A session of a user."""

    user: str
    label: str
    id: UUID
    kind: DeviceKind
    address: str
    created: datetime
    authenticated: datetime
    used: datetime
    name: str | None = None
    generation: int = 0
    rotated: datetime | None = None
    retry_key: str | None = None
    revoked: datetime | None = None
    reason: RevocationReason | None = None
    deleted: bool = False

    def __repr__(self) -> str:
        return self.label

    def is_active(self, now: datetime) -> bool:
        return self.revoked is None and now < min(self.used + IDLE, self.created + ABSOLUTE)

    def ended(self) -> datetime:
        """Return when it ended, or when it expires unless it is used before."""
        return self.revoked or min(self.used + IDLE, self.created + ABSOLUTE)

    def end(self, now: datetime, reason: RevocationReason) -> None:
        self.revoked, self.reason = now, reason

    def reauthenticate(self, now: datetime) -> None:
        """Set the time of authentication: a later second than before, because tokens carry `auth_time` in seconds."""
        self.authenticated = max(now, self.authenticated.replace(microsecond=0) + SECOND)

    def is_pruned(self, now: datetime) -> bool:
        return self.ended() <= now - KEPT


@dataclass(frozen=True)
class Access:
    """An access token and its claims."""

    session: Session
    proved: datetime
    expires: datetime
    text: str = field(repr=False)


@dataclass(frozen=True)
class Refresh:
    """A refresh token and its generation."""

    session: Session
    generation: int
    text: str = field(repr=False)


@dataclass
class Window:
    count: int
    ends: datetime


@dataclass
class DeviceEvent:
    """An event about the device of a session: another one uses it, or two use one refresh token."""

    user: str
    session: UUID
    kind: EventKind
    address: str
    at: datetime
    count: int = 1

    def equals(self, other: "DeviceEvent") -> bool:
        """Whether both are one row: they differ in nothing but the time within one hour."""
        mine, other_ = (
            (each.user, each.session, each.kind, each.address, each.at.timestamp() // 3600) for each in (self, other)
        )
        return mine == other_


@dataclass
class Use:
    """A request that a flush writes. `event`: it came from another device than the stored one."""

    at: datetime
    address: str
    event: DeviceEvent | None


@dataclass
class Model:
    """The complete state of a server."""

    now: datetime
    users: set[str] = field(default_factory=set)
    passwords: dict[str, str] = field(default_factory=dict)
    disabled: dict[str, datetime] = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=list)
    uses: dict[Session, Use] = field(default_factory=dict)
    device_events: list[DeviceEvent] = field(default_factory=list)
    windows: dict[str, Window] = field(default_factory=dict)

    def active(self, user: str) -> list[Session]:
        """Return the sessions that `mySessions` lists, in its order."""
        found = [each for each in self.sessions if each.user == user and each.is_active(self.now)]
        return sorted(found, key=lambda each: (each.used, each.id), reverse=True)

    def edges(self) -> set[datetime]:
        """Return every instant at which a state changes by time alone."""
        found = {window.ends for window in self.windows.values()}
        for each in self.sessions:
            ends = each.ended()
            found |= {each.authenticated + FRESH + TICK, each.used + INTERVAL, ends, ends + KEPT}
            found |= {each.authenticated + ACCESS} | ({each.rotated + GRACE} if each.rotated else set())
        return found

    def accepts(self, token: Access) -> bool:
        """Return whether the access token is accepted at this instant."""
        session = token.session
        proved = token.proved >= session.authenticated.replace(microsecond=0)
        return self._is_usable(session) and self.now < token.expires and proved

    def accepted_until(self, token: Refresh) -> datetime | None:
        """Return until when a refresh token is accepted if nothing else happens; None if it is not accepted now."""
        session = token.session
        if not self._is_usable(session):
            return None
        if token.generation == session.generation:
            return session.ended()
        racing = token.generation == session.generation - 1 and session.rotated is not None
        end = session.rotated + GRACE if racing and session.rotated else self.now
        return min(end, session.ended()) if end > self.now else None

    def _is_usable(self, session: Session) -> bool:
        """Return whether tokens of the session are accepted; those of a disabled user are not."""
        return not session.deleted and session.is_active(self.now) and session.user not in self.disabled

    def is_in_the_future(self, proved: datetime | None) -> bool:
        """Return whether the time of authentication lies further in the future than the tolerated clock skew."""
        return proved is not None and proved > self.now + SKEW

    def is_fresh(self, session: Session) -> bool:
        return self.now - session.authenticated <= FRESH

    def use(self, session: Session, address: str) -> None:
        """Record a request, which a flush writes. A later one does not replace the use by another device."""
        pending = self.uses.get(session)
        if self.now - session.used >= INTERVAL and not (pending and pending.event):
            self.uses[session] = Use(self.now, address, self._device_event(session, address))

    def flush(self) -> None:
        for session, use in self.uses.items():
            if session.is_active(use.at) and session.used <= use.at - INTERVAL and not session.deleted:
                session.used, session.address, session.kind = use.at, use.address, KINDS[use.address]
                self._record(use.event)
        self.uses.clear()

    def _device_event(
        self, session: Session, address: str, kind: EventKind = EventKind.DEVICE_CHANGED
    ) -> DeviceEvent | None:
        """Return the event of a use, if it comes from another device than the stored one."""
        if KINDS[address] is session.kind:
            return None
        return DeviceEvent(session.user, session.id, kind, address, self.now)

    def _record(self, event: DeviceEvent | None) -> None:
        if event is None:
            return
        equal = next((each for each in self.device_events if each.equals(event)), None)
        if equal is None:
            self.device_events.append(event)
        else:
            equal.count += 1

    def prune(self) -> None:
        self.device_events = [each for each in self.device_events if each.at > self.now - KEPT_EVENTS]
        for session in self.sessions:
            session.deleted = session.deleted or session.is_pruned(self.now)
        self.sessions = [each for each in self.sessions if not each.deleted]

    def start(self, session: Session) -> None:
        """Add a session, and end those idle the longest so that `LIMIT` remain."""
        others = self.active(session.user)
        for each in others[LIMIT - 1 :]:
            each.end(self.now, RevocationReason.SESSION_LIMIT)
        self.sessions.append(session)

    def end(self, sessions: Collection[Session], reason: RevocationReason) -> set[UUID]:
        """End those that are active; return their IDs."""
        ended = [each for each in sessions if each.is_active(self.now)]
        for each in ended:
            each.end(self.now, reason)
        return {each.id for each in ended}

    def disable(self, user: str) -> set[UUID]:
        """End the sessions of the user, unless the user is disabled already."""
        self.disabled.setdefault(user, self.now)
        return self.end(self.active(user), RevocationReason.USER_DISABLED)

    def delete(self, user: str) -> set[UUID]:
        """Delete the user. Attempts that were counted for the address remain, because others may share it."""
        active = {each.id for each in self.active(user)}
        for session in self.sessions:
            session.deleted = session.deleted or session.user == user
        self.sessions = [each for each in self.sessions if not each.deleted]
        self.device_events = [each for each in self.device_events if each.user != user]
        self.users.discard(user)
        self.passwords.pop(user, None)
        self.disabled.pop(user, None)
        self.windows.pop(f"own {user}", None)
        return active

    def exchange(self, token: Refresh, address: str, retry_key: str | None) -> str:
        """Return the result of a refresh: the type name of a success, or the reason of the failure."""
        session = token.session
        if session.deleted or not session.is_active(self.now):
            return self._reject_refresh(address)
        if token.generation == session.generation:
            session.generation += 1
            session.rotated = session.used = self.now
            self._record(self._device_event(session, address))
            session.address, session.kind, session.retry_key = address, KINDS[address], retry_key
            return "RefreshResult"
        if session.rotated is None:
            return self._reject_refresh(address)
        is_previous = token.generation == session.generation - 1
        if is_previous and retry_key is not None and retry_key == session.retry_key:
            return "RefreshResult"
        if is_previous and self.now - session.rotated < GRACE:
            self._record(self._device_event(session, address, EventKind.REFRESH_TOKEN_USED_ELSEWHERE))
            return "RefreshResult"
        session.end(self.now, RevocationReason.REFRESH_TOKEN_REUSED)
        return "reuse"

    def _reject_refresh(self, address: str) -> str:
        return "RateLimited" if self.consume((f"refresh {address}", PER_ADDRESS)) else "refused"

    def consume(self, *limits: tuple[str, int]) -> int:
        """Count an attempt under each limit, or under none; then return the seconds to wait."""
        running = {key: window for key, window in self.windows.items() if window.ends > self.now}
        reached = [running[key].ends for key, most in limits if key in running and running[key].count >= most]
        if reached:
            return max(1, ceil((max(reached) - self.now).total_seconds()))
        for key, _ in limits:
            if key in running:
                running[key].count += 1
            else:
                self.windows[key] = Window(1, self.now + (DAY if key.startswith("failures") else WINDOW))
        return 0

    def ends_by_failure(self, session: Session) -> bool:
        """End the session if it has had too many wrong passwords."""
        if self.windows[f"failures {session.id}"].count < FAILURES:
            return False
        session.end(self.now, RevocationReason.WRONG_PASSWORDS)
        return True

    def refund(self, *limits: tuple[str, int]) -> None:
        for key, _ in limits:
            self.windows[key].count -= 1
