"""Runs one operation on the server and on its model and compares the results; base of rules and checks."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from sessionql.resolvers.accounts import LogInResult
from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import RateLimited, RefreshTokenInvalid
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.resolvers.requester import Requester, Unauthenticated, authenticate
from sessionql.resolvers.sessions import RevokeManyResult
from sessionql.resolvers.token_pairs import TokenPair
from sessionql.storage.records import AdminActionKind, RevocationReason
from tests.conftest import FakeClock
from tests.invariants import model
from tests.invariants.fixtures import Environment, T, mostly
from tests.invariants.model import Access, Model, Refresh, Session
from tests.resolvers.builders import FIREFOX, IPHONE

UNKNOWN_ID = UUID(int=0)
_examples = count()


class ModelComparison(RuleBasedStateMachine):
    """The server, the model, and every token that was issued."""

    def __init__(self, environment: Environment) -> None:
        super().__init__()
        self.environment, self.number, self.clock = environment, next(_examples), FakeClock()
        self.deps = environment.deps(self.clock)
        self.model = Model(self.clock.now)
        self.ids: dict[str, UUID] = {}
        self.admin_actions: list[tuple[AdminActionKind, UUID | None, int]] = []
        self.sessions: list[Session] = []
        self.access: list[Access] = []
        self.refresh: list[Refresh] = []

    def run(self, work: Callable[[Dependencies], Awaitable[T]]) -> T:
        """Run the work against the server, in the event loop of the environment."""

        async def done() -> T:
            return await work(self.deps)

        return self.environment.runner.run(done())

    def run_in_session(self, work: Callable[[Dependencies], Awaitable[T]]) -> T | Unauthenticated:
        """Run work that may end the session of its requester."""
        try:
            return self.run(work)
        except Unauthenticated as ended:
            return ended

    @property
    def actor(self) -> str:
        """The name of the operator: one per example, because the audit log outlives the example."""
        return f"operator {self.number}"

    def email(self, user: str) -> str:
        return f"{user}{self.number}@example.com"

    def client(self, device: str) -> ClientInfo:
        """The client of a device; its address is unique to the example, because rate limits count addresses."""
        agent = FIREFOX if device == "laptop" else IPHONE
        return ClientInfo(device, agent, f"{device} of {self.number}")

    def starts_session(self, user: str, device: str, done: LogInResult, proved: datetime | None = None) -> None:
        """Record a session that the server has just created."""
        now, label = self.model.now, f"{user}'s {device} ({len(self.sessions)})"
        session = Session(user, label, done.session.id, model.KINDS[device], device, now, proved or now, now)
        self.model.start(session)
        self.sessions.append(session)
        self.stores_tokens(session, done.tokens)

    def stores_tokens(self, session: Session, tokens: TokenPair) -> None:
        """Record tokens of the session: they belong to its generation and its last authentication."""
        proved = session.authenticated.replace(microsecond=0)
        self.access.append(Access(session, proved, tokens.access.expires_at, tokens.access.text))
        known = {(each.session, each.generation): each.text for each in self.refresh}
        text = known.get((session, session.generation))
        assert text in (None, tokens.refresh), "one generation, one token"
        if text is None:
            self.refresh.append(Refresh(session, session.generation, tokens.refresh))

    def authenticates(self, token: Access, device: str) -> Requester | None:
        """Authenticate with the token; assert that the server accepts it exactly when the model does."""
        who = self.run(lambda s: authenticate(s, token.text, self.client(device)))
        assert (who is not None) is self.model.accepts(token)
        if who is not None:
            self.model.use(token.session, device)
        return who

    def authenticates_drawn(self, data: st.DataObject, device: str) -> tuple[Requester, Session] | tuple[None, None]:
        """Authenticate with a drawn token, mostly with one that is accepted."""
        active = [each for each in self.sessions if each.is_active(self.model.now)]
        usual: bool = data.draw(mostly)
        if active and usual:
            session: Session = data.draw(st.sampled_from(active))
            token = self.usable_access_token(session, device)
        else:
            token = data.draw(st.sampled_from(self.access))
        who = self.authenticates(token, device)
        return (None, None) if who is None else (who, token.session)

    def usable_access_token(self, session: Session, device: str) -> Access:
        """Return an accepted token of an active session; refreshes the session if it has none."""
        if not any(token.session is session and self.model.accepts(token) for token in self.access):
            self.exchanges_token(self.newest(session), device)
        return next(token for token in reversed(self.access) if token.session is session)

    def newest(self, session: Session) -> Refresh:
        return next(token for token in reversed(self.refresh) if token.session is session)

    def exchanges_token(self, token: Refresh, device: str, retry_key: str | None = None) -> None:
        """Refresh, and compare the result with the model."""
        done = self.run(lambda s: refresh(s, token.text, self.client(device), retry_key))
        expected = self.model.exchange(token, device, retry_key)
        if isinstance(done, RefreshTokenInvalid):
            assert expected == ("reuse" if done.reuse_detected else "refused")
        else:
            assert expected == type(done).__name__
        if isinstance(done, RefreshResult):
            assert done.session.id == token.session.id
            self.stores_tokens(token.session, done.tokens)

    def password_was_checked(
        self,
        done: object,
        limits: tuple[tuple[str, int], ...],
        *,
        right: bool,
        disabled: bool = False,
        session: Session | None = None,
    ) -> bool:
        """Return whether the password must be accepted: it is correct and within the rate limits."""
        if wait := self.model.consume(*limits):
            assert isinstance(done, RateLimited)
            assert done.retry_after_seconds == wait
            return False
        if not right:
            ended = session is not None and self.model.ends_by_failure(session)
            assert type(done).__name__ == ("Unauthenticated" if ended else "InvalidCredentials")
            return False
        if disabled:
            # The attempt stays counted, because it failed.
            assert type(done).__name__ == "AccountDisabled"
            return False
        self.model.refund(*limits)
        return True

    def reauthentication_limits(self, session: Session) -> tuple[tuple[str, int], ...]:
        own, failures = f"session {session.id}", f"failures {session.id}"
        return (own, model.PER_ACCOUNT), (f"own {session.user}", model.PER_USER), (failures, model.FAILURES)

    def assert_revoked_many(self, done: object, session: Session, picked: list[Session]) -> None:
        if not self.model.is_fresh(session):
            assert type(done).__name__ == "ReauthenticationRequired"
            return
        assert isinstance(done, RevokeManyResult)
        assert set(done.ids) == self.model.end(picked, RevocationReason.REVOKED_BY_USER)

    def sets_time(self, now: datetime) -> None:
        self.clock.now = self.model.now = now

    async def delete_users(self) -> None:
        async with self.deps.storage.transaction() as repositories:
            for user_id in self.ids.values():
                await repositories.users.delete(user_id)
        await self.deps.storage.database.close()
