"""Rules of the state machine: users register, log in, refresh, manage sessions and reauthenticate."""

from datetime import timedelta
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import rule

from sessionql.resolvers.accounts import LogIn, LogInResult, PresentedCredentials, login, logout, register
from sessionql.resolvers.credentials import PasswordChange, ReauthenticationResult, change_password, reauthenticate
from sessionql.resolvers.errors import RateLimited
from sessionql.resolvers.sessions import (
    RevokeManyResult,
    RevokeResult,
    rename_session,
    revoke_all_sessions,
    revoke_session,
    revoke_sessions,
)
from sessionql.storage.filters import SessionFilter
from sessionql.storage.records import DeviceKind, RevocationReason, SessionRecord
from tests.invariants import model
from tests.invariants.comparison import ModelComparison
from tests.invariants.fixtures import TICK, any_user, booleans, data, devices, draw, mostly, people, retry_keys

ENDS = [model.FRESH, model.FRESH, model.FRESH, model.IDLE, model.ABSOLUTE]


class UserRules(ModelComparison):
    """Rules: a user acts, on a laptop or a phone."""

    @rule(user=people, device=devices)
    def registers(self, user: str, device: str) -> None:
        done = self.run(lambda s: register(s, LogIn(self.email(user), f"password of {user}"), self.client(device)))
        if self.model.consume((f"register {device}", model.REGISTRATIONS)):
            assert isinstance(done, RateLimited)
        elif user in self.model.passwords:
            assert type(done).__name__ == "EmailTaken"
        else:
            assert isinstance(done, LogInResult)
            self.model.users.add(user)
            self.model.passwords[user], self.ids[user] = f"password of {user}", done.user.id
            self.starts_session(user, device, done)

    @rule(user=any_user, on=st.lists(devices, min_size=1, max_size=4), right=mostly)
    def logs_in(self, user: str, on: list[str], right: bool) -> None:
        """On several devices in sequence; the external user has no password."""
        for device in on:
            password = self.model.passwords.get(user) if right else None
            limits = (f"password {device}", model.PER_ADDRESS), (f"account {user} {device}", model.PER_ACCOUNT)
            request = LogIn(self.email(user), password or "not the password")
            done = self.run(partial(login, request=request, client=self.client(device)))
            if self.password_was_checked(
                done, limits, right=password is not None, disabled=user in self.model.disabled
            ):
                assert isinstance(done, LogInResult)
                self.starts_session(user, device, done)

    @rule(data=data, device=devices, retry_key=retry_keys)
    def refreshes(self, data: st.DataObject, device: str, retry_key: str | None) -> None:
        """With any token that was issued; mostly with the newest of a session."""
        use_tokens = [token for token in self.refresh if token.session.is_active(self.model.now)]
        newest = [token for token in use_tokens if token.generation == token.session.generation]
        self.exchanges_token(draw(data, newest, use_tokens or self.refresh), device, retry_key)

    @rule(data=data, device=devices, retry_key=retry_keys)
    def retries(self, data: st.DataObject, device: str, retry_key: str | None) -> None:
        """Send the previous token of a session again, mostly with the retry key of the rotation."""
        active = [each for each in self.refresh if each.session.is_active(self.model.now)]
        previous = [each for each in active if each.generation == each.session.generation - 1]
        token = draw(data, previous, self.refresh)
        self.exchanges_token(token, device, draw(data, [token.session.retry_key], [retry_key]))

    @rule(data=data, late=st.sampled_from([timedelta(0), model.GRACE - TICK, model.GRACE, model.GRACE + TICK]))
    def refreshes_in_two_tabs(self, data: st.DataObject, late: timedelta) -> None:
        """One tab sends the same token later: within the grace, at its end, or after it."""
        active = [token for token in self.refresh if token.session.is_active(self.model.now)]
        token = draw(data, [each for each in active if each.generation == each.session.generation], self.refresh)
        self.exchanges_token(token, "laptop")
        self.sets_time(self.model.now + late)
        self.exchanges_token(token, "phone")

    @rule(data=data, after=st.sampled_from(ENDS), late=st.sampled_from([-1, 0, 1]))
    def returns_at_a_limit(self, data: st.DataObject, after: timedelta, late: int) -> None:
        """Refresh one microsecond before, at, or after the end of freshness or of the session."""
        session = draw(data, [each for each in self.sessions if each.is_active(self.model.now)], self.sessions)
        since = {model.FRESH: session.authenticated, model.IDLE: session.used, model.ABSOLUTE: session.created}
        self.sets_time(max(self.model.now, since[after] + after + late * TICK))
        self.exchanges_token(self.newest(session), "phone")

    @rule(data=data, device=devices)
    def uses(self, data: st.DataObject, device: str) -> None:
        self.authenticates_drawn(data, device)

    @rule(data=data, device=devices)
    def revokes_one(self, data: st.DataObject, device: str) -> None:
        who, session = self.authenticates_drawn(data, device)
        if who is None or session is None:
            return
        wanted = draw(data, self.model.active(session.user), self.sessions)
        done = self.run(lambda s: revoke_session(s, who, str(wanted.id), self.client(device)))
        if wanted is not session and not self.model.is_fresh(session):
            assert type(done).__name__ == "ReauthenticationRequired"
        elif wanted.user != session.user or wanted.deleted:
            assert type(done).__name__ == "SessionNotFound"
        else:
            by_user, own = RevocationReason.REVOKED_BY_USER, RevocationReason.LOGGED_OUT
            self.model.end([wanted], own if wanted is session else by_user)
            assert isinstance(done, RevokeResult)
            assert (done.session.id, done.was_current) == (wanted.id, wanted is session)

    @rule(data=data, device=devices, keep=booleans)
    def revokes_all(self, data: st.DataObject, device: str, keep: bool) -> None:
        who, session = self.authenticates_drawn(data, device)
        if who is None or session is None:
            return
        done = self.run(lambda s: revoke_all_sessions(s, who, keep, self.client(device)))
        mine = self.model.active(session.user)
        self.assert_revoked_many(done, session, [each for each in mine if not (keep and each is session)])

    @rule(data=data, device=devices, dry_run=booleans)
    def revokes_by_filter(self, data: st.DataObject, device: str, dry_run: bool) -> None:
        who, session = self.authenticates_drawn(data, device)
        if who is None or session is None:
            return
        phones = SessionFilter(device_kinds=frozenset({DeviceKind.PHONE}))
        done = self.run(lambda s: revoke_sessions(s, who, phones, dry_run, self.client(device)))
        mine = self.model.active(session.user)
        picked = [each for each in mine if each.kind is DeviceKind.PHONE and each is not session]
        if dry_run:
            assert isinstance(done, RevokeManyResult)
            assert set(done.ids) == {each.id for each in picked}
        else:
            self.assert_revoked_many(done, session, picked)

    @rule(data=data, device=devices, name=st.sampled_from(["Work", "Home", None]))
    def renames(self, data: st.DataObject, device: str, name: str | None) -> None:
        who, session = self.authenticates_drawn(data, device)
        if who is None or session is None:
            return
        wanted = draw(data, self.model.active(session.user), self.sessions)
        done = self.run(lambda s: rename_session(s, who, str(wanted.id), name, self.client(device)))
        if wanted.user != session.user or wanted.deleted:
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
            proof, session = PresentedCredentials(None, None, token.text), token.session
        else:
            who = self.authenticates(access, device)
            proof, session = PresentedCredentials(who, access.text), access.session
        done = self.run(lambda s: logout(s, proof, self.client(device)))
        ended = set() if session.deleted else self.model.end([session], RevocationReason.LOGGED_OUT)
        assert {done.id} if done else set() == ended

    @rule(data=data, device=devices, right=mostly)
    def reauthenticates(self, data: st.DataObject, device: str, right: bool) -> None:
        who, session = self.authenticates_drawn(data, device)
        if who is None or session is None:
            return
        password = self.model.passwords.get(session.user) if right else None
        done = self.run_in_session(
            lambda s: reauthenticate(s, who, password or "not the password", self.client(device))
        )
        limits = self.reauthentication_limits(session)
        if self.password_was_checked(done, limits, right=password is not None, session=session):
            assert isinstance(done, ReauthenticationResult)
            session.reauthenticate(self.model.now)
            self.stores_tokens(session, done.tokens)

    @rule(data=data, device=devices, right=mostly, keep=booleans)
    def changes_password(self, data: st.DataObject, device: str, right: bool, keep: bool) -> None:
        who, session = self.authenticates_drawn(data, device)
        if who is None or session is None:
            return
        new = f"password number {len(self.access)}"
        old = self.model.passwords.get(session.user) if right else None
        change = PasswordChange(old or "not the password", new, keep)
        done = self.run_in_session(lambda s: change_password(s, who, change, self.client(device)))
        limits = self.reauthentication_limits(session)
        if self.password_was_checked(done, limits, right=old is not None, session=session):
            assert isinstance(done, ReauthenticationResult)
            self.model.passwords[session.user] = new
            session.reauthenticate(self.model.now)
            session.generation, session.rotated = session.generation + 1, None
            others = [] if keep else [each for each in self.model.active(session.user) if each is not session]
            assert set(done.revoked) == self.model.end(others, RevocationReason.PASSWORD_CHANGED)
            self.stores_tokens(session, done.tokens)
