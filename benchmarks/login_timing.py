"""Whether the time of a refused log-in tells if the account exists.

    .venv/bin/python benchmarks/login_timing.py [DATABASE_URL]

Asks by turns with a wrong password for an account that there is and for one that there is not, in one
process, without a network: nearer than any attacker gets. Prints the AUC of the best guess by time alone:
0.5 is no better than tossing a coin, 1.0 is certain. Fails above 0.6. On PostgreSQL, `sessionql migrate` first.
"""

import random
import secrets
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import uvloop

from benchmarks.asking import ask
from sessionql.app.factory import create_app
from sessionql.settings.settings import Settings

SAMPLES = 500
WARM_UP = 20
MOST = 0.6
ERRORS = "{ errors { ... on UserError { code } } }"
REGISTER = f"mutation($input: RegisterInput!) {{ register(input: $input) {ERRORS} }}"
LOG_IN = f"mutation($input: LoginInput!) {{ login(input: $input) {ERRORS} }}"


def auc(left: list[float], right: list[float]) -> float:
    """How often a guess by the time is right, of pairs of one sample each (Mann and Whitney's U)."""
    later = sum((a > b) + (a == b) / 2 for a in left for b in right)
    share = later / (len(left) * len(right))
    return max(share, 1 - share)


async def refused(app: Any, email: str) -> float:
    """Seconds until a wrong password is refused."""
    begin = time.perf_counter()
    answer = await ask(app, LOG_IN, {"input": {"email": email, "password": secrets.token_urlsafe(12)}})
    taken = time.perf_counter() - begin
    if answer["data"]["login"]["errors"] != [{"code": "INVALID_CREDENTIALS"}]:
        raise SystemExit(f"unexpected: {answer}")
    return taken


async def main(url: str) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        free = {"attempts_per_account": 0, "attempts_per_address": 0}
        app = create_app(Settings(data_dir=Path(folder), database_url=url, **free))  # type: ignore[arg-type]
        async with app.router.lifespan_context(app):
            known, unknown = (f"{secrets.token_hex(8)}@example.com" for _ in range(2))
            await ask(app, REGISTER, {"input": {"email": known, "password": "correct horse battery"}})
            times: dict[str, list[float]] = {known: [], unknown: []}
            for number in range(WARM_UP + SAMPLES):
                for email in random.sample([known, unknown], 2):
                    taken = await refused(app, email)
                    if number >= WARM_UP:
                        times[email].append(taken)
    found = auc(times[known], times[unknown])
    middles = ", ".join(f"{median(each) * 1e3:.2f} ms" for each in times.values())
    print(f"AUC {found:.3f} of {SAMPLES} samples an arm; medians: known, unknown: {middles}")
    if found > MOST:
        raise SystemExit(f"That is more than {MOST}.")


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1] if len(sys.argv) > 1 else ""))
