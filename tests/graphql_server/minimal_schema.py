"""A small schema that does not use sessions, and a server for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from sessionql.graphql_server.engine import Engine
from sessionql.graphql_server.http.endpoint import GraphQLEndpoint
from sessionql.graphql_server.http.statuses import HttpProfile
from sessionql.http_kit.errors import ErrorInfo

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"
SECRET = "the password of the database is hunter2"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class NotAllowed(Exception):
    """An expected error: the caller has no permission."""


class Unavailable(Exception):
    """An expected error: a dependency is unavailable."""


class BadToken(Exception):
    """An expected error, raised before the execution."""


def map_exception(error: BaseException) -> ErrorInfo | None:
    """The GraphQL errors of these exceptions."""
    match error:
        case NotAllowed():
            return ErrorInfo(str(error), "FORBIDDEN")
        case Unavailable():
            return ErrorInfo("Come back later.", "SERVICE_UNAVAILABLE", 503)
        case BadToken():
            return ErrorInfo("Who are you?", "UNAUTHENTICATED", 401)
        case _:
            return None


def _raise(error: BaseException) -> Any:
    def resolve(*_: object, **__: object) -> Any:
        raise error

    return resolve


async def _later(_source: object, _info: object) -> str:
    await asyncio.sleep(0.01)
    return "later"


def _change(_source: object, info: Any) -> int:
    info.context.append("changed")
    return len(info.context)


anything = GraphQLScalarType("Anything", serialize=lambda value: value)
query_type: GraphQLObjectType = GraphQLObjectType(
    "Query",
    lambda: {
        "hello": GraphQLField(GraphQLString, resolve=lambda *_: "world"),
        "echo": GraphQLField(
            GraphQLString,
            args={"text": GraphQLArgument(GraphQLNonNull(GraphQLString), default_value="nothing")},
            resolve=lambda _, __, text: text,
        ),
        "double": GraphQLField(
            GraphQLInt, args={"n": GraphQLArgument(GraphQLInt)}, resolve=lambda _, __, n=0: n and n * 2
        ),
        "ids": GraphQLField(
            GraphQLInt,
            args={"of": GraphQLArgument(GraphQLList(GraphQLString))},
            resolve=lambda _, __, of=(): len(of),
        ),
        "sure": GraphQLField(GraphQLNonNull(GraphQLBoolean), resolve=lambda *_: None),
        "later": GraphQLField(GraphQLString, resolve=_later),
        "self": GraphQLField(query_type, resolve=lambda *_: {}),
        "boom": GraphQLField(GraphQLString, resolve=_raise(RuntimeError(SECRET))),
        "deepBoom": GraphQLField(GraphQLString, resolve=_raise(RecursionError(SECRET))),
        "rejected": GraphQLField(GraphQLString, resolve=_raise(NotAllowed("You may not."))),
        "away": GraphQLField(GraphQLString, resolve=_raise(Unavailable(SECRET))),
        "surelyBoom": GraphQLField(GraphQLNonNull(GraphQLString), resolve=_raise(RuntimeError(SECRET))),
        "surelyRefused": GraphQLField(GraphQLNonNull(GraphQLString), resolve=_raise(NotAllowed("You may not."))),
        "surelyAway": GraphQLField(GraphQLNonNull(GraphQLString), resolve=_raise(Unavailable(SECRET))),
        "wrongList": GraphQLField(GraphQLList(GraphQLInt), resolve=lambda *_: 7),
        "set": GraphQLField(anything, resolve=lambda *_: {1, 2}),
        "huge": GraphQLField(anything, resolve=lambda *_: 2**80),
        "surrogate": GraphQLField(GraphQLString, resolve=lambda *_: "\ud800"),
    },
)
mutation_type = GraphQLObjectType("Mutation", {"change": GraphQLField(GraphQLInt, resolve=_change)})
schema = GraphQLSchema(query_type, mutation_type)


class MinimalServer:
    """The endpoint, and the changes by its mutations."""

    def __init__(self, max_body: int = 256 * 1024, profile: HttpProfile = HttpProfile.AUDITED, **engine: Any) -> None:
        self.changes: list[str] = []
        self.engine = Engine(schema, map_exception=map_exception, **engine)
        self.endpoint = GraphQLEndpoint(
            self.engine,
            make_context=self._make_context,
            map_exception=map_exception,
            max_body_bytes=max_body,
            profile=profile,
        )
        self.app = Starlette(routes=[Route("/graphql", self.endpoint.__call__, methods=METHODS)])

    async def _make_context(self, request: Request) -> list[str]:
        if request.headers.get("authorization") == "wrong":
            raise BadToken
        if request.headers.get("authorization") == "unforeseen":
            raise RuntimeError(SECRET)
        return self.changes

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client. It raises the exceptions that the endpoint does not handle."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://minimal.test") as client:
            yield client
