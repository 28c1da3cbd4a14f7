"""With accounts off, only the sessions that services created are accepted, at every entry of the resolvers."""

from dataclasses import replace

from sessionql.resolvers.accounts import LogInResult
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import RefreshTokenInvalid, SessionNotFound
from sessionql.resolvers.external_users import Reauthentication, mark_reauthenticated
from sessionql.resolvers.introspection import introspect
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.resolvers.requester import authenticate, revalidate
from sessionql.storage.records import SessionState
from tests.resolvers.builders import LAPTOP, a_service, as_requester, get_row, sign_in_externally, sign_up


def off(deps: Dependencies) -> Dependencies:
    """The server after the operator turned accounts off."""
    return replace(deps, policy=replace(deps.policy, only_services=True))


async def accepted(deps: Dependencies, who: LogInResult) -> list[bool]:
    """Whether each entry accepts the session."""
    return [
        await authenticate(deps, who.tokens.access.text, LAPTOP) is not None,
        await revalidate(deps, as_requester(who), LAPTOP) is not None,
        await introspect(deps, who.tokens.access.text) is not None,
        await introspect(deps, who.tokens.refresh) is not None,
    ]


async def test_sessions_of_accounts_are_not_accepted_and_those_of_services_are(deps: Dependencies) -> None:
    ana, external = await sign_up(deps), await sign_in_externally(deps)
    assert await accepted(deps, ana) == [True] * 4
    assert await accepted(off(deps), ana) == [False] * 4
    assert await accepted(off(deps), external) == [True] * 4
    assert isinstance(await refresh(off(deps), ana.tokens.refresh, LAPTOP), RefreshTokenInvalid)
    assert isinstance(await refresh(off(deps), external.tokens.refresh, LAPTOP), RefreshResult)


async def test_no_service_gets_tokens_of_such_a_session(deps: Dependencies) -> None:
    ana, service = await sign_up(deps), await a_service(deps)
    request = Reauthentication(str(ana.user.id), str(ana.session.id))
    assert isinstance(await mark_reauthenticated(off(deps), service, request), SessionNotFound)


async def test_they_continue_when_the_operator_turns_accounts_on_again(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    assert isinstance(await refresh(off(deps), ana.tokens.refresh, LAPTOP), RefreshTokenInvalid)
    row = await get_row(deps, ana.session)
    assert deps.storage.lifetimes.state(row, deps.clock()) is SessionState.ACTIVE
    assert await accepted(deps, ana) == [True] * 4
    assert isinstance(await refresh(deps, ana.tokens.refresh, LAPTOP), RefreshResult)
