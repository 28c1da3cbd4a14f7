"""Who listens on a socket or a stream, and until when: as long as the session is live that it was opened with."""

from sessionql.graphql_server.connections.peer import CloseReason, ConnectionRejected, Peer, SocketPeer
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.requester import AuthError, ClientInfo, Requester, check_access_token, revalidate
from sessionql.resolvers.subscriptions import EndReason, wait_until_invalid
from sessionql.schema.browser import CookieJar
from sessionql.schema.context import Context

SESSION_REVOKED = CloseReason(4401, "This session was signed out.")
SESSION_ENDED = CloseReason(4401, "This session has ended.")
# Clients ask for a token again, and then connect again by themselves.
TOKEN_INVALID = CloseReason(4403, "This access token is not valid, or no longer: refresh it.")
TOKEN_MISSING = CloseReason(4403, 'Send {"authorization": "Bearer <access token>"} as the payload of connection_init.')
CROSS_SITE_COOKIES = CloseReason(
    4403, "Cookies are for pages of this site, or of one listed in SESSIONQL_CORS_ORIGINS with credentials."
)

_ENDS = {
    EndReason.REVOKED: SESSION_REVOKED,
    EndReason.EXPIRED: CloseReason(4401, "This session has expired."),
    EndReason.REPLACED: CloseReason(
        4403, "This access token was replaced: connect again with the new one.", final=False
    ),
    EndReason.INTERRUPTED: CloseReason(1013, "Events may have been missed: connect again, and look anew.", final=False),
}
_NO_COOKIES = "Cookies cannot be set on a WebSocket: send this operation by POST."


class SessionPeer(Peer):
    """Somebody who listens with a session."""

    def __init__(self, deps: Dependencies, requester: Requester) -> None:
        self._deps = deps
        self._requester = requester
        self.owner = requester.session.id

    async def wait_closed(self) -> CloseReason:
        """Wait until the session is over, or its tokens were replaced."""
        return _ENDS[await wait_until_invalid(self._deps, self._requester.session)]


class SessionSocketPeer(SessionPeer, SocketPeer):
    """Somebody who asks for operations over a socket, one after the other."""

    def __init__(self, deps: Dependencies, requester: Requester, client: ClientInfo) -> None:
        super().__init__(deps, requester)
        self._client = client

    async def context(self) -> Context:
        """Who asks is looked up again: the session may be over by now, though its end was not heard of yet."""
        context = Context(self._deps, self._client, cookies=CookieJar(rejection=lambda: _NO_COOKIES))
        context.requester = await revalidate(self._deps, self._requester, self._client)
        context.rejected = context.requester is None
        return context


async def authorize_socket(deps: Dependencies, client: ClientInfo, token: str | None) -> SessionSocketPeer:
    """Somebody who connects with this access token. Raises Refused."""
    if token is None:
        raise ConnectionRejected(TOKEN_MISSING)
    access = await check_access_token(deps, token, deps.clock())
    if isinstance(access, AuthError):
        raise ConnectionRejected(SESSION_ENDED if access is AuthError.ENDED else TOKEN_INVALID)
    return SessionSocketPeer(deps, Requester(access.session), client)
