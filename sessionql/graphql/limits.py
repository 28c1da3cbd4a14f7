"""The limits of `graphql_server`, from the settings."""

from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.limits.limits import Limits
from sessionql.resolvers.values import paging
from sessionql.schema.value_bytes import NESTED_LIST_SIZE, VALUE_BYTES
from sessionql.settings.connections import ConnectionSettings
from sessionql.settings.limits import LimitsSettings

PASSWORD_FIELDS = frozenset({"register", "login", "reauthenticate", "changePassword", "resetPassword"})
"""The mutations that hash a password, which takes about as long as a hundred other fields."""


def document_limits(settings: LimitsSettings) -> Limits:
    """The limits of documents, variables and executions."""
    return Limits(
        characters=settings.max_characters,
        tokens=settings.max_tokens,
        depth=settings.max_depth,
        aliases=settings.max_aliases,
        root_fields=settings.max_root_fields,
        directives=settings.max_directives,
        comparisons=settings.max_comparisons,
        validation_errors=settings.max_validation_errors,
        cost=settings.max_cost,
        response_bytes=settings.max_response_bytes,
        value_bytes=VALUE_BYTES,
        exclusive_fields=PASSWORD_FIELDS,
        values=settings.max_values,
        page_size=paging.DEFAULT_PAGE_SIZE,
        list_size=settings.max_list_size,
        unpaged_list_size=paging.MAX_PAGE_SIZE,
        nested_list_size=NESTED_LIST_SIZE,
        seconds=settings.execution_timeout.total_seconds(),
    )


def connection_limits(settings: ConnectionSettings) -> ConnectionLimits:
    """The limits of WebSockets and event streams."""
    return ConnectionLimits(
        max_connections=settings.max_connections,
        max_connections_per_owner=settings.max_connections_per_session,
        max_unauthenticated=max(100, settings.max_connections // 10),
        max_unauthenticated_per_network=settings.max_waiting_per_address,
        max_operations=settings.max_operations_per_connection,
        max_message_bytes=settings.max_body_bytes,
        init_seconds=settings.connection_init_timeout.total_seconds(),
        send_seconds=settings.connection_send_timeout.total_seconds(),
        lifetime_seconds=settings.connection_lifetime.total_seconds(),
        keep_alive_seconds=settings.connection_keep_alive.total_seconds(),
    )
