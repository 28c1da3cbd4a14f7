r"""Measures the time from a sign-out until the last tab of its user has received the event.

    .venv/bin/python benchmarks/live_sign_outs.py [DATABASE_URL] [--tabs 10] [--crowd 1000] [--sse]

Starts a real server. Tabs of one user subscribe, and a crowd of other users, ten sockets a session, who receive no
event. Each round signs out another device. For comparison, the same mutation is measured without subscribers: the
difference is the delivery of the event. On PostgreSQL, run `sessionql migrate` first.
"""

import argparse
import asyncio
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import uvloop

from benchmarks.subscriber_clients import EventCounter, Subscriber, connect
from benchmarks.subscribers import ready

ROUNDS = 50
SOCKETS_A_SESSION = 10
FIELDS = "session { id } tokens { accessToken } errors { ... on UserError { message } }"
REGISTER = f"mutation($input: RegisterInput!) {{ register(input: $input) {{ {FIELDS} }} }}"
LOG_IN = f"mutation($input: LoginInput!) {{ login(input: $input) {{ {FIELDS} }} }}"
REVOKE = "mutation($id: ID!) { revokeSession(sessionId: $id) { errors { ... on UserError { message } } } }"
WATCH = "subscription { sessionRevoked { isCurrent session { id device revocationReason } } }"
# All users have one address, and register within a minute.
UNLIMITED = (
    *("ATTEMPTS_PER_ADDRESS", "ATTEMPTS_PER_ACCOUNT", "REGISTRATIONS_PER_ADDRESS"),
    *("LOGINS_PER_ACCOUNT", "LOGINS_PER_ADDRESS"),
)


class Server:
    """A SessionQL server in a process of its own, on a free port."""

    def __init__(self, url: str, folder: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = {
            "ACCOUNTS": "open",
            "DATA_DIR": folder,
            "DATABASE_URL": url,
            "PORT": str(port),
            **dict.fromkeys(UNLIMITED, "0"),
        }
        environment = os.environ | {f"SESSIONQL_{name}": value for name, value in settings.items()}
        with (Path(folder) / "server.log").open("wb") as log:
            command = [sys.executable, "-m", "sessionql", "serve"]
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603 - our own
        self.url = f"http://127.0.0.1:{port}"
        self.http = httpx.AsyncClient(timeout=30)

    async def ask(self, query: str, token: str = "", **variables: Any) -> Any:
        """Execute a mutation. Returns its payload."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = {"query": query, "variables": variables}
        answer = (await self.http.post(f"{self.url}/graphql", json=body, headers=headers)).json()
        if "errors" in answer or (payload := next(iter(answer["data"].values())))["errors"]:
            raise SystemExit(f"unexpected: {answer}")
        return payload

    async def subscribe(self, counter: EventCounter, token: str, *, sse: bool) -> Subscriber:
        """Subscribe as a tab of the user with this token."""
        signed = f"Bearer {token}"
        headers = (f"Authorization: {signed}",) if sse else ()
        return await connect(
            counter, f"{self.url}/graphql", WATCH, sse=sse, init={"authorization": signed}, headers=headers
        )


async def connect_crowd(server: Server, count: int, *, sse: bool) -> None:
    """Connect `count` subscribers of other users, who receive no event."""
    for _ in range(0, count, SOCKETS_A_SESSION):
        who = {"email": f"{secrets.token_hex(8)}@example.com", "password": "correct horse battery"}
        token = (await server.ask(REGISTER, input=who))["tokens"]["accessToken"]
        await asyncio.gather(*(server.subscribe(EventCounter(), token, sse=sse) for _ in range(SOCKETS_A_SESSION)))


async def sign_out(server: Server, who: dict[str, str], token: str, counter: EventCounter | None, tabs: int) -> float:
    """Sign out a new device. Returns seconds until the last tab has the event, or without a counter the response."""
    device = (await server.ask(LOG_IN, input=who))["session"]["id"]
    if counter:
        counter.expect(tabs)
    begun = time.perf_counter()
    answer = asyncio.ensure_future(server.ask(REVOKE, token, id=device))
    if counter:
        await counter.all_received()
    else:
        await answer
    seconds = time.perf_counter() - begun
    await answer
    return seconds


async def measure(server: Server, options: argparse.Namespace) -> None:
    """Measure, and print the medians."""
    await ready(f"{server.url}/healthz")
    await connect_crowd(server, options.crowd, sse=options.sse)
    counter = EventCounter()
    people = [{"email": f"{secrets.token_hex(8)}@example.com", "password": "correct horse battery"} for _ in range(2)]
    watched, unwatched = [(await server.ask(REGISTER, input=who))["tokens"]["accessToken"] for who in people]
    await asyncio.gather(*(server.subscribe(counter, watched, sse=options.sse) for _ in range(options.tabs)))
    received, answered = list[float](), list[float]()
    for _ in range(ROUNDS):
        received.append(await sign_out(server, people[0], watched, counter, options.tabs))
        answered.append(await sign_out(server, people[1], unwatched, None, 0))
    print(f"{options.tabs} tabs beside {options.crowd} others' over {'SSE' if options.sse else 'WebSocket'}:")
    for what, times in (("the last tab has received the event", received), ("the response, without tabs", answered)):
        print(f"  {what}: {statistics.median(times) * 1e3:.1f} ms (at worst {max(times) * 1e3:.1f})")


async def main() -> None:
    """Measure with the options of the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url", nargs="?", default="")
    parser.add_argument("--tabs", type=int, default=10)
    parser.add_argument("--crowd", type=int, default=1000)
    parser.add_argument("--sse", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(options.url, folder)
        try:
            await measure(server, options)
        finally:
            server.process.terminate()
            server.process.wait()


if __name__ == "__main__":
    uvloop.run(main())
