"""What the fields of one request share: who asks, and what to ask with."""

from dataclasses import dataclass, field

import strawberry

from sessionql.resolvers.accounts import PresentedCredentials
from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.requester import Requester, Unauthenticated
from sessionql.schema.browser import CookieJar
from sessionql.schema.loaders import Loaders
from sessionql.storage.records import SessionRecord


@dataclass(slots=True)
class Context:
    """One request. `rejected`: it carried a token, and that was refused."""

    deps: Dependencies
    client: ClientInfo
    access_token: str | None = None
    requester: Requester | None = None
    rejected: bool = False
    cookies: CookieJar = field(default_factory=CookieJar)
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.deps)

    def require(self) -> Requester:
        """Who asks. Raises Unauthenticated when nobody does."""
        if self.requester is None:
            raise Unauthenticated(self.rejected)
        return self.requester

    def optional(self) -> Requester | None:
        """Who asks, if anybody. Raises Unauthenticated for a token that was refused."""
        return self.require() if self.rejected else self.requester

    @property
    def presented_credentials(self) -> PresentedCredentials:
        """What the request carries that says whose session it is."""
        return PresentedCredentials(self.requester, self.access_token, self.cookies.refresh_token)

    def reset_loaders(self) -> None:
        """Forget what was read: another event of a subscription tells of another moment."""
        self.loaders = Loaders(self.deps)

    def sign_in(self, session: SessionRecord) -> Requester:
        """From here on the request is made by this new session."""
        self.requester, self.rejected = Requester(session), False
        return self.requester

    def sign_out(self) -> None:
        """From here on nobody makes the request: its session has ended."""
        self.requester, self.rejected = None, True
        if self.cookies.authenticates:
            self.cookies.clear()


Info = strawberry.Info[Context, None]
