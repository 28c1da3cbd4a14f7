r"""Measures subscribers: memory of idle ones, CPU, and the time until the last of them has received an event.

    .venv/bin/python benchmarks/subscribers.py [--sse] [--subscribers 1000] [--ws sessionql]

measures `subscription_server.py`, which is transport alone. To measure another server, pass its address, its process, a
subscription and a mutation that publishes an event (repeat `--init` and `--header` for several users, used in turn):

    .venv/bin/python benchmarks/subscribers.py --url http://127.0.0.1:8000/graphql --pid 1234 \
        --query 'subscription { … }' --publish 'mutation { … }' --publish-header 'Authorization: Bearer …' \
        --init '{"accessToken": "…"}'

Connections count as files: `ulimit -n` has to be larger than twice the number of subscribers. Linux only (/proc).
"""

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
from itertools import cycle
from pathlib import Path

import httpx
import uvloop

from benchmarks.subscriber_clients import EventCounter, Subscriber, connect

ROUNDS = 20
IDLE = 5.0
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Process:
    """Memory and CPU time of the server's process."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")

    @property
    def memory(self) -> int:
        """Resident set size in bytes."""
        return int((self._folder / "statm").read_text().split()[1]) * PAGE

    @property
    def seconds(self) -> float:
        """CPU time in seconds, of user and system."""
        fields = (self._folder / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


async def subscribers(options: argparse.Namespace, counter: EventCounter, count: int) -> list[Subscriber]:
    """Connect `count` subscribers, fifty at a time."""
    inits, headers = cycle(options.init or [None]), cycle(options.header or [None])
    made: list[Subscriber] = []
    while len(made) < count:
        some = [
            connect(
                counter,
                options.url,
                options.query,
                sse=options.sse,
                init=init and json.loads(init),
                headers=(header,) if header else (),
            )
            for _, init, header in zip(range(min(50, count - len(made))), inits, headers, strict=False)
        ]
        made += await asyncio.gather(*some)
    await asyncio.sleep(1)
    return made


async def leave(connected: list[Subscriber]) -> None:
    """Disconnect all subscribers."""
    for listener in connected:
        listener.transport.abort()
    await asyncio.sleep(1)


async def publish(options: argparse.Namespace, http: httpx.AsyncClient, counter: EventCounter) -> float:
    """Publish an event. Returns seconds until the last subscriber has received it."""
    counter.expect(options.subscribers)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    answer = (await http.post(options.url, json={"query": options.publish})).json()
    if "errors" in answer:
        raise SystemExit(answer)
    await counter.all_received()
    return loop.time() - begun


async def measure(options: argparse.Namespace, process: Process) -> None:
    """Measure, and print the results."""
    count = options.subscribers
    # Warm up: costs of the first subscribers only.
    counter = EventCounter()
    await leave(await subscribers(options, counter, 100))
    memory, cpu = process.memory, process.seconds
    connected = await subscribers(options, counter, count)
    connecting = process.seconds - cpu
    each = (process.memory - memory) / count
    cpu = process.seconds
    await asyncio.sleep(IDLE)
    idle = (process.seconds - cpu) / IDLE
    print(f"{count} subscribers: {each / 1024:.1f} KiB each (RSS), {connecting / count * 1e3:.2f} ms of CPU to connect")
    print(f"idle: {idle:.1%} of a core")
    if options.publish:
        headers = dict([options.publish_header.split(": ", 1)]) if options.publish_header else {}
        async with httpx.AsyncClient(headers=headers, timeout=30) as http:
            await publish(options, http, counter)
            cpu = process.seconds
            times = [await publish(options, http, counter) for _ in range(ROUNDS)]
            spent = (process.seconds - cpu) / ROUNDS / count
        print(
            f"an event: {statistics.median(times) * 1e3:.0f} ms until the last has received it "
            f"(at worst {max(times) * 1e3:.0f} ms), {spent * 1e6:.0f} us of CPU for each"
        )
    await leave(connected)
    print(f"afterwards: {(process.memory - memory) / 1024 / 1024:+.1f} MiB")


def own_server(options: argparse.Namespace) -> subprocess.Popen[bytes]:
    """Start `subscription_server.py` in a process of its own, and set its options."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options.url, options.query = f"http://127.0.0.1:{port}/graphql", "subscription { events }"
    options.publish = "mutation { publish }"
    script = Path(__file__).parent / "subscription_server.py"
    return subprocess.Popen([sys.executable, str(script), str(port), options.ws])  # noqa: S603 - our own


async def ready(url: str) -> None:
    """Wait until the server answers."""
    async with asyncio.timeout(30), httpx.AsyncClient() as http:
        while True:
            try:
                await http.get(url)
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return


async def main() -> None:
    """Measure with the options of the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url")
    parser.add_argument("--pid", type=int)
    parser.add_argument("--query")
    parser.add_argument("--publish")
    parser.add_argument("--publish-header")
    parser.add_argument("--init", action="append")
    parser.add_argument("--header", action="append")
    parser.add_argument("--subscribers", type=int, default=1000)
    parser.add_argument("--sse", action="store_true")
    parser.add_argument("--ws", default="sessionql")
    options = parser.parse_args()
    server = None if options.url else own_server(options)
    try:
        await ready(options.url)
        await measure(options, Process(server.pid if server else options.pid))
    finally:
        if server:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    uvloop.run(main())
