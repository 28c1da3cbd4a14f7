"""GraphQL over HTTP, WebSocket and server-sent events, for any schema. Knows nothing of sessions and imports no
other room.

`GraphQLEndpoint` reads a request, has an `Engine` answer it and writes the response; `GraphQLSocket` does the same
for the operations of a WebSocket. What the errors of a schema's resolvers mean is told by its owner, as `Fault`s.
"""

from graphql_server.connection import Admit, Closing, Connection, Open, Peer, Refused
from graphql_server.connection_limits import ConnectionLimits
from graphql_server.endpoint import GraphQLEndpoint
from graphql_server.engine import Engine, EngineOf, ExecutorClass
from graphql_server.faults import Fault, Translate
from graphql_server.limits import Limits
from graphql_server.manifests import Entry, ManifestError, read_manifests
from graphql_server.seats import Seats
from graphql_server.statuses import HttpProfile
from graphql_server.streams import Meet, Streams
from graphql_server.trusted import TrustedDocuments, Unusable
from graphql_server.websocket import GraphQLSocket

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
