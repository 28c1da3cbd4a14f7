"""The GraphQL doors: our schemas behind the generic endpoint and the generic socket."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from starlette.requests import HTTPConnection, Request

from sessionql.graphql.introspection import REJECTIONS, may_introspect
from sessionql.graphql.peers import CROSS_SITE_COOKIES, SessionPeer, SessionSocketPeer, authorize_socket
from sessionql.graphql.trusted_documents import load_trusted, report
from sessionql.graphql_server.connections.peer import ConnectionRejected
from sessionql.graphql_server.connections.quota import ConnectionQuota
from sessionql.graphql_server.engine import Engine, EngineOf
from sessionql.graphql_server.http.endpoint import GraphQLEndpoint
from sessionql.graphql_server.http.streams import Streams
from sessionql.graphql_server.websocket.socket import GraphQLSocket
from sessionql.http.authentication import client_of, context_of, credentials_of, token_of
from sessionql.http.csrf import PreflightRequired, is_by_link
from sessionql.http_kit.errors import ErrorInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidArgument, ListTooLong
from sessionql.resolvers.requester import Unauthenticated
from sessionql.resolvers.service_keys import Forbidden
from sessionql.schema.browser import CookiesRejected
from sessionql.schema.build import executor_class, graphql_schema, services_schema
from sessionql.schema.context import Context
from sessionql.schema.service_context import ServiceContext
from sessionql.settings.settings import Settings
from sessionql.storage import StorageUnavailable

_CODES: dict[type[BaseException], str] = {
    Unauthenticated: "UNAUTHENTICATED",
    Forbidden: "FORBIDDEN",
    InvalidArgument: "BAD_USER_INPUT",
    ListTooLong: "LIST_TOO_LONG",
}
OPERATOR_TIMEOUT = 300.0
"""How long operations of services and operators may take at least, in seconds."""


@dataclass(frozen=True, slots=True)
class GraphQL:
    """What answers at `/graphql`: requests, and sockets."""

    endpoint: GraphQLEndpoint
    socket: GraphQLSocket


def make_graphql(deps: Dependencies, settings: Settings) -> GraphQL:
    """Both doors, with the same engines and the same seats."""
    engine_of, seats = _engines(settings), ConnectionQuota(settings.connections)
    return GraphQL(_endpoint(deps, settings, engine_of, seats), _socket(deps, settings, engine_of, seats))


def _engines(settings: Settings) -> EngineOf:
    introspectors, trusted = settings.introspectors, load_trusted(settings)
    report(trusted)
    make_engine = partial(
        Engine, translate=map_exception, executor_class=executor_class, persisted_queries=settings.persisted_queries
    )
    # An operator who ends everybody's sessions may have millions of them to end.
    patient = replace(settings.limits, seconds=max(settings.limits.seconds, OPERATOR_TIMEOUT))
    # Whoever has a key is trusted to ask what they like.
    make_others = partial(make_engine, services_schema, limits=patient, trusted=trusted.services)
    users = make_engine(
        graphql_schema,
        limits=settings.limits,
        conceal=REJECTIONS.get(introspectors),
        trusted=trusted.users,
        trusted_only=settings.trusted_documents_only,
    )
    others = make_others(conceal=REJECTIONS.get(introspectors))
    operators = make_others() if introspectors == "operators" else others

    def engine_of(context: Context) -> Engine:
        if not isinstance(context, ServiceContext):
            return users
        return operators if may_introspect(context, introspectors) else others

    return engine_of


def _endpoint(deps: Dependencies, settings: Settings, engine_of: EngineOf, seats: ConnectionQuota) -> GraphQLEndpoint:
    proxies, rules, origins = settings.proxies, settings.cookies, settings.origins

    async def make_context(request: Request) -> Context:
        sender = client_of(request, proxies, truncate=deps.policy.truncate_addresses)
        token, browser = credentials_of(request, rules, origins)
        context = await context_of(deps, sender, token, browser)
        # Keys are for programs, and no browser ever has one.
        if is_by_link(request) and not isinstance(context, ServiceContext):
            raise PreflightRequired
        return context

    def finish(request: Request, context: Context) -> list[tuple[str, str]]:
        return rules.write(context.cookies.changes, request.scope, deps.clock())

    async def meet(_request: Request, context: Context) -> SessionPeer:
        return SessionPeer(deps, context.require())

    return GraphQLEndpoint(
        engine_of,
        make_context=make_context,
        translate=map_exception,
        max_body=settings.max_body_bytes,
        finish=finish,
        profile=settings.http_profile,
        streams=Streams(translate=map_exception, limits=settings.connections, seats=seats, meet=meet),
    )


def _socket(deps: Dependencies, settings: Settings, engine_of: EngineOf, seats: ConnectionQuota) -> GraphQLSocket:
    proxies, rules, origins = settings.proxies, settings.cookies, settings.origins

    async def open_(handshake: HTTPConnection, payload: Mapping[str, Any] | None) -> SessionSocketPeer:
        sender = client_of(handshake, proxies, truncate=deps.policy.truncate_addresses)
        try:
            token = token_of(handshake, payload, rules, origins)
        except CookiesRejected:
            raise ConnectionRejected(CROSS_SITE_COOKIES) from None
        return await authorize_socket(deps, sender, token)

    def admit(handshake: HTTPConnection) -> bool:
        return origins.allows_socket(handshake.headers)

    return GraphQLSocket(
        engine_of, open_=open_, translate=map_exception, limits=settings.connections, seats=seats, admit=admit
    )


def map_exception(error: BaseException) -> ErrorInfo | None:
    """What our exceptions mean to clients."""
    if code := _CODES.get(type(error)):
        return ErrorInfo(str(error), code)
    match error:
        case CookiesRejected() | PreflightRequired():
            return ErrorInfo(str(error), "CSRF_REFUSED", 403)
        case StorageUnavailable():
            return ErrorInfo(
                "The server cannot reach its database. Try again in a moment.",
                "SERVICE_UNAVAILABLE",
                503,
            )
        case _:
            return None
