"""GraphQL over HTTP, WebSocket and server-sent events, for any schema. Knows nothing of sessions and imports no
other room.

`GraphQLEndpoint` reads a request, has an `Engine` answer it and writes the response; `GraphQLSocket` does the same
for the operations of a WebSocket. What the errors of a schema's resolvers mean is told by its owner, as `Fault`s.
"""

from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import Admit, Closing, Connection, Open, Peer, Refused
from sessionql.graphql_server.connections.quota import Seats
from sessionql.graphql_server.documents.manifests import Entry, ManifestError, read_manifests
from sessionql.graphql_server.documents.trusted import TrustedDocuments, Unusable
from sessionql.graphql_server.engine import Engine, EngineOf, ExecutorClass
from sessionql.graphql_server.errors import Fault, Translate
from sessionql.graphql_server.http.endpoint import GraphQLEndpoint
from sessionql.graphql_server.http.statuses import HttpProfile
from sessionql.graphql_server.http.streams import Meet, Streams
from sessionql.graphql_server.limits.limits import Limits
from sessionql.graphql_server.websocket.socket import GraphQLSocket

__all__ = [
    "Admit",
    "Closing",
    "Connection",
    "ConnectionLimits",
    "Engine",
    "EngineOf",
    "Entry",
    "ExecutorClass",
    "Fault",
    "GraphQLEndpoint",
    "GraphQLSocket",
    "HttpProfile",
    "Limits",
    "ManifestError",
    "Meet",
    "Open",
    "Peer",
    "Refused",
    "Seats",
    "Streams",
    "Translate",
    "TrustedDocuments",
    "Unusable",
    "read_manifests",
]
