"""CPU time of requests that send the id of a document, compared with its text.

    .venv/bin/python benchmarks/trusted_documents.py

All ways alternate in one process, without a network, so that a busy machine slows all of them: compare the ratios.
Execution is excluded: the only expensive field is skipped. A new text is one that is not in this worker's cache.
"""

import json
import tempfile
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.asgi_client import send
from sessionql.app.factory import create_app
from sessionql.settings.settings import Settings

ROUNDS, EACH = 30, 50
PARTS = 10
FIELDS = "id name device ipAddress userAgent lastActive createdAt"
DOCUMENT = "\n".join(
    [
        "query Screen($no: Boolean!) { __typename mySessions @skip(if: $no) {",
        *(f"  ...Part{n}" for n in range(PARTS)),
        "} }",
        *(f"fragment Part{n} on Session {{\n  {FIELDS}\n}}" for n in range(PARTS)),
    ]
)
HASH = sha256(DOCUMENT.encode()).hexdigest()

Make = Callable[[int], dict[str, Any]]
"""The body of the request with a number."""


def ways() -> Mapping[str, Make]:
    """The ways to send the document."""
    persisted = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": HASH}}}
    return {
        "a new text": lambda n: {"query": f"{DOCUMENT} # {n}"},
        "the same text": lambda _: {"query": DOCUMENT},
        "documentId": lambda _: {"documentId": f"sha256:{HASH}"},
        "persisted query": lambda _: persisted,
        "persisted query, with its text": lambda _: {**persisted, "query": DOCUMENT},
    }


async def cost(app: Any, bodies: list[bytes]) -> float:
    """CPU microseconds of one request."""
    begin = time.process_time()
    for body in bodies:
        await send(app, body)
    return (time.process_time() - begin) / len(bodies) * 1e6


async def measured(app: Any) -> dict[str, float]:
    """The median of each way in microseconds."""
    numbers = count()
    rounds: list[dict[str, float]] = []
    for _ in range(ROUNDS):
        costs = {}
        for way, make in ways().items():
            bodies = [json.dumps({**make(next(numbers)), "variables": {"no": True}}).encode() for _ in range(EACH)]
            if (answer := await send(app, bodies[0])) != {"data": {"__typename": "Query"}}:
                raise SystemExit(f"unexpected, by {way}: {answer}")
            costs[way] = await cost(app, bodies[1:])
        rounds.append(costs)
    return {way: sorted(each[way] for each in rounds)[ROUNDS // 2] for way in ways()}


async def main(folder: Path) -> None:
    """Measure, and print a table."""
    app = create_app(Settings(data_dir=folder, trusted_documents=folder / "trusted"))
    async with app.router.lifespan_context(app):
        costs = await measured(app)
    for way, make in ways().items():
        size = len(json.dumps(make(0)))
        print(f"{way:31} {size:5} bytes  {costs[way]:6.0f} us  {costs[way] / costs['documentId']:5.2f} x")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        Path(name, "trusted").mkdir()
        Path(name, "trusted/app.json").write_text(json.dumps({f"sha256:{HASH}": DOCUMENT}))
        uvloop.run(main(Path(name)))
