"""The GraphQL door: our schema behind the generic endpoint, and who knocks."""

from starlette.requests import Request

from graphql_server import Engine, Fault, GraphQLEndpoint
from resolvers.addresses import client
from resolvers.devices import clean_user_agent
from resolvers.failures import InvalidArgument
from resolvers.requester import Client, Unauthenticated, authenticate
from resolvers.services import Services
from schema.build import executor_class, graphql_schema
from schema.context import Context
from sessionql.addresses import Proxies, address_of
from storage import StorageUnavailable


def make_endpoint(services: Services, proxies: Proxies, max_body: int) -> GraphQLEndpoint:
    """The endpoint that serves `/graphql`."""

    async def make_context(request: Request) -> Context:
        sender = client_of(request, proxies, truncate=services.policy.truncate_addresses)
        return await context_of(services, sender, bearer_token(request))

    engine = Engine(graphql_schema, translate=translate, executor_class=executor_class)
    return GraphQLEndpoint(engine, make_context=make_context, translate=translate, max_body=max_body)


async def context_of(services: Services, client: Client, token: str | None) -> Context:
    """What the fields of this request share. The session is looked up here, once."""
    context = Context(services, client, token)
    if token is not None:
        context.requester = await authenticate(services, token, context.client)
        context.rejected = context.requester is None
    return context


def client_of(request: Request, proxies: Proxies, *, truncate: bool) -> Client:
    """The address and the program that a request comes from."""
    # Raw bytes: the header may hold anything, and the framework would read it as Latin-1.
    raw = next((value for name, value in request.headers.raw if name == b"user-agent"), None)
    return client(address_of(request, proxies), clean_user_agent(raw), truncate=truncate)


def bearer_token(request: Request) -> str | None:
    """The token of an `Authorization: Bearer` header (RFC 6750); None when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    # What surrounds a header's value, and no other white space: a token has one spelling.
    return token.strip(" \t") if scheme.lower() == "bearer" else None


def translate(error: BaseException) -> Fault | None:
    """What our exceptions mean to clients."""
    match error:
        case Unauthenticated():
            return Fault(str(error), "UNAUTHENTICATED")
        case InvalidArgument():
            return Fault(str(error), "BAD_USER_INPUT")
        case StorageUnavailable():
            return Fault(
                "The server cannot reach its database. Try again in a moment.",
                "SERVICE_UNAVAILABLE",
                503,
            )
        case _:
            return None
