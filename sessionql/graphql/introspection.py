"""Introspection policy: which requests may read the schemas, by introspection, by suggestions and as SDL."""

from sessionql.resolvers.request_context import RequestContext
from sessionql.resolvers.service_keys import ServiceAccount
from sessionql.settings.mode import Introspection
from sessionql.storage.records import Scope

_ALTERNATIVES = "Develop against a server in SESSIONQL_MODE=development, or use the schema's SDL file."
REJECTIONS: dict[Introspection, str] = {
    "operators": f"Schema introspection needs a service key with the scope OPERATOR on this server. {_ALTERNATIVES}",
    "off": f"Schema introspection is turned off on this server. {_ALTERNATIVES}",
}
"""The error messages, by the setting `introspection`."""


def may_introspect(context: RequestContext, introspection: Introspection) -> bool:
    """Whether the request may read the schemas. A user is never an operator: only service keys have scopes."""
    if introspection == "operators":
        service = context.authentication
        return isinstance(service, ServiceAccount) and Scope.OPERATOR in service.key.scopes
    return introspection == "public"
