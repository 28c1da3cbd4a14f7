"""One table of cases, run over REST and over GraphQL on both engines: both end with the same codes."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.conftest import FakeClock
from tests.sessionql.rest.rest_parity import OK, PASSWORD, Client, GraphQL, Rest

UNKNOWN_ID = "00000000-0000-7000-8000-000000000000"


class World:
    """Ana's laptop and phone, and Eve's device, all with the same kind of client."""

    def __init__(self, client: type[Client], http: httpx.AsyncClient, clock: FakeClock) -> None:
        self.clock = clock
        self.laptop, self.phone, self.eve, self.other = (client(http) for _ in range(4))

    async def begin(self) -> None:
        assert await self.laptop.register("ana@example.com") == OK
        assert await self.phone.log_in("ana@example.com") == OK
        assert await self.eve.register("eve@example.com") == OK

    async def much_later(self) -> None:
        """Time passes: the log-in is no longer fresh, and the access token has been refreshed."""
        self.clock.advance(hours=2)
        assert await self.laptop.refresh() == OK


Case = Callable[[World], Awaitable[list[str]]]
CASES: list[tuple[Case, list[str]]] = []


def ends(*codes: str) -> Callable[[Case], Case]:
    """The codes of the outcome of a case, over REST and over GraphQL."""

    def keep(case: Case) -> Case:
        CASES.append((case, list(codes)))
        return case

    return keep


@ends("INVALID_INPUT", "INVALID_INPUT", "EMAIL_TAKEN")
async def registering(world: World) -> list[str]:
    register = world.other.register
    return [
        await register("bob@example.com", "short"),
        await register("no address"),
        await register("Ana@Example.com"),
    ]


@ends("INVALID_CREDENTIALS", "INVALID_CREDENTIALS", OK)
async def logging_in(world: World) -> list[str]:
    log_in = world.other.log_in
    return [
        await log_in("ana@example.com", "wrong"),
        await log_in("unknown@example.com"),
        await log_in("ana@example.com"),
    ]


@ends(*["INVALID_CREDENTIALS"] * 5, "RATE_LIMITED", "RATE_LIMITED", OK)
async def guessing(world: World) -> list[str]:
    ended = [await world.other.log_in("ana@example.com", f"guess {number}") for number in range(6)]
    ended.append(await world.other.log_in("ana@example.com"))
    world.clock.advance(minutes=2)
    return [*ended, await world.other.log_in("ana@example.com")]


@ends(OK, OK, "REFRESH_TOKEN_INVALID", "REFRESH_TOKEN_INVALID", "UNAUTHENTICATED", "REFRESH_TOKEN_INVALID")
async def refreshing(world: World) -> list[str]:
    stolen = world.laptop.refresh_token
    twice = [await world.laptop.refresh(), await world.laptop.refresh()]
    nonsense = await world.other.refresh("nonsense")
    return [
        *twice,
        nonsense,
        await world.other.refresh(stolen),
        await world.laptop.list(),
        await world.laptop.refresh(),
    ]


@ends("UNAUTHENTICATED", OK, OK, "UNAUTHENTICATED", OK)
async def logging_out(world: World) -> list[str]:
    return [
        await world.other.list(),
        await world.laptop.list(),
        await world.laptop.log_out(),
        await world.laptop.list(),
        await world.phone.list(),
    ]


@ends(OK, "UNAUTHENTICATED", OK, "SESSION_NOT_FOUND", "SESSION_NOT_FOUND", OK, OK, "UNAUTHENTICATED")
async def revoking_one(world: World) -> list[str]:
    return [
        await world.laptop.revoke(world.phone.session_id),
        await world.phone.list(),
        await world.laptop.revoke(world.phone.session_id),
        await world.laptop.revoke(world.eve.session_id),
        await world.laptop.revoke(UNKNOWN_ID),
        await world.eve.list(),
        await world.laptop.revoke(world.laptop.session_id),
        await world.laptop.list(),
    ]


@ends(OK, OK, "UNAUTHENTICATED", OK, OK, "UNAUTHENTICATED")
async def revoking_all(world: World) -> list[str]:
    others = [
        await world.laptop.revoke_all(keep_current=True),
        await world.laptop.list(),
        await world.phone.list(),
        await world.eve.list(),
    ]
    return [*others, await world.laptop.revoke_all(keep_current=False), await world.laptop.list()]


@ends("REAUTHENTICATION_REQUIRED", "REAUTHENTICATION_REQUIRED", "INVALID_CREDENTIALS", OK, OK)
async def revoking_much_later(world: World) -> list[str]:
    await world.much_later()
    return [
        await world.laptop.revoke(world.phone.session_id),
        await world.laptop.revoke_all(keep_current=True),
        await world.laptop.reauthenticate("wrong"),
        await world.laptop.reauthenticate(PASSWORD),
        await world.laptop.revoke(world.phone.session_id),
    ]


@ends(OK, OK, "INVALID_INPUT", "INVALID_INPUT", "SESSION_NOT_FOUND", OK, "SESSION_ENDED")
async def renaming(world: World) -> list[str]:
    rename, phone = world.laptop.rename, world.phone.session_id
    return [
        await rename(phone, "Pocket"),
        await rename(phone, None),
        await rename(phone, "x" * 1000),
        await rename(phone, "a\x00b"),
        await rename(world.eve.session_id, "Mine"),
        await world.laptop.revoke(phone),
        await rename(phone, "Gone"),
    ]


@ends("UNAUTHENTICATED", "UNAUTHENTICATED", "UNAUTHENTICATED")
async def an_invalid_token(world: World) -> list[str]:
    world.laptop.access = "nonsense"
    return [
        await world.laptop.list(),
        await world.laptop.revoke(UNKNOWN_ID),
        await world.laptop.rename(UNKNOWN_ID, "x"),
    ]


@pytest.mark.parametrize("client", [Rest, GraphQL])
@pytest.mark.parametrize(("case", "codes"), [pytest.param(*each, id=each[0].__name__) for each in CASES])
async def test_rest_and_graphql_end_with_the_same_codes(
    case: Case, codes: list[str], client: type[Client], http: httpx.AsyncClient, clock: FakeClock
) -> None:
    world = World(client, http, clock)
    await world.begin()
    assert await case(world) == codes
