"""How long an honest `mySessions` waits while others send the most expensive documents that they may.

    .venv/bin/python benchmarks/cost_over_time.py [SECONDS] [COST_PER_MINUTE]

An application in this process, on SQLite: one honest user asks for `mySessions` four times a second; then eight
attackers, each with an account, send an expensive document again and again without waiting for what `Retry-After` says.
Quiet and attacked rounds alternate. Prints the median and the 99th percentile of the honest requests and their ratio.
The clock is the CPU time of this process, so that other work of the machine does not count. Fails when the 99th
percentile is more than MAX_RATIO times its quiet value. COST_PER_MINUTE 0 measures without budgets.
"""

import asyncio
import json
import secrets
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop

from benchmarks.asgi_client import ask, send_raw
from sessionql.app.factory import create_app
from sessionql.server.application import set_up_garbage_collection
from sessionql.settings.settings import Settings
from sessionql.storage.records import EventKind, EventRecord

ATTACKERS = 8
SECONDS = 10.0
ROUNDS = 3
EACH = 0.25
MAX_RATIO = 5.0
EVENTS = 100
MY_SESSIONS = "{ mySessions { id isCurrent device ipAddress lastActive createdAt } }"
REGISTER = """mutation($input: RegisterInput!) { register(input: $input) {
  user { id } session { id } tokens { accessToken } errors { ... on UserError { message } }
} }"""
EXPENSIVE = """query($id: ID!) { session(id: $id) { events(first: 100) { nodes {
  session { events(first: 100) { nodes { id kind } } }
} } } }"""
"""30,302 fields, and as much data."""


@dataclass(frozen=True)
class User:
    """A signed-in user."""

    token: str
    session_id: str


@dataclass
class Measured:
    """CPU seconds of this process during each honest request, and how often the attackers received each outcome."""

    seconds: list[float] = field(default_factory=list[float])
    outcomes: Counter[str] = field(default_factory=Counter[str])

    def percentile(self, part: float) -> float:
        """Milliseconds."""
        return sorted(self.seconds)[int(part * (len(self.seconds) - 1))] * 1e3


async def new_user(app: Any, events: int) -> User:
    """A new user with this many events."""
    account = {"email": f"{secrets.token_hex(8)}@example.com", "password": "correct horse battery staple"}
    payload = (await ask(app, REGISTER, {"input": account}))["data"]["register"]
    deps, session, owner = app.state.deps, UUID(payload["session"]["id"]), UUID(payload["user"]["id"])
    added = [
        EventRecord(
            owner, deps.new_id(), EventKind.SESSION_RENAMED, deps.clock(), "127.0.0.1", "Firefox", session, session
        )
        for _ in range(events)
    ]
    async with deps.storage.transaction() as repositories:
        await repositories.events.add_many(added)
    return User(payload["tokens"]["accessToken"], payload["session"]["id"])


async def attack(app: Any, attacker: User, measured: Measured) -> None:
    """Send the document again and again."""
    body = json.dumps({"query": EXPENSIVE, "variables": {"id": attacker.session_id}}).encode()
    while True:
        response = await send_raw(app, body, attacker.token)
        measured.outcomes["COST_LIMITED" if b"COST_LIMITED" in response else f"{len(response)} bytes"] += 1
        # A client on a network is no part of this process.
        await asyncio.sleep(0.001)


async def be_honest(app: Any, honest: User, measured: Measured, seconds: float) -> None:
    """Send honest requests. They arrive from another thread, so that the time until the event loop sees them counts."""
    loop = asyncio.get_running_loop()

    async def one(arrived: float) -> None:
        response = await ask(app, MY_SESSIONS, token=honest.token)
        measured.seconds.append(time.process_time() - arrived)
        if "errors" in response:
            raise SystemExit(f"unexpected: {response}")

    def arrive() -> None:
        for _ in range(int(seconds / EACH)):
            time.sleep(EACH)
            asyncio.run_coroutine_threadsafe(one(time.process_time()), loop).result()

    await asyncio.to_thread(arrive)


async def measure(app: Any, seconds: float) -> tuple[Measured, Measured]:
    """Quiet and attacked, alternating."""
    quiet, attacked = Measured(), Measured()
    honest = await new_user(app, 0)
    attackers = [await new_user(app, EVENTS) for _ in range(ATTACKERS)]
    await be_honest(app, honest, Measured(), 1)
    for _ in range(ROUNDS):
        await be_honest(app, honest, quiet, seconds)
        tasks = [asyncio.create_task(attack(app, attacker, attacked)) for attacker in attackers]
        await be_honest(app, honest, attacked, seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return quiet, attacked


async def main(seconds: float, limits: dict[str, Any]) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder), accounts="open", registrations_per_address=0, **limits))
        async with app.router.lifespan_context(app):
            set_up_garbage_collection()  # as the server does
            quiet, attacked = await measure(app, seconds)
    for name, measured in (("quiet", quiet), ("attacked", attacked)):
        median, most = measured.percentile(0.5), measured.percentile(0.99)
        print(f"{name:>8}: median {median:6.1f} ms, p99 {most:6.1f} ms CPU, {len(measured.seconds)} requests")
    ratio = attacked.percentile(0.99) / quiet.percentile(0.99)
    print(f"   ratio: {ratio:.1f} x; the attackers received {dict(attacked.outcomes)}")
    if ratio > MAX_RATIO:
        raise SystemExit(f"That is more than {MAX_RATIO:g} x.")


if __name__ == "__main__":
    given = sys.argv[1:]
    per_minute = {"cost_per_minute": int(given[1])} if len(given) > 1 else {}
    uvloop.run(main(float(given[0]) if given else SECONDS, per_minute))
