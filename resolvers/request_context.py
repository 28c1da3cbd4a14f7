"""What a request is authenticated as, and what its resolvers share. No GraphQL and no HTTP in here."""

from dataclasses import dataclass, field
from typing import ClassVar

from sessionql.resolvers.accounts import PresentedCredentials
from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.cookie_jar import CookieJar
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.requester import Requester, Unauthenticated, authenticate
from sessionql.resolvers.service_keys import PREFIX, ServiceAccount, authenticate_service
from sessionql.storage.records import SessionRecord


@dataclass(frozen=True, slots=True)
class Anonymous:
    """The request has no credentials."""

    by_cookie: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """The request has credentials that are not valid, or its session ended while it ran.

    `by_cookie`: they came in cookies and not in an `Authorization` header.
    """

    by_cookie: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The request has a valid access token of an active session. `by_cookie` as for `Rejected`."""

    requester: Requester
    by_cookie: bool = False


Authentication = Anonymous | Rejected | SignedIn | ServiceAccount

ANONYMOUS = Anonymous()


@dataclass(slots=True)
class RequestContext:
    """One request: its dependencies, its client, its cookies and what it is authenticated as.

    Only `sign_in` and `sign_out` change `authentication`.
    """

    deps: Dependencies
    client: ClientInfo
    authentication: Authentication = ANONYMOUS
    access_token: str | None = field(default=None, repr=False)
    cookies: CookieJar = field(default_factory=CookieJar)

    @property
    def requester(self) -> Requester | None:
        """The user and session of the request; None unless it is signed in."""
        return self.authentication.requester if isinstance(self.authentication, SignedIn) else None

    @property
    def by_cookie(self) -> bool:
        """Whether cookies authenticate the request: it has cookies, and no `Authorization: Bearer` header."""
        return not isinstance(self.authentication, ServiceAccount) and self.authentication.by_cookie

    def require(self) -> Requester:
        """The user and session of the request. Raises Unauthenticated unless it is signed in."""
        if isinstance(self.authentication, SignedIn):
            return self.authentication.requester
        raise Unauthenticated(rejected=isinstance(self.authentication, Rejected))

    def optional(self) -> Requester | None:
        """The user and session of the request, or None. Raises Unauthenticated for credentials that are not valid."""
        return self.require() if isinstance(self.authentication, Rejected) else self.requester

    @property
    def presented_credentials(self) -> PresentedCredentials:
        """The credentials that a log-out reads, valid or expired."""
        return PresentedCredentials(self.requester, self.access_token, self.cookies.refresh_token)

    def sign_in(self, session: SessionRecord, *, by_cookie: bool) -> None:
        """Run the rest of the request with this session. `by_cookie`: its tokens are set as cookies."""
        self.authentication = SignedIn(Requester(session), by_cookie)

    def sign_out(self) -> None:
        """Run the rest of the request without a session, because it has ended; delete the cookies it came in."""
        self.authentication = Rejected(self.by_cookie)
        if self.by_cookie:
            self.cookies.clear()


async def authenticate_request(
    deps: Dependencies, client: ClientInfo, token: str | None, *, by_cookie: bool = False
) -> Authentication:
    """What a request with this access token or service key is authenticated as. Reads the database once.

    `by_cookie`: the request has cookies, from which `token` was read, if there was an access cookie.
    """
    if token is None:
        return Rejected(by_cookie) if by_cookie else ANONYMOUS
    if token.startswith(PREFIX) and (service := await authenticate_service(deps, token, client)):
        return service
    requester = await authenticate(deps, token, client)
    return Rejected(by_cookie) if requester is None else SignedIn(requester, by_cookie)
