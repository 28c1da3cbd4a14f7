"""An API for the notes of signed-in users, with SessionQL mounted in it."""

import asyncio
from collections import defaultdict
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Body, Depends, FastAPI, WebSocket

from sessionql import Requester, SessionChange, SessionQL

sessions = SessionQL()  # settings from the environment, like SESSIONQL_DATABASE_URL
app = FastAPI(title="Notes", lifespan=sessions.lifespan)
app.mount("/auth", sessions.app)

CurrentSession = Annotated[Requester, Depends(sessions.current_session)]
OptionalSession = Annotated[Requester | None, Depends(sessions.optional_session)]
FreshSession = Annotated[Requester, Depends(sessions.fresh_session(timedelta(minutes=5)))]

notes: dict[UUID, list[str]] = defaultdict(list)


@app.get("/")
async def greet(current: OptionalSession) -> str:
    return f"Hello on your {current.session.device.label}" if current else "Hello"


@app.get("/notes")
async def read(current: CurrentSession) -> list[str]:
    return notes[current.user_id]


@app.post("/notes", status_code=201)
async def write(text: Annotated[str, Body(embed=True)], current: CurrentSession) -> list[str]:
    notes[current.user_id].append(text)
    return notes[current.user_id]


@app.delete("/notes", status_code=204)
async def delete(current: FreshSession) -> None:
    notes[current.user_id].clear()


@app.websocket("/echo")
async def echo(socket: WebSocket, current: CurrentSession) -> None:
    await socket.accept()
    closing = asyncio.create_task(close_after(socket, current))
    async for text in socket.iter_text():
        await socket.send_text(text)
    closing.cancel()


async def close_after(socket: WebSocket, current: Requester) -> None:
    await sessions.until_ended(current)
    await socket.close(4401)


@sessions.on_new_device
async def warn(change: SessionChange) -> None:
    print(f"To {change.user.email}: a log-in on {change.session.device.label}. Was that you?", flush=True)
