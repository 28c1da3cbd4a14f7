"""GraphQL over HTTP, for any schema. Knows nothing of sessions and imports no other room.

`GraphQLEndpoint` reads a request, has an `Engine` answer it and writes the response. What the
errors of a schema's resolvers mean is told by its owner, as `Fault`s.
"""

from graphql_server.endpoint import GraphQLEndpoint
from graphql_server.engine import Engine, ExecutorClass
from graphql_server.faults import Fault, Translate
from graphql_server.limits import Limits

__all__ = ["Engine", "ExecutorClass", "Fault", "GraphQLEndpoint", "Limits", "Translate"]
