"""A server and the model of it, side by side: hypothesis makes up what people do, and compares."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from resolvers.accounts import LogIn, Proof, SignedIn, login, logout, register
from resolvers.activity import Activity
from resolvers.credentials import PasswordChange, Renewed, change_password, reauthenticate
from resolvers.failures import RateLimited, RefreshTokenInvalid
from resolvers.grants import Grant
from resolvers.key_file import KeyFile
from resolvers.locations import Locations
from resolvers.passwords import Passwords
from resolvers.pruning import prune
from resolvers.refresh import Refreshed, refresh
from resolvers.requester import Client, Requester, authenticate
from resolvers.services import Policy, Services
from resolvers.sessions import (
    Revoked,
    RevokedMany,
    my_sessions,
    rename_session,
    revoke_all_sessions,
    revoke_session,
    revoke_sessions,
)
from resolvers.tokens import Tokens
from storage import Lifetimes, Storage
from storage.filters import Page, SessionFilter
from storage.records import DeviceKind, RevocationReason, SessionRecord
from storage.sessions import SessionOrder
from storage.storage import connect
from tests.conftest import FakeClock
from tests.proof import model
from tests.proof.model import Access, Model, Refresh, Session
from tests.resolvers.builders import FIREFOX, IPHONE
from tests.storage.builders import new_id

T = TypeVar("T")

USERS, DEVICES = ("ana", "bob"), ("laptop", "phone")
POLICY = Policy(
    refresh_grace=model.GRACE,
    keep_ended=model.KEPT,
    session_limit=model.LIMIT,
    fresh_login=model.FRESH,
    attempts_per_account=model.PER_ACCOUNT,
    attempts_per_address=model.PER_ADDRESS,
    registrations_per_address=model.REGISTRATIONS,
)
EVERY = SessionFilter(states=None)
TICK = timedelta(microseconds=1)
TIMES = [timedelta(seconds=seconds) for seconds in (1, 9, 70, 300, 4000)] + [timedelta(days=1)]
ENDS = [model.FRESH, model.FRESH, model.FRESH, model.IDLE, model.ABSOLUTE]
_examples = count()

data, users, devices, either = st.data(), st.sampled_from(USERS), st.sampled_from(DEVICES), st.booleans()
mostly = st.sampled_from([True, True, True, False])


class World:
    """What outlives an example: an event loop, a database, a keys file, and hashing that costs nothing."""

    def __init__(self, runner: asyncio.Runner, url: str, folder: Path, passwords: Passwords) -> None:
        self.runner, self.url, self.passwords = runner, url, passwords
        self.keys_path = folder / "keys.json"

    def services(self, clock: FakeClock) -> Services:
        """A server that starts: it knows the database and the keys file, and nothing else."""
        keys = KeyFile(self.keys_path)
        keys.load_or_create(clock())
        storage = Storage(connect(self.url, 2), Lifetimes(model.IDLE, model.ABSOLUTE))
        return Services(
            storage=storage,
            tokens=Tokens(lambda: keys.ring, issuer="sessionql", audience="sessionql", lifetime=model.ACCESS),
            passwords=self.passwords,
            activity=Activity(storage, model.INTERVAL),
            locations=Locations(),
            clock=clock,
            new_id=new_id,
            policy=POLICY,
        )


class Machine(RuleBasedStateMachine):
    """Two users with several devices, a server that is started again now and then, and weeks that pass."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.number, self.clock = world, next(_examples), FakeClock()
        self.services = world.services(self.clock)
        self.model = Model(self.clock.now)
        self.ids: dict[str, Any] = {}
        self.sessions: list[Session] = []
        self.access: list[Access] = []
        self.refresh: list[Refresh] = []

    # What people do

    @initialize()
    def begin(self) -> None:
        for user in USERS:
            self.registers(user, "laptop")

    @rule(user=users, device=devices)
    def registers(self, user: str, device: str) -> None:
        done = self.run(lambda s: register(s, LogIn(self.email(user), f"password of {user}"), self.client(device)))
        if self.model.take((f"register {device}", model.REGISTRATIONS)):
            assert isinstance(done, RateLimited)
        elif user in self.model.passwords:
            assert type(done).__name__ == "EmailTaken"
        else:
            assert isinstance(done, SignedIn)
            self.model.passwords[user], self.ids[user] = f"password of {user}", done.user.id
            self.begins(user, device, done)

    @rule(user=users, on=st.lists(devices, min_size=1, max_size=4), right=mostly)
    def logs_in(self, user: str, on: list[str], right: bool) -> None:
        """On several devices, one after the other."""
        for device in on:
            password = self.model.passwords[user] if right else "not the password"
            limits = (f"password {device}", model.PER_ADDRESS), (f"account {user}", model.PER_ACCOUNT)
            request = LogIn(self.email(user), password)
            done = self.run(partial(login, request=request, client=self.client(device)))
            if self.checks_password(done, right, limits):
                assert isinstance(done, SignedIn)
                self.begins(user, device, done)

    @rule(data=data, device=devices)
    def refreshes(self, data: st.DataObject, device: str) -> None:
        """With any token that was ever given out; mostly with the newest of a session."""
        live = [token for token in self.refresh if token.session.is_active(self.model.now)]
        newest = [token for token in live if token.generation == token.session.generation]
        self.exchanges(_draw(data, newest, live or self.refresh), device)

    @rule(data=data, late=st.sampled_from([timedelta(0), model.GRACE - TICK, model.GRACE, model.GRACE + TICK]))
    def refreshes_in_two_tabs(self, data: st.DataObject, late: timedelta) -> None:
        """One of them sends the same token later, as late as it may or a little later."""
        active = [token for token in self.refresh if token.session.is_active(self.model.now)]
        token = _draw(data, [each for each in active if each.generation == each.session.generation], self.refresh)
        self.exchanges(token, "laptop")
        self.reaches(self.model.now + late)
        self.exchanges(token, "phone")

    @rule(data=data, after=st.sampled_from(ENDS), late=st.sampled_from([-1, 0, 1]))
    def comes_back(self, data: st.DataObject, after: timedelta, late: int) -> None:
        """Just before, at, or just after the instant at which a session is fresh, or lives, no longer."""
        session = _draw(data, [each for each in self.sessions if each.is_active(self.model.now)], self.sessions)
        since = {model.FRESH: session.authenticated, model.IDLE: session.used, model.ABSOLUTE: session.created}
        self.reaches(max(self.model.now, since[after] + after + late * TICK))
        self.exchanges(self.newest(session), "phone")

    @rule(data=data, device=devices)
    def uses(self, data: st.DataObject, device: str) -> None:
        self.asks(data, device)

    @rule(data=data, device=devices)
    def revokes_one(self, data: st.DataObject, device: str) -> None:
        who, session = self.asks(data, device)
        if who is None or session is None:
            return
        wanted = _draw(data, self.model.active(session.user), self.sessions)
        done = self.run(lambda s: revoke_session(s, who, str(wanted.id), self.client(device)))
        if wanted is not session and not self.model.is_fresh(session):
            assert type(done).__name__ == "ReauthenticationRequired"
        elif wanted.user != session.user or wanted.forgotten:
            assert type(done).__name__ == "SessionNotFound"
        else:
            by_user, own = RevocationReason.REVOKED_BY_USER, RevocationReason.LOGGED_OUT
            self.model.end([wanted], own if wanted is session else by_user)
            assert isinstance(done, Revoked)
            assert (done.session.id, done.was_current) == (wanted.id, wanted is session)

    @rule(data=data, device=devices, keep=either)
    def revokes_all(self, data: st.DataObject, device: str, keep: bool) -> None:
        who, session = self.asks(data, device)
        if who is None or session is None:
            return
        done = self.run(lambda s: revoke_all_sessions(s, who, keep, self.client(device)))
        mine = self.model.active(session.user)
        self.ends_many(done, session, [each for each in mine if not (keep and each is session)])

    @rule(data=data, device=devices, dry_run=either)
    def revokes_phones(self, data: st.DataObject, device: str, dry_run: bool) -> None:
        who, session = self.asks(data, device)
        if who is None or session is None:
            return
        phones = SessionFilter(device_kinds=frozenset({DeviceKind.PHONE}))
        done = self.run(lambda s: revoke_sessions(s, who, phones, dry_run, self.client(device)))
        mine = self.model.active(session.user)
        picked = [each for each in mine if each.kind is DeviceKind.PHONE and each is not session]
        if dry_run:
            assert isinstance(done, RevokedMany)
            assert set(done.ids) == {each.id for each in picked}
        else:
            self.ends_many(done, session, picked)

    @rule(data=data, device=devices, name=st.sampled_from(["Work", "Home", None]))
    def renames(self, data: st.DataObject, device: str, name: str | None) -> None:
        who, session = self.asks(data, device)
        if who is None or session is None:
            return
        wanted = _draw(data, self.model.active(session.user), self.sessions)
        done = self.run(lambda s: rename_session(s, who, str(wanted.id), name, self.client(device)))
        if wanted.user != session.user or wanted.forgotten:
            assert type(done).__name__ == "SessionNotFound"
        elif not wanted.is_active(self.model.now):
            assert type(done).__name__ == "SessionEnded"
        else:
            assert isinstance(done, SessionRecord)
            wanted.name = name

    @rule(data=data, device=devices)
    def logs_out(self, data: st.DataObject, device: str) -> None:
        """With an access token that may have expired, or with a refresh token alone."""
        access = data.draw(st.none() | st.sampled_from(self.access))
        if access is None:
            token = data.draw(st.sampled_from(self.refresh))
            proof, session = Proof(None, None, token.text), token.session
        else:
            who = self.knocks(access, device)
            proof, session = Proof(who, access.text), access.session
        done = self.run(lambda s: logout(s, proof, self.client(device)))
        ended = set() if session.forgotten else self.model.end([session], RevocationReason.LOGGED_OUT)
        assert {done.id} if done else set() == ended

    @rule(data=data, device=devices, right=mostly)
    def proves_again(self, data: st.DataObject, device: str, right: bool) -> None:
        who, session = self.asks(data, device)
        if who is None or session is None:
            return
        password = self.model.passwords[session.user] if right else "not the password"
        done = self.run(lambda s: reauthenticate(s, who, password, self.client(device)))
        if self.checks_password(done, right, self.own_limits(session, device)):
            assert isinstance(done, Renewed)
            session.prove(self.model.now)
            self.keeps(session, done.tokens)

    @rule(data=data, device=devices, right=mostly, keep=either)
    def changes_password(self, data: st.DataObject, device: str, right: bool, keep: bool) -> None:
        who, session = self.asks(data, device)
        if who is None or session is None:
            return
        old, new = self.model.passwords[session.user], f"password number {len(self.access)}"
        change = PasswordChange(old if right else "not the password", new, keep)
        done = self.run(lambda s: change_password(s, who, change, self.client(device)))
        if self.checks_password(done, right, self.own_limits(session, device)):
            assert isinstance(done, Renewed)
            self.model.passwords[session.user] = new
            session.prove(self.model.now)
            session.generation, session.rotated = session.generation + 1, None
            others = [] if keep else [each for each in self.model.active(session.user) if each is not session]
            assert set(done.revoked) == self.model.end(others, RevocationReason.PASSWORD_CHANGED)
            self.keeps(session, done.tokens)

    # What happens by itself

    @rule(passes=st.sampled_from(TIMES))
    def time_passes(self, passes: timedelta) -> None:
        self.reaches(self.model.now + passes)

    @rule(data=data, sooner=st.sampled_from([timedelta(0), TICK]))
    def time_reaches_an_edge(self, data: st.DataObject, sooner: timedelta) -> None:
        """The very instant at which something ends, or the last one before it; mostly one of the next."""
        edges = sorted(edge for edge in self.model.edges() if edge - sooner > self.model.now)
        if edges:
            self.reaches(_draw(data, edges[:4], edges) - sooner)

    @rule()
    def flushes(self) -> None:
        self.run(lambda s: s.activity.flush())
        self.model.flush()

    @rule()
    def prunes(self) -> None:
        self.run(prune)
        self.model.prune()

    @rule(crashes=either)
    def restarts(self, crashes: bool) -> None:
        """A server that is stopped writes the uses of the last moments; one that crashes loses them, and no more."""
        if crashes:
            self.model.uses.clear()
        else:
            self.flushes()
        self.run(lambda s: s.storage.database.close())
        self.services = self.world.services(self.clock)

    # What must hold after each step

    @invariant()
    def sessions_are_what_they_should_be(self) -> None:
        for user, user_id in self.ids.items():
            order, page = SessionOrder(), Page(1000)

            async def found(user_id: Any = user_id, order: SessionOrder = order, page: Page = page) -> Any:
                async with self.services.storage.reading() as repositories:
                    return await repositories.sessions.list(user_id, EVERY, order, page, self.clock())

            rows = {row.id: row for row in self.world.runner.run(found())}
            mine = [each for each in self.model.sessions if each.user == user]
            assert {each.id: _told(each) for each in mine} == {row.id: _read(row) for row in rows.values()}
            if rows:
                who = Requester(next(iter(rows.values())))
                listed = self.run(partial(my_sessions, requester=who))
                assert [row.id for row in listed] == [each.id for each in self.model.active(user)]

    @invariant()
    def tokens_open_what_they_should(self) -> None:
        # Looking is no use: what it notes is thrown away.
        services = replace(self.services, activity=Activity(self.services.storage, model.INTERVAL))
        for token in self.access:
            who = self.world.runner.run(authenticate(services, token.text, self.client("laptop")))
            assert (who is not None) is self.model.accepts(token), token
            assert who is None or who.session.id == token.session.id

    def teardown(self) -> None:
        try:
            for token in list(self.refresh):
                self.exchanges(token, "laptop")
        finally:
            self.world.runner.run(self.clean_up())

    # How it is compared

    def run(self, work: Callable[[Services], Awaitable[T]]) -> T:
        """Have the server do it, in the one event loop."""

        async def done() -> T:
            return await work(self.services)

        return self.world.runner.run(done())

    def email(self, user: str) -> str:
        return f"{user}{self.number}@example.com"

    def client(self, device: str) -> Client:
        """Each example has addresses of its own, for attempts are counted by them."""
        agent = FIREFOX if device == "laptop" else IPHONE
        return Client(device, agent, f"{device} of {self.number}")

    def begins(self, user: str, device: str, done: SignedIn) -> None:
        """A session that must be there from now on."""
        kind = DeviceKind.DESKTOP if device == "laptop" else DeviceKind.PHONE
        now, label = self.model.now, f"{user}'s {device} ({len(self.sessions)})"
        session = Session(user, label, done.session.id, kind, device, now, now, now)
        self.model.start(session)
        self.sessions.append(session)
        self.keeps(session, done.tokens)

    def keeps(self, session: Session, tokens: Grant) -> None:
        """Tokens that the session was given: they are those of its generation and its last proof."""
        proved = session.authenticated.replace(microsecond=0)
        self.access.append(Access(session, proved, tokens.access.expires_at, tokens.access.text))
        known = {(each.session, each.generation): each.text for each in self.refresh}
        text = known.get((session, session.generation))
        assert text in (None, tokens.refresh), "one generation, one token"
        if text is None:
            self.refresh.append(Refresh(session, session.generation, tokens.refresh))

    def knocks(self, token: Access, device: str) -> Requester | None:
        """Ask with the token, which must work exactly when the model says so."""
        who = self.run(lambda s: authenticate(s, token.text, self.client(device)))
        assert (who is not None) is self.model.accepts(token)
        if who is not None:
            self.model.use(token.session, device)
        return who

    def asks(self, data: st.DataObject, device: str) -> tuple[Requester, Session] | tuple[None, None]:
        """Somebody with a token that was given out, mostly with one that works."""
        active = [each for each in self.sessions if each.is_active(self.model.now)]
        usual: bool = data.draw(mostly)
        if active and usual:
            session: Session = data.draw(st.sampled_from(active))
            token = self.opens(session, device)
        else:
            token = data.draw(st.sampled_from(self.access))
        who = self.knocks(token, device)
        return (None, None) if who is None else (who, token.session)

    def opens(self, session: Session, device: str) -> Access:
        """A token of an active session that works: a new one, if none of the old ones does."""
        if not any(token.session is session and self.model.accepts(token) for token in self.access):
            self.exchanges(self.newest(session), device)
        return next(token for token in reversed(self.access) if token.session is session)

    def newest(self, session: Session) -> Refresh:
        return next(token for token in reversed(self.refresh) if token.session is session)

    def exchanges(self, token: Refresh, device: str) -> None:
        """Refresh, and compare what comes of it."""
        done = self.run(lambda s: refresh(s, token.text, self.client(device)))
        expected = self.model.exchange(token, device)
        if isinstance(done, RefreshTokenInvalid):
            assert expected == ("reuse" if done.reuse_detected else "refused")
        else:
            assert expected == type(done).__name__
        if isinstance(done, Refreshed):
            assert done.session.id == token.session.id
            self.keeps(token.session, done.tokens)

    def checks_password(self, done: object, right: bool, limits: tuple[tuple[str, int], ...]) -> bool:
        """Whether the password had to be accepted: it is right, and was not tried too often."""
        if wait := self.model.take(*limits):
            assert isinstance(done, RateLimited)
            assert done.retry_after_seconds == wait
            return False
        if not right:
            assert type(done).__name__ == "InvalidCredentials"
            return False
        self.model.give_back(*limits)
        return True

    def own_limits(self, session: Session, device: str) -> tuple[tuple[str, int], ...]:
        return (f"password {device}", model.PER_ADDRESS), (f"own {session.user}", model.PER_ACCOUNT)

    def ends_many(self, done: object, session: Session, picked: list[Session]) -> None:
        if not self.model.is_fresh(session):
            assert type(done).__name__ == "ReauthenticationRequired"
            return
        assert isinstance(done, RevokedMany)
        assert set(done.ids) == self.model.end(picked, RevocationReason.REVOKED_BY_USER)

    def reaches(self, now: datetime) -> None:
        self.clock.now = self.model.now = now

    async def clean_up(self) -> None:
        async with self.services.storage.transaction() as repositories:
            for user_id in self.ids.values():
                await repositories.users.delete(user_id)
        await self.services.storage.database.close()


def _draw(data: st.DataObject, likely: list[T], every: list[T]) -> T:
    """One of the likely ones, mostly."""
    usual: bool = data.draw(mostly)
    found: T = data.draw(st.sampled_from(likely if likely and usual else every))
    return found


def _told(session: Session) -> tuple[Any, ...]:
    times = (session.created, session.authenticated, session.used, session.rotated, session.revoked)
    return (session.name, session.kind, session.address, session.generation, session.reason, *times)


def _read(row: SessionRecord) -> tuple[Any, ...]:
    times = (row.created_at, row.authenticated_at, row.last_active, row.rotated_at, row.revoked_at)
    return (row.name, row.device.kind, row.ip_address, row.generation, row.revocation_reason, *times)
