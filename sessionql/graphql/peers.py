"""Who listens on a socket or a stream, and until when: as long as the session is live that it was opened with."""

from sessionql.graphql_server import Closing, Connection, Peer, Refused
from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.requester import Client, Refusal, Requester, ask_again, check_access
from sessionql.resolvers.subscriptions import End, until_over
from sessionql.schema.browser import Browser
from sessionql.schema.context import Context

SIGNED_OUT = Closing(4401, "This session was signed out.")
OVER = Closing(4401, "This session has ended.")
# Clients ask for a token again, and then connect again by themselves.
NOT_VALID = Closing(4403, "This access token is not valid, or no longer: refresh it.")
NOBODY = Closing(4403, 'Send {"authorization": "Bearer <access token>"} as the payload of connection_init.')
FOREIGN = Closing(
    4403, "Cookies are for pages of this site, or of one listed in SESSIONQL_CORS_ORIGINS with credentials."
)

_ENDS = {
    End.REVOKED: SIGNED_OUT,
    End.EXPIRED: Closing(4401, "This session has expired."),
    End.REPLACED: Closing(4403, "This access token was replaced: connect again with the new one.", final=False),
    End.INTERRUPTED: Closing(1013, "Events may have been missed: connect again, and look anew.", final=False),
}
_NO_COOKIES = "Cookies cannot be set on a WebSocket: send this operation by POST."


class Watching(Peer):
    """Somebody who listens with a session."""

    def __init__(self, services: Services, requester: Requester) -> None:
        self._services = services
        self._requester = requester
        self.seat = requester.session.id

    async def ended(self) -> Closing:
        """Wait until the session is over, or its tokens were replaced."""
        return _ENDS[await until_over(self._services, self._requester.session)]


class Conversing(Watching, Connection):
    """Somebody who asks for operations over a socket, one after the other."""

    def __init__(self, services: Services, requester: Requester, client: Client) -> None:
        super().__init__(services, requester)
        self._client = client

    async def context(self) -> Context:
        """Who asks is looked up again: the session may be over by now, though its end was not heard of yet."""
        context = Context(self._services, self._client, browser=Browser(refusal=lambda: _NO_COOKIES))
        context.requester = await ask_again(self._services, self._requester, self._client)
        context.rejected = context.requester is None
        return context


async def converse(services: Services, client: Client, token: str | None) -> Conversing:
    """Somebody who connects with this access token. Raises Refused."""
    if token is None:
        raise Refused(NOBODY)
    access = await check_access(services, token, services.clock())
    if isinstance(access, Refusal):
        raise Refused(OVER if access is Refusal.ENDED else NOT_VALID)
    return Conversing(services, Requester(access.session), client)
