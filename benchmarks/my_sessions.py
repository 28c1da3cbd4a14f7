"""CPU time of `mySessions`, compared with `{ __typename }`, which needs no resolver.

    .venv/bin/python benchmarks/my_sessions.py [DATABASE_URL]

Both alternate in one process, without a network, so that a busy machine slows both: compare the ratio, not the
microseconds. Creates a user with ten sessions; on PostgreSQL, run `sessionql migrate` first.
"""

import secrets
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.asgi_client import ask
from sessionql.app.factory import create_app
from sessionql.settings.settings import Settings

ROUNDS, EACH = 20, 100
SESSIONS = 10
TOKENS = "tokens { accessToken } errors { ... on UserError { message } }"
MY_SESSIONS = "{ mySessions { id isCurrent device ipAddress lastActive createdAt } }"


async def cost(app: Any, query: str, token: str = "") -> float:
    """CPU time of one request in microseconds."""
    begin = time.process_time()
    for _ in range(EACH):
        await ask(app, query, token=token)
    return (time.process_time() - begin) / EACH * 1e6


async def main(url: str) -> None:
    """Measure, and print the medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder), database_url=url, accounts="open"))
        async with app.router.lifespan_context(app):
            account = {"input": {"email": f"{secrets.token_hex(8)}@example.com", "password": "correct horse battery"}}
            await ask(app, f"mutation($input: RegisterInput!) {{ register(input: $input) {{ {TOKENS} }} }}", account)
            log_in = f"mutation($input: LoginInput!) {{ login(input: $input) {{ {TOKENS} }} }}"
            answer = await ask(app, log_in, account)
            for _ in range(SESSIONS - 2):
                answer = await ask(app, log_in, account)
            token = answer["data"]["login"]["tokens"]["accessToken"]
            response = await ask(app, MY_SESSIONS, token=token)
            if len(response["data"]["mySessions"]) != SESSIONS:
                raise SystemExit(f"unexpected: {response}")
            pairs = [(await cost(app, MY_SESSIONS, token), await cost(app, "{ __typename }")) for _ in range(ROUNDS)]
    measured, baseline = (sorted(costs)[ROUNDS // 2] for costs in zip(*pairs, strict=True))
    ratio = measured / baseline
    print(f"mySessions of {SESSIONS}: {measured:.0f} us CPU; {{ __typename }}: {baseline:.0f} us; {ratio:.1f} x")


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1] if len(sys.argv) > 1 else ""))
