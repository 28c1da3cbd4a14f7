"""What a SessionQL server does, in plain Python: no database, no tokens, nothing at the same time.

Written from the promises, as simply as can be: it says what must come of each operation, and
`tests/proof/machine.py` compares it with what did.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sessionql.storage.records import DeviceKind, RevocationReason

IDLE, ABSOLUTE, KEPT = timedelta(days=30), timedelta(days=90), timedelta(days=30)
GRACE, FRESH, INTERVAL = timedelta(seconds=10), timedelta(hours=1), timedelta(seconds=60)
TICK, SECOND, WINDOW, SKEW = timedelta(microseconds=1), timedelta(seconds=1), timedelta(minutes=1), timedelta(minutes=1)
ACCESS = timedelta(minutes=5)
LIMIT, PER_ACCOUNT, PER_ADDRESS, REGISTRATIONS = 3, 3, 5, 30


@dataclass(eq=False)
class Session:
    """A log-in of a user."""

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
    revoked: datetime | None = None
    reason: RevocationReason | None = None
    forgotten: bool = False

    def __repr__(self) -> str:
        return self.label

    def is_active(self, now: datetime) -> bool:
        return self.revoked is None and now < min(self.used + IDLE, self.created + ABSOLUTE)

    def ended(self) -> datetime:
        """When it ended, or will unless it is used before."""
        return self.revoked or min(self.used + IDLE, self.created + ABSOLUTE)

    def end(self, now: datetime, reason: RevocationReason) -> None:
        self.revoked, self.reason = now, reason

    def prove(self, now: datetime) -> None:
        """Its user has proved who they are: in a later second than before, for tokens tell proofs apart by it."""
        self.authenticated = max(now, self.authenticated.replace(microsecond=0) + SECOND)

    def is_pruned(self, now: datetime) -> bool:
        return self.ended() <= now - KEPT


@dataclass(frozen=True)
class Access:
    """An access token, and what it says."""

    session: Session
    proved: datetime
    expires: datetime
    text: str = field(repr=False)


@dataclass(frozen=True)
class Refresh:
    """A refresh token, and what it says."""

    session: Session
    generation: int
    text: str = field(repr=False)


@dataclass
class Window:
    count: int
    ends: datetime


@dataclass
class Model:
    """All that a server knows."""

    now: datetime
    users: set[str] = field(default_factory=set)
    passwords: dict[str, str] = field(default_factory=dict)
    disabled: dict[str, datetime] = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=list)
    uses: dict[Session, tuple[datetime, str]] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)

    def active(self, user: str) -> list[Session]:
        """The sessions that `mySessions` lists, in its order."""
        found = [each for each in self.sessions if each.user == user and each.is_active(self.now)]
        return sorted(found, key=lambda each: (each.used, each.id), reverse=True)

    def edges(self) -> set[datetime]:
        """The instants at which something ends."""
        found = {window.ends for window in self.windows.values()}
        for each in self.sessions:
            ends = each.ended()
            found |= {each.authenticated + FRESH + TICK, each.used + INTERVAL, ends, ends + KEPT}
            found |= {each.authenticated + ACCESS} | ({each.rotated + GRACE} if each.rotated else set())
        return found

    def accepts(self, token: Access) -> bool:
        """Whether the token opens the door, to the very instant."""
        session = token.session
        proved = token.proved >= session.authenticated.replace(microsecond=0)
        return self._lives(session) and self.now < token.expires and proved

    def taken_until(self, token: Refresh) -> datetime | None:
        """Until when a refresh token is taken, if nothing else happens; None when it is not taken now."""
        session = token.session
        if not self._lives(session):
            return None
        if token.generation == session.generation:
            return session.ended()
        racing = token.generation == session.generation - 1 and session.rotated is not None
        end = session.rotated + GRACE if racing and session.rotated else self.now
        return min(end, session.ended()) if end > self.now else None

    def _lives(self, session: Session) -> bool:
        """Whether the session is good for anything: nothing that a disabled user has is."""
        return not session.forgotten and session.is_active(self.now) and session.user not in self.disabled

    def is_too_early(self, proved: datetime | None) -> bool:
        """Whether somebody says that a proof will be made, and not just by a clock ahead of ours."""
        return proved is not None and proved > self.now + SKEW

    def is_fresh(self, session: Session) -> bool:
        return self.now - session.authenticated <= FRESH

    def use(self, session: Session, address: str) -> None:
        """A request of the session, to be written down when somebody flushes."""
        if self.now - session.used >= INTERVAL:
            self.uses[session] = (self.now, address)

    def flush(self) -> None:
        for session, (at, address) in self.uses.items():
            if session.is_active(at) and session.used <= at - INTERVAL and not session.forgotten:
                session.used, session.address = at, address
        self.uses.clear()

    def prune(self) -> None:
        for session in self.sessions:
            session.forgotten = session.forgotten or session.is_pruned(self.now)
        self.sessions = [each for each in self.sessions if not each.forgotten]

    def start(self, session: Session) -> None:
        """Add a session, and end those unused for longest, so that `LIMIT` are left."""
        others = self.active(session.user)
        for each in others[LIMIT - 1 :]:
            each.end(self.now, RevocationReason.SESSION_LIMIT)
        self.sessions.append(session)

    def end(self, sessions: Collection[Session], reason: RevocationReason) -> set[UUID]:
        """End those that are active; say which."""
        ended = [each for each in sessions if each.is_active(self.now)]
        for each in ended:
            each.end(self.now, reason)
        return {each.id for each in ended}

    def disable(self, user: str) -> set[UUID]:
        """End what the user has, unless that was done before."""
        self.disabled.setdefault(user, self.now)
        return self.end(self.active(user), RevocationReason.USER_DISABLED)

    def delete(self, user: str) -> set[UUID]:
        """Forget the user; attempts at the password from outside are those of the address, which others may have."""
        active = {each.id for each in self.active(user)}
        for session in self.sessions:
            session.forgotten = session.forgotten or session.user == user
        self.sessions = [each for each in self.sessions if not each.forgotten]
        self.users.discard(user)
        self.passwords.pop(user, None)
        self.disabled.pop(user, None)
        self.windows.pop(f"own {user}", None)
        return active

    def exchange(self, token: Refresh, address: str) -> str:
        """What comes of a refresh: new tokens, or why there are none."""
        session = token.session
        if session.forgotten or not session.is_active(self.now):
            return self._refused(address)
        if token.generation == session.generation:
            session.generation += 1
            session.rotated = session.used = self.now
            session.address = address
            return "RefreshResult"
        if session.rotated is None:
            return self._refused(address)
        if token.generation == session.generation - 1 and self.now - session.rotated < GRACE:
            return "RefreshResult"
        session.end(self.now, RevocationReason.REFRESH_TOKEN_REUSED)
        return "reuse"

    def _refused(self, address: str) -> str:
        return "RateLimited" if self.take((f"refresh {address}", PER_ADDRESS)) else "refused"

    def take(self, *limits: tuple[str, int]) -> int:
        """Count an attempt under each limit, or under none: then the seconds to wait."""
        for key, most in limits:
            window = self.windows.get(key)
            if window and window.ends > self.now and window.count >= most:
                return max(1, ceil((window.ends - self.now).total_seconds()))
        for key, _ in limits:
            window = self.windows.get(key)
            if window and window.ends > self.now:
                window.count += 1
            else:
                self.windows[key] = Window(1, self.now + WINDOW)
        return 0

    def give_back(self, *limits: tuple[str, int]) -> None:
        for key, _ in limits:
            self.windows[key].count -= 1
