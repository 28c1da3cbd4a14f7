"""Concurrent log-ins, and log-ins during revocations: the session limit is exact, and old passwords are rejected."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from sessionql.resolvers.accounts import LogIn, LogInResult, login
from sessionql.resolvers.credentials import PasswordChange, ReauthenticationResult, change_password
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidCredentials
from sessionql.resolvers.requester import Requester
from sessionql.resolvers.sessions import RevokeManyResult, my_sessions, revoke_all_sessions
from sessionql.storage.records import RevocationReason, SessionRecord
from tests.invariants.races import Race, Workers, assert_ended, is_accepted, with_policy
from tests.invariants.rounds import assert_both, rounds
from tests.resolvers.builders import LAPTOP, PASSWORD, PHONE, add_session, as_requester, get_row, sign_in, sign_up

LIMIT = 5
MAX_CONCURRENT = 20


async def active(deps: Dependencies, ana: LogInResult) -> set[SessionRecord]:
    """Return the sessions that `mySessions` lists."""
    return set(await my_sessions(deps, as_requester(ana)))


async def split(workers: Workers, signed_in: Sequence[LogInResult]) -> tuple[list[LogInResult], list[LogInResult]]:
    """Split into active and ended sessions; assert that each worker accepts the tokens of the active ones only."""
    rows = [await get_row(workers[0], each.session) for each in signed_in]
    for each, row in zip(signed_in, rows, strict=True):
        for worker in workers:
            assert await is_accepted(worker, each.tokens) is (row.revoked_at is None)
    living = [each for each, row in zip(signed_in, rows, strict=True) if row.revoked_at is None]
    return living, [each for each in signed_in if each not in living]


async def test_the_session_limit_is_exact_during_concurrent_log_ins(workers: Workers) -> None:
    """Each log-in succeeds and ends at most one session: the one idle the longest."""
    workers = with_policy(workers, session_limit=LIMIT)
    for turn in range(rounds(3)):
        ana = await sign_up(workers[0], f"ana{turn}@example.com")
        race_ = Race(f"limit {turn}")

        log_ins = [race_.later(sign_in, workers[n % 2], ana.user.email or "") for n in range(MAX_CONCURRENT)]
        any_user = [ana, *await asyncio.gather(*log_ins)]

        living, ended = await split(workers, any_user)
        assert {each.session.id for each in living} == {each.id for each in await active(workers[1], ana)}
        assert len(living) == LIMIT
        for each in ended:
            await assert_ended(workers, each.session, [each.tokens], RevocationReason.SESSION_LIMIT)
        assert ana in ended, "it was idle the longest"


async def test_the_session_idle_the_longest_is_evicted_but_never_the_current_one(workers: Workers) -> None:
    deps, _ = with_policy(workers, session_limit=LIMIT)
    ana, now = await sign_up(deps), deps.clock()
    # By `last_active` the new one may be the oldest: the others were used on a machine whose clock is ahead.
    minutes = [3, -20, 1, 40]
    others = [
        await add_session(deps, ana.user.id, last_active=now + timedelta(minutes=each), created_at=now)
        for each in minutes
    ]

    new = await sign_in(deps)

    kept = {session.id for session in await active(deps, ana)}
    assert kept == {ana.session.id, new.session.id, others[0].id, others[2].id, others[3].id}
    assert (await get_row(deps, others[1])).revocation_reason is RevocationReason.SESSION_LIMIT


async def test_revoking_all_ends_every_session_acknowledged_before_it(workers: Workers) -> None:
    """A log-in during the revocation either remains active or ends; there is no state in between."""
    ana, race_, crossed = await sign_up(workers[0]), Race("revoke all"), set[bool]()
    for _ in range(rounds(8)):
        earlier = [await sign_in(workers[1]) for _ in range(3)]

        async def revoke_all() -> None:
            done = await revoke_all_sessions(workers[0], as_requester(ana), keep_current=True, client=LAPTOP)
            assert isinstance(done, RevokeManyResult)

        log_ins = [race_.later(sign_in, workers[n % 2]) for n in range(4)]
        later, _ = await asyncio.gather(asyncio.gather(*log_ins), race_.after(race_.head_start(), revoke_all))

        for each in earlier:
            await assert_ended(workers, each.session, [each.tokens], RevocationReason.REVOKED_BY_USER)
        living, _ = await split(workers, later)
        assert {each.session.id for each in [ana, *living]} == {each.id for each in await active(workers[1], ana)}
        crossed |= {each in living for each in later}
        await revoke_all()
    assert_both(crossed)


async def test_no_session_of_the_old_password_survives_its_change(workers: Workers) -> None:
    """A password change kept sessions (Strapi CVE-2026-22706)."""
    ana, race_, crossed = await sign_up(workers[0]), Race("change"), set[bool]()
    old = PASSWORD
    for turn in range(rounds(8)):
        new, requester = f"another password {turn}", Requester(await get_row(workers[0], ana.session))

        async def change(who: Requester = requester, old: str = old, new: str = new) -> None:
            done = await change_password(workers[0], who, PasswordChange(old, new), LAPTOP)
            assert isinstance(done, ReauthenticationResult)

        async def log_in(n: int, password: str = old) -> LogInResult | None:
            done = await login(workers[n % 2], LogIn("ana@example.com", password), PHONE)
            assert isinstance(done, LogInResult | InvalidCredentials), done
            return done if isinstance(done, LogInResult) else None

        log_ins = [race_.after(race_.head_start(), log_in, n) for n in range(6)]
        got, _ = await asyncio.gather(asyncio.gather(*log_ins), race_.later(change))

        for each in got:
            crossed.add(each is not None)
            if each is not None:
                await assert_ended(workers, each.session, [each.tokens], RevocationReason.PASSWORD_CHANGED)
        assert {each.id for each in await active(workers[1], ana)} == {ana.session.id}
        old = new
    assert_both(crossed)
