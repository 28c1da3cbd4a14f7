"""Connects the schemas with `graphql_server`: engines, HTTP endpoint and WebSocket."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from starlette.requests import HTTPConnection, Request

from sessionql.graphql.introspection import REJECTIONS, may_introspect
from sessionql.graphql.limits import connection_limits, document_limits
from sessionql.graphql.peers import OTHER_ORIGIN_COOKIES, SessionPeer, SessionSocketPeer, authorize_socket
from sessionql.graphql.trusted_documents import load_trusted, report
from sessionql.graphql_server.connections.peer import ConnectionRejected
from sessionql.graphql_server.connections.quota import ConnectionQuota
from sessionql.graphql_server.engine import Engine, SelectEngine
from sessionql.graphql_server.http.endpoint import GraphQLEndpoint
from sessionql.graphql_server.http.statuses import HttpProfile
from sessionql.graphql_server.http.streams import Streams
from sessionql.graphql_server.websocket.socket import GraphQLSocket
from sessionql.http.authentication import Authenticator
from sessionql.http.csrf import PreflightRequired, check_graphql, is_link_request
from sessionql.http.errors import map_exception
from sessionql.http_kit.budgets import Budgets
from sessionql.http_kit.transport import set_owners
from sessionql.resolvers.cookie_jar import CookiesRejected
from sessionql.resolvers.service_keys import ServiceAccount
from sessionql.schema.build import executor_class, services_schema_of, users_schema_of
from sessionql.schema.context import Context
from sessionql.schema.service_context import ServiceContext
from sessionql.settings.settings import Settings

MIN_OPERATOR_TIMEOUT = 300.0
"""Seconds that an operation of a service or an operator may take, whatever the setting for users is."""


@dataclass(frozen=True, slots=True)
class GraphQL:
    """The HTTP endpoint and the WebSocket at `/graphql`."""

    endpoint: GraphQLEndpoint
    socket: GraphQLSocket


def make_graphql(settings: Settings, authenticator: Authenticator, budgets: Budgets) -> GraphQL:
    """The endpoint and the socket, with the same engines and the same connection quota."""
    engine_of, quota = _engines(settings, budgets), ConnectionQuota(connection_limits(settings))
    return GraphQL(
        _endpoint(settings, authenticator, engine_of, quota), _socket(settings, authenticator, engine_of, quota)
    )


def _engines(settings: Settings, budgets: Budgets) -> SelectEngine:
    introspection, trusted, limits = settings.introspectors, load_trusted(settings), document_limits(settings)
    report(trusted)
    make_engine = partial(
        Engine,
        map_exception=map_exception,
        executor_class=executor_class,
        max_persisted_queries=settings.persisted_queries,
        budgets=budgets,
    )
    users = make_engine(
        users_schema_of(settings.allowed_accounts),
        limits=limits,
        introspection_error=REJECTIONS.get(introspection),
        trusted_documents=trusted.users,
        trusted_only=settings.trusted_documents_only,
    )
    # An operator who revokes the sessions of all users may have millions of them to revoke. A service may run any
    # document, also with `trusted_documents_only`.
    operator_limits = replace(limits, seconds=max(limits.seconds, MIN_OPERATOR_TIMEOUT))
    make_service_engine = partial(
        make_engine,
        services_schema_of(settings.allowed_accounts),
        limits=operator_limits,
        trusted_documents=trusted.services,
    )
    services = make_service_engine(introspection_error=REJECTIONS.get(introspection))
    operators = make_service_engine() if introspection == "operators" else services

    def engine_of(context: Context) -> Engine:
        if not isinstance(context, ServiceContext):
            return users
        return operators if may_introspect(context, introspection) else services

    return engine_of


def _endpoint(
    settings: Settings, authenticator: Authenticator, engine_of: SelectEngine, quota: ConnectionQuota
) -> GraphQLEndpoint:
    deps = authenticator.deps

    async def make_context(request: Request) -> Context:
        found = await authenticator.by_bearer_or_cookie(request, check_graphql)
        is_service = isinstance(found.authentication, ServiceAccount)
        # A service key is for programs: no browser has one.
        if request.method != "POST" and not is_service and is_link_request(request):
            raise PreflightRequired
        return (ServiceContext if is_service else Context).from_request(found)

    def response_headers(_request: Request, context: Context) -> list[tuple[str, str]]:
        changes = context.cookies.changes
        return authenticator.cookies.write(changes, deps.clock()) if changes else []

    async def authorize_stream(_request: Request, context: Context) -> SessionPeer:
        return SessionPeer(deps, context.require())

    return GraphQLEndpoint(
        engine_of,
        make_context=make_context,
        map_exception=map_exception,
        max_body_bytes=settings.max_body_bytes,
        response_headers=response_headers,
        profile=HttpProfile(settings.http_profile),
        streams=Streams(
            map_exception=map_exception, limits=connection_limits(settings), quota=quota, authorize=authorize_stream
        ),
    )


def _socket(
    settings: Settings, authenticator: Authenticator, engine_of: SelectEngine, quota: ConnectionQuota
) -> GraphQLSocket:
    async def authorize(handshake: HTTPConnection, payload: Mapping[str, Any] | None) -> SessionSocketPeer:
        client = authenticator.client_of(handshake)
        try:
            token = authenticator.socket_token(handshake, payload)
        except CookiesRejected:
            raise ConnectionRejected(OTHER_ORIGIN_COOKIES) from None
        peer = await authorize_socket(authenticator.deps, client, token)
        set_owners(handshake.scope, client.network, peer.owner)
        return peer

    def check_origin(handshake: HTTPConnection) -> bool:
        return authenticator.origins.allows_socket(handshake.headers)

    return GraphQLSocket(
        engine_of,
        authorize=authorize,
        map_exception=map_exception,
        limits=connection_limits(settings),
        quota=quota,
        check_origin=check_origin,
        network_of=authenticator.network_of,
    )
