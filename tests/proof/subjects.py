"""What services do: they vouch for somebody who logged in elsewhere, or proved there again who they are."""

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
from tests.proof import model
from tests.proof.comparing import NOBODY, Comparing
from tests.proof.model import Session
from tests.proof.world import SUBJECT, TICK, data, devices, draw, everybody, mostly

AGES = st.sampled_from([None, timedelta(0), TICK, model.FRESH, model.FRESH + TICK, -model.SKEW, -model.SKEW - TICK])
"""How long ago somebody proved who they are; None for just now; the last two come of a clock ahead of ours."""


class Subjects(Comparing):
    """Rules: a service says who came, and when."""

    @rule(device=devices, age=AGES)
    def logs_in_elsewhere(self, device: str, age: timedelta | None) -> None:
        proved = None if age is None else self.model.now - age
        request = ExternalLogin(f"{SUBJECT} {self.number}", proved)
        done = self.run(lambda s: create_session(s, self.service, request, self.client(device)))
        if self.model.is_too_early(proved):
            assert isinstance(done, InvalidInput)
        elif SUBJECT in self.model.disabled:
            assert type(done).__name__ == "AccountDisabled"
        else:
            assert isinstance(done, LogInResult)
            self.model.users.add(SUBJECT)
            self.ids[SUBJECT] = done.user.id
            self.begins(SUBJECT, device, done, min(proved or self.model.now, self.model.now))

    @rule(data=data, user=everybody, own=mostly, age=AGES)
    def proves_again_elsewhere(self, data: st.DataObject, user: str, own: bool, age: timedelta | None) -> None:
        """Mostly for a session of the user's; a service may vouch for those with a password here, too."""
        session = draw(data, self.model.active(user), self.sessions)
        named = session.user if own else user
        proved = None if age is None else self.model.now - age
        request = Reauthentication(str(self.ids.get(named, NOBODY)), str(session.id), proved)
        done = self.run(partial(mark_reauthenticated, service=self.service, request=request))
        if self.model.is_too_early(proved):
            assert isinstance(done, InvalidInput)
        elif session.forgotten or session.user != named:
            assert type(done).__name__ == "SessionNotFound"
        else:
            self.is_proved(session, proved, done)

    def is_proved(self, session: Session, proved: datetime | None, done: Any) -> None:
        """What comes of a proof of a session that is there."""
        if not session.is_active(self.model.now):
            assert isinstance(done, SessionEnded)
            assert done.ended_at == session.ended()
            return
        proof = min(proved or self.model.now, self.model.now)
        # An old proof is no news; one of just now counts, also when our clock did not move since the last.
        if proved is None or proof > session.authenticated:
            session.prove(proof)
        assert isinstance(done, ReauthenticationResult)
        self.keeps(session, done.tokens)

    @property
    def service(self) -> ServiceAccount:
        """Which keys there are, and what they may be used for, is for other tests."""
        return ServiceAccount(ServiceKeyRecord(NOBODY, "Shop", frozenset(Scope), self.model.now, None))
