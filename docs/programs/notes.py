"""Notes of whoever is signed in: an API with SessionQL in it."""

from collections import defaultdict
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Body, Depends, FastAPI

from sessionql import Requester, SessionChange, SessionQL

sessions = SessionQL()  # with the settings of the environment, such as SESSIONQL_DATABASE_URL
app = FastAPI(title="Notes", lifespan=sessions.lifespan)
app.mount("/auth", sessions.app)

Someone = Annotated[Requester, Depends(sessions.current_session)]
Anyone = Annotated[Requester | None, Depends(sessions.optional_session)]
Certain = Annotated[Requester, Depends(sessions.fresh_session(timedelta(minutes=5)))]

notes: dict[UUID, list[str]] = defaultdict(list)


@app.get("/")
async def greet(anyone: Anyone) -> str:
    return f"Hello on your {anyone.session.device.label}" if anyone else "Hello, stranger"


@app.get("/notes")
async def read(someone: Someone) -> list[str]:
    return notes[someone.user_id]


@app.post("/notes", status_code=201)
async def write(text: Annotated[str, Body(embed=True)], someone: Someone) -> list[str]:
    notes[someone.user_id].append(text)
    return notes[someone.user_id]


@app.delete("/notes", status_code=204)
async def burn(someone: Certain) -> None:
    notes[someone.user_id].clear()


@sessions.on_new_device
async def warn(change: SessionChange) -> None:
    print(f"To {change.user.email}: a log-in on {change.session.device.label}. Was that you?", flush=True)
