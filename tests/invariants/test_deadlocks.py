"""Concurrent writes of many sessions of one user never deadlock."""

import asyncio

from sessionql.resolvers.accounts import LogIn, LogInResult, login
from sessionql.resolvers.credentials import PasswordChange, change_password
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.refresh import refresh
from sessionql.resolvers.requester import Unauthenticated
from sessionql.resolvers.sessions import revoke_all_sessions
from tests.invariants.races import Race, Workers, with_policy
from tests.invariants.rounds import rounds
from tests.resolvers.builders import LAPTOP, PASSWORD, PHONE, as_requester, sign_in, sign_up

SESSIONS = 8


async def test_concurrent_changes_of_many_sessions_never_deadlock(workers: Workers) -> None:
    """PostgreSQL would abort one as a deadlock, and its request would fail with 503."""
    workers = with_policy(workers, session_limit=SESSIONS)
    one, two = workers
    await sign_up(one)
    race_ = Race("circles")
    for _ in range(rounds(12)):
        signed_in = [await sign_in(one) for _ in range(SESSIONS)]
        for worker in workers:
            for each in signed_in:
                worker.activity.record(each.session, None, worker.clock())
        first, middle, last = signed_in[0], signed_in[SESSIONS // 2], signed_in[-1]
        await asyncio.gather(
            race_.later(change, one, middle),
            race_.later(change, two, last),
            race_.later(revoke_all_sessions, two, as_requester(first), keep_current=True, client=LAPTOP),
            race_.later(login, two, LogIn("ana@example.com", PASSWORD), PHONE),
            *(race_.later(worker.activity.flush) for worker in workers),
            *(race_.later(refresh, one, each.tokens.refresh, PHONE) for each in signed_in),
        )


async def change(deps: Dependencies, who: LogInResult) -> None:
    """Change the password to the same one, unless the session ends meanwhile."""
    try:
        await change_password(deps, as_requester(who), PasswordChange(PASSWORD, PASSWORD), PHONE)
    except Unauthenticated:
        return
