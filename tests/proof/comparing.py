"""A server and the model of it, side by side: what the rules and the checks have in common."""

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
from sessionql.resolvers.requester import Requester, authenticate
from sessionql.resolvers.sessions import RevokeManyResult
from sessionql.resolvers.token_pairs import TokenPair
from sessionql.storage.records import AdminActionKind, DeviceKind, RevocationReason
from tests.conftest import FakeClock
from tests.proof import model
from tests.proof.model import Access, Model, Refresh, Session
from tests.proof.world import T, World, mostly
from tests.resolvers.builders import FIREFOX, IPHONE

NOBODY = UUID(int=0)
_examples = count()


class Comparing(RuleBasedStateMachine):
    """Both of them, and all tokens that were ever given out."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.number, self.clock = world, next(_examples), FakeClock()
        self.deps = world.deps(self.clock)
        self.model = Model(self.clock.now)
        self.ids: dict[str, UUID] = {}
        self.admin_actions: list[tuple[AdminActionKind, UUID | None, int]] = []
        self.sessions: list[Session] = []
        self.access: list[Access] = []
        self.refresh: list[Refresh] = []

    def run(self, work: Callable[[Dependencies], Awaitable[T]]) -> T:
        """Have the server do it, in the one event loop."""

        async def done() -> T:
            return await work(self.deps)

        return self.world.runner.run(done())

    @property
    def actor(self) -> str:
        """Each example has an operator of its own, for what operators did is kept."""
        return f"operator {self.number}"

    def email(self, user: str) -> str:
        return f"{user}{self.number}@example.com"

    def client(self, device: str) -> ClientInfo:
        """Each example has addresses of its own, for attempts are counted by them."""
        agent = FIREFOX if device == "laptop" else IPHONE
        return ClientInfo(device, agent, f"{device} of {self.number}")

    def begins(self, user: str, device: str, done: LogInResult, proved: datetime | None = None) -> None:
        """A session that must be there from now on."""
        kind = DeviceKind.DESKTOP if device == "laptop" else DeviceKind.PHONE
        now, label = self.model.now, f"{user}'s {device} ({len(self.sessions)})"
        session = Session(user, label, done.session.id, kind, device, now, proved or now, now)
        self.model.start(session)
        self.sessions.append(session)
        self.keeps(session, done.tokens)

    def keeps(self, session: Session, tokens: TokenPair) -> None:
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
        if isinstance(done, RefreshResult):
            assert done.session.id == token.session.id
            self.keeps(token.session, done.tokens)

    def checks_password(
        self, done: object, limits: tuple[tuple[str, int], ...], *, right: bool, disabled: bool = False
    ) -> bool:
        """Whether the password had to be accepted: it is right, and was not tried too often."""
        if wait := self.model.take(*limits):
            assert isinstance(done, RateLimited)
            assert done.retry_after_seconds == wait
            return False
        if not right:
            assert type(done).__name__ == "InvalidCredentials"
            return False
        if disabled:
            # The attempt stays counted: it came to nothing.
            assert type(done).__name__ == "AccountDisabled"
            return False
        self.model.give_back(*limits)
        return True

    def own_limits(self, session: Session, device: str) -> tuple[tuple[str, int], ...]:
        return (f"password {device}", model.PER_ADDRESS), (f"own {session.user}", model.PER_ACCOUNT)

    def ends_many(self, done: object, session: Session, picked: list[Session]) -> None:
        if not self.model.is_fresh(session):
            assert type(done).__name__ == "ReauthenticationRequired"
            return
        assert isinstance(done, RevokeManyResult)
        assert set(done.ids) == self.model.end(picked, RevocationReason.REVOKED_BY_USER)

    def reaches(self, now: datetime) -> None:
        self.clock.now = self.model.now = now

    async def clean_up(self) -> None:
        async with self.deps.storage.transaction() as repositories:
            for user_id in self.ids.values():
                await repositories.users.delete(user_id)
        await self.deps.storage.database.close()
