"""An application that embeds SessionQL, with a route for each guard, and its clients."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, WebSocket

from sessionql import Requester, SessionQL
from tests.schema.graphql_client import GraphQLClient

REVOKE = "mutation { revokeAllSessions(keepCurrent: true) { revokedCount } }"
SITE = "https://example.com"


def application(sessions: SessionQL) -> FastAPI:
    """An application with a route for each guard."""
    app = FastAPI(lifespan=sessions.lifespan)
    app.mount("/auth", sessions.app)

    @app.get("/current")
    async def current(requester: Annotated[Requester, Depends(sessions.current_session)]) -> str:
        return requester.session.device.label

    @app.get("/optional")
    async def optional(requester: Annotated[Requester | None, Depends(sessions.optional_session)]) -> str | None:
        return requester.session.device.label if requester else None

    @app.post("/fresh")
    async def fresh(requester: Annotated[Requester, Depends(sessions.fresh_session(timedelta(minutes=5)))]) -> str:
        return requester.session.device.label

    @app.post("/configured")
    async def configured(requester: Annotated[Requester, Depends(sessions.fresh_session())]) -> str:
        return requester.session.device.label

    @app.websocket("/socket")
    async def socket(websocket: WebSocket, requester: Annotated[Requester, Depends(sessions.current_session)]) -> None:
        await websocket.accept()
        await websocket.send_text(requester.session.device.label)
        await websocket.close()

    return app


@asynccontextmanager
async def open_(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that has started."""
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=SITE) as http:
        yield http


def at(http: httpx.AsyncClient, prefix: str = "/auth") -> GraphQLClient:
    """A GraphQL client of the routes below a prefix."""
    below = httpx.AsyncClient(transport=http._transport, base_url=f"{SITE}{prefix}")
    return GraphQLClient(below)


def as_(caller: GraphQLClient) -> dict[str, str]:
    return {"Authorization": f"Bearer {caller.token}"}
