"""GraphQL over HTTP, WebSocket and server-sent events, for any schema. Knows nothing of sessions and imports no
other room.

`GraphQLEndpoint` reads a request, has an `Engine` answer it and writes the response; `GraphQLSocket` does the same
for the operations of a WebSocket. What the errors of a schema's resolvers mean is told by its owner, as `Fault`s.
"""

from sessionql.graphql_server.connections.limits import ConnectionLimits
from sessionql.graphql_server.connections.peer import (
    AuthorizeSocket,
    CheckOrigin,
    CloseReason,
    ConnectionRejected,
    Peer,
    SocketPeer,
)
from sessionql.graphql_server.connections.quota import ConnectionQuota
from sessionql.graphql_server.documents.manifests import ManifestEntry, ManifestError, read_manifests
from sessionql.graphql_server.documents.trusted import TrustedDocuments, UnusableDocument
from sessionql.graphql_server.engine import Engine, EngineOf, ExecutorClass
from sessionql.graphql_server.errors import ErrorInfo, MapException
from sessionql.graphql_server.http.endpoint import GraphQLEndpoint
from sessionql.graphql_server.http.statuses import HttpProfile
from sessionql.graphql_server.http.streams import AuthorizeStream, Streams
from sessionql.graphql_server.limits.limits import Limits
from sessionql.graphql_server.websocket.socket import GraphQLSocket

__all__ = [
    "AuthorizeSocket",
    "AuthorizeStream",
    "CheckOrigin",
    "CloseReason",
    "ConnectionLimits",
    "ConnectionQuota",
    "ConnectionRejected",
    "Engine",
    "EngineOf",
    "ErrorInfo",
    "ExecutorClass",
    "GraphQLEndpoint",
    "GraphQLSocket",
    "HttpProfile",
    "Limits",
    "ManifestEntry",
    "ManifestError",
    "MapException",
    "Peer",
    "SocketPeer",
    "Streams",
    "TrustedDocuments",
    "UnusableDocument",
    "read_manifests",
]
