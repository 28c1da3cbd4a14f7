"""The largest values of the schemas in bytes of JSON, with which the size of a response is estimated.

tests/schema/test_value_bytes.py compares them with the longest values that can be stored.
"""

from collections.abc import Mapping

from graphql import GraphQLInterfaceType, GraphQLObjectType

from sessionql.resolvers.devices.user_agent import MAX_USER_AGENT_LENGTH
from sessionql.resolvers.external_users import MAX_SUBJECT_LENGTH
from sessionql.resolvers.tokens.access import MAX_TOKEN_LENGTH
from sessionql.resolvers.values.emails import MAX_EMAIL_LENGTH
from sessionql.resolvers.values.names import MAX_NAME_LENGTH
from sessionql.schema.build import graphql_schema, services_schema
from sessionql.schema.session_mutation import MAX_IDS

NESTED_LIST_SIZE = 10
"""Items of a list without pages that is in no page: errors, scopes, kinds of devices. The longest are shorter."""

_QUOTES = 2
_ID = 36 + _QUOTES
_MESSAGE = 500
_PLACE = 2 * MAX_NAME_LENGTH
"""Characters of a city with its country."""


def _text(characters: int) -> int:
    """A character has at most four bytes of UTF-8; texts have no control characters, which JSON escapes with six."""
    return 4 * characters + _QUOTES


VALUE_BYTES: Mapping[str, int] = {
    "ID": _ID,
    "DateTime": len("2026-11-23T11:16:10.123456Z") + _QUOTES,
    "IPAddress": len("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") + _QUOTES,
    "JWT": MAX_TOKEN_LENGTH + _QUOTES,
    "String": _text(MAX_NAME_LENGTH),
    "Location.label": _text(_PLACE),
    "RevokeAllSessionsPayload.revokedSessionIds": MAX_IDS * (_ID + 1) + _QUOTES,
    "Session.userAgent": _text(MAX_USER_AGENT_LENGTH),
    "User.email": _text(MAX_EMAIL_LENGTH),
    "User.subject": _text(MAX_SUBJECT_LENGTH),
    **{
        f"{name}.message": _text(_MESSAGE)
        for schema in (graphql_schema, services_schema)
        for name, type_ in schema.type_map.items()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and "message" in type_.fields
    },
}
"""By the name of a scalar, or by the coordinate of a field."""
