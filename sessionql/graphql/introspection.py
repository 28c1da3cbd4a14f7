"""Who is told what the schemas are made of: by introspection, by suggestions, and as SDL."""

from sessionql.schema.context import Context
from sessionql.schema.service_context import ServiceContext
from sessionql.settings.mode import Introspection
from sessionql.storage.records import Scope

_INSTEAD = "Develop against a server in SESSIONQL_MODE=development, or use the schema's SDL file."
REJECTIONS: dict[Introspection, str] = {
    "operators": f"Schema introspection is for service keys with the scope OPERATOR here. {_INSTEAD}",
    "off": f"Schema introspection is turned off here. {_INSTEAD}",
}
"""What a refusal says, where not everybody is told."""


def may_introspect(context: Context, introspectors: Introspection) -> bool:
    """Whether whoever asks is told. Users are never operators: keys have scopes, and nothing else has."""
    if introspectors == "operators":
        return isinstance(context, ServiceContext) and Scope.OPERATOR in context.service.key.scopes
    return introspectors == "public"
