"""The GraphQL door: our schema behind the generic endpoint, and who knocks."""

from dataclasses import replace
from functools import partial

from starlette.requests import Request

from graphql_server import Engine, Fault, GraphQLEndpoint
from resolvers.addresses import client
from resolvers.devices import clean_user_agent
from resolvers.failures import InvalidArgument
from resolvers.requester import Client, Unauthenticated, authenticate
from resolvers.service_keys import Forbidden, authenticate_service
from resolvers.services import Services
from schema.browser import Browser, CookiesRefused
from schema.build import executor_class, graphql_schema, services_schema
from schema.context import Context
from schema.service_context import ServiceContext
from sessionql.addresses import Proxies, address_of
from sessionql.cookies import CookieRules
from sessionql.csrf import refusal
from sessionql.origins import Origins
from sessionql.settings import Settings
from storage import StorageUnavailable

OPERATORS_WAIT = 300.0
"""How long operations of services and operators may take at least, in seconds."""


def make_endpoint(services: Services, settings: Settings) -> GraphQLEndpoint:
    """The endpoint that serves `/graphql`."""
    proxies, rules, origins = settings.proxies, settings.cookies, settings.origins

    async def make_context(request: Request) -> Context:
        sender = client_of(request, proxies, truncate=services.policy.truncate_addresses)
        token, browser = proof_of(request, rules, origins)
        return await context_of(services, sender, token, browser)

    def finish(request: Request, context: Context) -> list[tuple[str, str]]:
        return rules.write(context.browser.changes, request.scope, services.clock())

    make_engine = partial(Engine, translate=translate, executor_class=executor_class)
    # An operator who ends everybody's sessions may have millions of them to end.
    patient = replace(settings.limits, seconds=max(settings.limits.seconds, OPERATORS_WAIT))
    users = make_engine(graphql_schema, limits=settings.limits)
    others = make_engine(services_schema, limits=patient)

    def engine_of(context: Context) -> Engine:
        return others if isinstance(context, ServiceContext) else users

    return GraphQLEndpoint(
        engine_of, make_context=make_context, translate=translate, max_body=settings.max_body_bytes, finish=finish
    )


def proof_of(request: Request, rules: CookieRules, origins: Origins) -> tuple[str | None, Browser]:
    """The access token of a request, and what its browser keeps.

    A bearer token wins: its request asks nothing of the cookies. Raises CookiesRefused when they
    are all that the request has, and another site may have had them sent.
    """
    token, cookies = bearer_token(request), rules.read(request.headers.raw)
    browser = Browser(sent=cookies.sent, refusal=partial(refusal, request, origins))
    if token is not None or not cookies.sent:
        return token, browser
    browser.require()
    browser.speaks, browser.refresh_token = True, cookies.refresh_token
    return cookies.access_token, browser


async def context_of(services: Services, client: Client, token: str | None, browser: Browser) -> Context:
    """What the fields of this request share. The session is looked up here, once."""
    if token is not None and (service := await authenticate_service(services, token, client)):
        return ServiceContext(services, client, service=service)
    context = Context(services, client, token, browser=browser)
    if token is not None:
        context.requester = await authenticate(services, token, context.client)
    context.rejected = context.requester is None and (token is not None or browser.speaks)
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
        case CookiesRefused():
            return Fault(str(error), "CSRF_REFUSED", 403)
        case Forbidden():
            return Fault(str(error), "FORBIDDEN")
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
