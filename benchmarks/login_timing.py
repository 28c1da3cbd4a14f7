"""Tests whether the time of a rejected log-in reveals that the account exists.

    .venv/bin/python benchmarks/login_timing.py [DATABASE_URL]

Alternates wrong passwords for an existing and for an unknown account, in one process, without a network: an attacker
measures less precisely. Prints the AUC of the best guess by time alone: 0.5 is chance, 1.0 is certain. Fails above
0.6. On PostgreSQL, run `sessionql migrate` first.
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

from benchmarks.asgi_client import ask
from sessionql.app.factory import create_app
from sessionql.settings.settings import Settings

SAMPLES = 500
WARM_UP = 20
MAX_AUC = 0.6
ERRORS = "{ errors { ... on UserError { code } } }"
REGISTER = f"mutation($input: RegisterInput!) {{ register(input: $input) {ERRORS} }}"
LOG_IN = f"mutation($input: LoginInput!) {{ login(input: $input) {ERRORS} }}"


def auc(left: list[float], right: list[float]) -> float:
    """The share of correct guesses by time, over all pairs of samples (Mann-Whitney U)."""
    later = sum((a > b) + (a == b) / 2 for a in left for b in right)
    share = later / (len(left) * len(right))
    return max(share, 1 - share)


async def time_of_rejection(app: Any, email: str) -> float:
    """Seconds until a wrong password is rejected."""
    begin = time.perf_counter()
    answer = await ask(app, LOG_IN, {"input": {"email": email, "password": secrets.token_urlsafe(12)}})
    seconds = time.perf_counter() - begin
    if answer["data"]["login"]["errors"] != [{"code": "INVALID_CREDENTIALS"}]:
        raise SystemExit(f"unexpected: {answer}")
    return seconds


async def main(url: str) -> None:
    """Measure, and print the AUC and the medians."""
    with tempfile.TemporaryDirectory() as folder:
        free = dict.fromkeys(
            ("attempts_per_account", "attempts_per_address", "logins_per_account", "logins_per_address"), 0
        )
        app = create_app(Settings(data_dir=Path(folder), database_url=url, accounts="open", **free))  # type: ignore[arg-type]
        async with app.router.lifespan_context(app):
            known, unknown = (f"{secrets.token_hex(8)}@example.com" for _ in range(2))
            await ask(app, REGISTER, {"input": {"email": known, "password": "correct horse battery"}})
            times: dict[str, list[float]] = {known: [], unknown: []}
            for number in range(WARM_UP + SAMPLES):
                for email in random.sample([known, unknown], 2):
                    seconds = await time_of_rejection(app, email)
                    if number >= WARM_UP:
                        times[email].append(seconds)
    area = auc(times[known], times[unknown])
    averages = ", ".join(f"{median(each) * 1e3:.2f} ms" for each in times.values())
    print(f"AUC {area:.3f} of {SAMPLES} samples each; medians: known, unknown: {averages}")
    if area > MAX_AUC:
        raise SystemExit(f"That is more than {MAX_AUC}.")


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1] if len(sys.argv) > 1 else ""))
