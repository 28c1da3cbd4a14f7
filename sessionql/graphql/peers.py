"""The peers of WebSockets and event streams: each connection ends with the session that opened it."""

from sessionql.graphql_server.connections.peer import CloseReason, ConnectionRejected, Payload, Peer, SocketPeer
from sessionql.http.authentication import payload_token
from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.cookie_jar import CookieJar
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.request_context import Rejected, SignedIn
from sessionql.resolvers.requester import AuthError, Requester, check_access_token, revalidate
from sessionql.resolvers.subscriptions import EndReason, wait_until_invalid
from sessionql.schema.context import Context

SESSION_REVOKED = CloseReason(4401, "This session was signed out.")
SESSION_ENDED = CloseReason(4401, "This session has ended.")
# With 4403, clients get a new token and connect again.
TOKEN_EXPIRED = CloseReason(4403, "This access token has expired: connect again with a new one.", final=False)
OTHER_SESSION = CloseReason(4403, "This access token is of another session: open a connection for it.")
TOKEN_INVALID = CloseReason(4403, "This access token is not valid, or has expired: refresh it.")
TOKEN_MISSING = CloseReason(4403, 'Send {"authorization": "Bearer <access token>"} as the payload of connection_init.')
OTHER_ORIGIN_COOKIES = CloseReason(
    4403, "Cookies are for pages of this origin, or of one listed in SESSIONQL_CORS_ORIGINS with credentials."
)

_CLOSE_REASONS = {
    EndReason.REVOKED: SESSION_REVOKED,
    EndReason.EXPIRED: CloseReason(4401, "This session has expired."),
    EndReason.REPLACED: CloseReason(
        4403, "This access token was replaced: connect again with the new one.", final=False
    ),
    EndReason.TOKEN_INVALID: TOKEN_EXPIRED,
    EndReason.INTERRUPTED: CloseReason(1013, "Events may have been missed: connect again and read again.", final=False),
}
_NO_COOKIES = "Cookies cannot be set on a WebSocket: send this operation by POST."


class SessionPeer(Peer):
    """A client that receives events with a session."""

    def __init__(self, deps: Dependencies, requester: Requester) -> None:
        self._deps = deps
        self._requester = requester
        self.owner = requester.session.id

    async def wait_closed(self) -> CloseReason:
        """Wait until the session has ended, or its access token has expired or was replaced."""
        return _CLOSE_REASONS[await wait_until_invalid(self._deps, lambda: self._requester)]


class SessionSocketPeer(SessionPeer, SocketPeer):
    """A client that runs operations over a WebSocket with a session."""

    def __init__(self, deps: Dependencies, requester: Requester, client: ClientInfo) -> None:
        super().__init__(deps, requester)
        self._client = client

    async def context(self) -> Context:
        """The context of one operation. Reads the session again: it may have ended since the last operation."""
        requester = await revalidate(self._deps, self._requester, self._client)
        authentication = Rejected() if requester is None else SignedIn(requester)
        jar = CookieJar(rejection=lambda: _NO_COOKIES)
        return Context(self._deps, self._client, authentication, cookies=jar)

    async def handle_ping(self, payload: Payload) -> Payload:
        """Use a newer access token of the same session from now on, if the payload has one.

        The `pong` repeats no token. Raises ConnectionRejected.
        """
        token = payload_token(payload)
        if token is None:
            return payload
        requester = await _check_token(self._deps, token)
        if requester.session.id != self.owner:
            raise ConnectionRejected(OTHER_SESSION)
        self._requester = requester
        return None


async def authorize_socket(deps: Dependencies, client: ClientInfo, token: str | None) -> SessionSocketPeer:
    """The peer that connects with this access token. Raises ConnectionRejected when it is missing or not valid."""
    if token is None:
        raise ConnectionRejected(TOKEN_MISSING)
    return SessionSocketPeer(deps, await _check_token(deps, token), client)


async def _check_token(deps: Dependencies, token: str) -> Requester:
    access = await check_access_token(deps, token, deps.clock())
    if isinstance(access, AuthError):
        raise ConnectionRejected(SESSION_ENDED if access is AuthError.ENDED else TOKEN_INVALID)
    return Requester(access.session, access.token)
