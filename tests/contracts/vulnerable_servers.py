"""Servers without protection, so that the security scans have something to find."""

import json
import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

import strawberry
import uvicorn
from fastapi import FastAPI
from graphql import GraphQLSchema, graphql_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp
from strawberry.extensions.tracing import ApolloTracingExtension
from strawberry.fastapi import GraphQLRouter
from strawberry.schema.config import StrawberryConfig


@strawberry.type
class Query:
    hello: str = "world"
    me: str = "ana"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self) -> bool:
        return True


_SCHEMA = strawberry.Schema(
    Query,
    Mutation,
    extensions=[ApolloTracingExtension],
    config=StrawberryConfig(batching_config={"max_operations": 100}),
)
_PLAIN: GraphQLSchema = _SCHEMA._schema


def strawberry_server() -> ASGIApp:
    """Return the router of Strawberry with its development defaults, batching and tracing."""
    app = FastAPI()
    app.include_router(GraphQLRouter(_SCHEMA), prefix="/graphql")
    return app


def minimal_server() -> ASGIApp:
    """Return a minimal GraphQL endpoint without any protection."""
    return Starlette(routes=[Route("/graphql", _respond, methods=["GET", "POST"])])


async def _respond(request: Request) -> Response:
    body = (await request.body()).decode() or request.url.query
    sent = json.loads(body) if body.startswith(("{", "[")) else dict(parse_qsl(body))
    return JSONResponse([_execute(each) for each in sent] if isinstance(sent, list) else _execute(sent))


def _execute(sent: dict[str, str]) -> dict[str, Any]:
    result = graphql_sync(_PLAIN, sent.get("query", ""), Query())
    errors = [{"message": each.message, "extensions": {"exception": _trace(each)}} for each in result.errors or ()]
    return {"data": result.data, **({"errors": errors} if errors else {})}


def _trace(error: BaseException) -> list[str]:
    return traceback.format_exception(error)


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve an application; yields its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", lifespan="off"))
        # Requests that come before the start wait in the queue of the listener.
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
