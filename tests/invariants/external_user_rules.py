"""Rules of the state machine: a service creates sessions and reports reauthentications."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from sessionql.resolvers.accounts import LogInResult
from sessionql.resolvers.credentials import ReauthenticationResult
from sessionql.resolvers.errors import InvalidInput, SessionEnded
from sessionql.resolvers.external_users import ExternalLogin, Reauthentication, create_session, mark_reauthenticated
from sessionql.resolvers.service_keys import ServiceAccount
from sessionql.storage.records import Scope, ServiceKeyRecord
from tests.invariants import model
from tests.invariants.comparison import UNKNOWN_ID, ModelComparison
from tests.invariants.fixtures import EXTERNAL_USER, TICK, any_user, data, devices, draw, mostly
from tests.invariants.model import Session

AGES = st.sampled_from([None, timedelta(0), TICK, model.FRESH, model.FRESH + TICK, -model.SKEW, -model.SKEW - TICK])
"""How long ago the user authenticated; None for now. The last two are in the future, by clocks that are ahead."""


class ExternalUserRules(ModelComparison):
    """Rules: a service reports who authenticated, and when."""

    @rule(device=devices, age=AGES)
    def logs_in_externally(self, device: str, age: timedelta | None) -> None:
        proved = None if age is None else self.model.now - age
        request = ExternalLogin(f"{EXTERNAL_USER} {self.number}", proved)
        done = self.run(lambda s: create_session(s, self.service, request, self.client(device)))
        if self.model.is_in_the_future(proved):
            assert isinstance(done, InvalidInput)
        elif EXTERNAL_USER in self.model.disabled:
            assert type(done).__name__ == "AccountDisabled"
        else:
            assert isinstance(done, LogInResult)
            self.model.users.add(EXTERNAL_USER)
            self.ids[EXTERNAL_USER] = done.user.id
            self.starts_session(EXTERNAL_USER, device, done, min(proved or self.model.now, self.model.now))

    @rule(data=data, user=any_user, own=mostly, age=AGES)
    def reauthenticates_externally(self, data: st.DataObject, user: str, own: bool, age: timedelta | None) -> None:
        """Mostly for a session of the user; also for users who have a password here."""
        session = draw(data, self.model.active(user), self.sessions)
        named = session.user if own else user
        proved = None if age is None else self.model.now - age
        request = Reauthentication(str(self.ids.get(named, UNKNOWN_ID)), str(session.id), proved)
        done = self.run(partial(mark_reauthenticated, service=self.service, request=request))
        if self.model.is_in_the_future(proved):
            assert isinstance(done, InvalidInput)
        elif session.deleted or session.user != named:
            assert type(done).__name__ == "SessionNotFound"
        else:
            self.assert_reauthenticated(session, proved, done)

    def assert_reauthenticated(self, session: Session, proved: datetime | None, done: Any) -> None:
        """Compare the result of a reauthentication of a session that exists."""
        if not session.is_active(self.model.now):
            assert isinstance(done, SessionEnded)
            assert done.ended_at == session.ended()
            return
        proof = min(proved or self.model.now, self.model.now)
        # An older authentication changes nothing; one of this instant counts even if the clock did not move.
        if proved is None or proof > session.authenticated:
            session.reauthenticate(proof)
        assert isinstance(done, ReauthenticationResult)
        self.stores_tokens(session, done.tokens)

    @property
    def service(self) -> ServiceAccount:
        """A service with every scope; scopes have tests of their own."""
        return ServiceAccount(ServiceKeyRecord(UNKNOWN_ID, "Shop", frozenset(Scope), self.model.now, None))
