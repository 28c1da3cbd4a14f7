"""The guards of an embedding application: which requests and sockets they accept, and until when."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI

from sessionql import EndReason, Requester, SessionQL, Settings
from sessionql.resolvers.client import UNKNOWN_CLIENT
from sessionql.resolvers.requester import authenticate
from tests.conftest import FakeClock
from tests.resolvers.builders import sign_in_externally
from tests.schema.graphql_client import GraphQLClient
from tests.sessionql.app.embedding import REVOKE, SITE, application, as_, at, open_
from tests.support.constants import PASSWORD


async def test_guards_require_a_session(sessions: SessionQL) -> None:
    async with open_(application(sessions)) as http:
        laptop = await at(http).register("ana@example.com")
        for method, path in (("GET", "/current"), ("GET", "/optional"), ("POST", "/fresh"), ("POST", "/configured")):
            answer = await http.request(method, path, headers=as_(laptop))
            assert (answer.status_code, answer.json()) == (200, "Firefox on Ubuntu"), path
        assert (await http.get("/optional")).json() is None
        unauthenticated = await http.get("/current")
        assert (unauthenticated.status_code, unauthenticated.headers["www-authenticate"]) == (
            401,
            'Bearer realm="sessionql"',
        )


async def test_a_revoked_session_is_rejected_in_its_next_request(sessions: SessionQL) -> None:
    async with open_(application(sessions)) as http:
        laptop = await at(http).register("ana@example.com")
        phone = await at(http).log_in("ana@example.com")
        await laptop.get(REVOKE)
        for path in ("/current", "/optional"):
            rejected = await http.get(path, headers=as_(phone))
            assert rejected.status_code == 401
            assert 'error="invalid_token"' in rejected.headers["www-authenticate"]
        assert (await http.get("/current", headers=as_(laptop))).status_code == 200


async def test_reauthentication_makes_an_old_log_in_fresh(sessions: SessionQL, clock: FakeClock) -> None:
    async with open_(application(sessions)) as http:
        laptop = await at(http).register("ana@example.com")
        clock.advance(minutes=6)
        await refresh(laptop)
        assert (await http.post("/configured", headers=as_(laptop))).status_code == 200
        stale = await http.post("/fresh", headers=as_(laptop))
        challenge = 'Bearer realm="sessionql", error="insufficient_user_authentication", max_age="300"'
        assert (stale.status_code, stale.headers["www-authenticate"]) == (403, challenge)
        proved = await laptop.get(
            'mutation { reauthenticate(input: {password: "correct horse battery"}) { tokens { accessToken } } }'
        )
        laptop.token = proved["reauthenticate"]["tokens"]["accessToken"]
        assert (await http.post("/fresh", headers=as_(laptop))).status_code == 200
        clock.advance(hours=2)
        await refresh(laptop)
        assert (await http.post("/configured", headers=as_(laptop))).status_code == 403


async def refresh(caller: GraphQLClient) -> None:
    query = "mutation($t: String!) { refresh(input: {refreshToken: $t}) { tokens { accessToken refreshToken } } }"
    tokens = (await caller.get(query, t=caller.refresh_token))["refresh"]["tokens"]
    caller.token, caller.refresh_token = tokens["accessToken"], tokens["refreshToken"]


SAME_ORIGIN = {"Origin": SITE, "Sec-Fetch-Site": "same-origin"}
NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


async def register_with_cookies(http: httpx.AsyncClient) -> dict[str, str]:
    """Register with cookies, which the client keeps. Returns their `Set-Cookie` headers by name."""
    given = {"email": "ana@example.com", "password": "correct horse battery", "delivery": "COOKIE"}
    query = "mutation($i: RegisterInput!) { register(input: $i) { errors { __typename } } }"
    answer = await http.post("/auth/graphql", json={"query": query, "variables": {"i": given}}, headers=SAME_ORIGIN)
    return {line.partition("=")[0]: line for line in answer.headers.get_list("set-cookie")}


async def test_cookies_open_the_routes_of_this_origin_only(sessions: SessionQL) -> None:
    app = application(sessions)
    async with open_(app) as http:
        kept = await register_with_cookies(http)
        assert all("Path=/;" in line and line.startswith("__Host-") for line in kept.values())
        for own in (SAME_ORIGIN, {"Sec-Fetch-Site": "same-origin"}, {"Origin": SITE}):
            assert (await http.get("/current", headers=own)).status_code == 200
            assert (await http.post("/fresh", headers=own)).status_code == 200
            assert (await connect(app, with_cookies(kept, own)))[0]["type"] == "websocket.accept"
        for other in (
            {},
            {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
            {"Origin": "https://www.example.com", "Sec-Fetch-Site": "same-site"},
            {"Origin": f"{SITE}:8443", "Sec-Fetch-Site": "same-site"},
            {"Origin": f"{SITE}:8443"},
            {"Origin": "http://example.com"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
            {"Sec-Fetch-Site": "none"},
            {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
        ):
            assert (await http.get("/current", headers=other)).status_code == 403
            assert (await http.get("/optional", headers=other)).status_code == 403
            assert (await http.post("/fresh", headers=other)).status_code == 403
            (rejected,) = await connect(app, with_cookies(kept, other))
            assert (rejected["type"], rejected["code"]) == ("websocket.close", 4403)


def with_cookies(kept: dict[str, str], headers: dict[str, str]) -> dict[str, str]:
    return {**headers, "Host": "example.com", "Cookie": "; ".join(line.partition(";")[0] for line in kept.values())}


async def test_a_page_that_is_opened_by_hand_is_signed_in_and_one_of_a_foreign_link_is_not(sessions: SessionQL) -> None:
    app = application(sessions)
    async with open_(app) as http:
        kept = await register_with_cookies(http)
        for site in ("none", "same-origin"):
            page = {"Sec-Fetch-Site": site, **NAVIGATION}
            assert (await http.get("/current", headers=page)).status_code == 200
            assert (await http.post("/fresh", headers=page)).status_code == (403 if site == "none" else 200)
        (rejected,) = await connect(app, with_cookies(kept, {"Sec-Fetch-Site": "none", **NAVIGATION}))
        assert rejected["type"] == "websocket.close"
        for site in ("same-site", "cross-site"):
            link = {"Sec-Fetch-Site": site, **NAVIGATION}
            assert (await http.get("/current", headers=link)).status_code == 401
            answer = await http.get("/optional", headers=link)
            assert (answer.status_code, answer.json()) == (200, None)
            assert (await http.post("/fresh", headers=link)).status_code == 403, "a form is no link"


async def test_a_refresh_cookie_opens_no_route(sessions: SessionQL) -> None:
    app = application(sessions)
    async with open_(app) as http:
        kept = await register_with_cookies(http)
        refresh = kept["__Host-sessionql_refresh"].partition(";")[0]
        token = refresh.partition("=")[2]
        http.cookies.clear()
        for cookie in (refresh, f"__Host-sessionql_access={token}"):
            headers = {**SAME_ORIGIN, "Cookie": cookie}
            assert (await http.get("/current", headers=headers)).status_code == 401
            assert (await http.post("/fresh", headers=headers)).status_code == 401
            assert (await connect(app, headers))[0]["code"] == 4401


@pytest.mark.parametrize("max_age", [timedelta(0), timedelta(microseconds=-1), timedelta(days=-1)])
def test_a_guard_that_would_ask_for_nothing_is_an_error_where_it_is_written(
    sessions: SessionQL, max_age: timedelta
) -> None:
    with pytest.raises(ValueError, match="pass a max_age of more than zero"):
        sessions.fresh_session(max_age)


async def test_several_guards_read_the_session_once(sessions: SessionQL, monkeypatch: pytest.MonkeyPatch) -> None:
    app = application(sessions)
    guards = [Depends(sessions.optional_session), Depends(sessions.current_session), Depends(sessions.fresh_session())]
    looks = 0
    reading = sessions.dependencies.storage.reading

    def count() -> Any:
        nonlocal looks
        looks += 1
        return reading()

    @app.get("/guarded", dependencies=guards)
    async def guarded(requester: Annotated[Requester, Depends(sessions.current_session)]) -> str:
        return requester.session.device.label

    async with open_(app) as http:
        laptop = await at(http).register("ana@example.com")
        monkeypatch.setattr(sessions.dependencies.storage, "reading", count)
        assert (await http.get("/guarded", headers=as_(laptop))).status_code == 200
        assert looks == 1


async def test_guards_of_sockets_reject_the_handshake(sessions: SessionQL) -> None:
    app = application(sessions)
    async with open_(app) as http:
        laptop = await at(http).register("ana@example.com")
        (accepted, message, closed) = await connect(app, as_(laptop))
        assert (accepted["type"], message["text"], closed["code"]) == ("websocket.accept", "Firefox on Ubuntu", 1000)
        (rejected,) = await connect(app, {})
        assert (rejected["type"], rejected["code"]) == ("websocket.close", 4401)


async def test_with_accounts_off_a_guard_accepts_sessions_of_services_only(settings: Settings) -> None:
    app = application(SessionQL(settings))
    async with open_(app) as http:
        visitor = await at(http).register("ana@example.com")
        assert await accepted_by_guards(app, http, visitor) == [200, 200, 200, "websocket.accept"]
    sessions = SessionQL(settings.model_copy(update={"accounts": "off"}))
    app = application(sessions)
    async with open_(app) as http:
        body = {"email": "eve@example.com", "password": PASSWORD}
        for path in ("/auth/register", "/auth/login"):
            assert (await http.post(path, json=body)).status_code == 404
        assert await accepted_by_guards(app, http, visitor) == [401, 401, 401, "websocket.close"]
        customer = at(http)
        customer.token = (await sign_in_externally(sessions.dependencies)).tokens.access.text
        assert await accepted_by_guards(app, http, customer) == [200, 200, 200, "websocket.accept"]


async def accepted_by_guards(app: FastAPI, http: httpx.AsyncClient, who: GraphQLClient) -> list[int | str]:
    """The status of a route with each guard, and the first message of a socket."""
    headers = as_(who)
    gets = [(await http.get(path, headers=headers)).status_code for path in ("/current", "/optional")]
    return [*gets, (await http.post("/fresh", headers=headers)).status_code, (await connect(app, headers))[0]["type"]]


async def test_a_socket_of_the_application_learns_that_its_session_has_ended(
    sessions: SessionQL, clock: FakeClock
) -> None:
    app = application(sessions)
    async with open_(app) as http:
        laptop, phone = at(http), at(http)
        await laptop.register("ana@example.com")
        await phone.log_in("ana@example.com")
        requesters = [await requester_of(sessions, client) for client in (laptop, phone)]
        on_laptop, on_phone = (asyncio.create_task(sessions.until_ended(requester)) for requester in requesters)
        await asyncio.sleep(0.2)
        assert not on_laptop.done()
        await laptop.get(REVOKE)
        async with asyncio.timeout(10):
            assert await on_phone is EndReason.REVOKED
            assert await sessions.until_ended(requesters[1]) is EndReason.REVOKED, "also when it ended before"
        assert not on_laptop.done()
        clock.advance(minutes=5)
        async with asyncio.timeout(10):
            assert await sessions.until_ended(requesters[0]) is EndReason.TOKEN_INVALID
    async with asyncio.timeout(10):
        assert await on_laptop is EndReason.INTERRUPTED, "the application stops"
        assert await sessions.until_ended(requesters[0]) is EndReason.INTERRUPTED


async def requester_of(sessions: SessionQL, client: GraphQLClient) -> Requester:
    """What a guard returns for a request of this client."""
    deps = sessions.dependencies
    assert client.token is not None
    found = await authenticate(deps, client.token, UNKNOWN_CLIENT)
    assert found is not None
    return found


async def connect(app: FastAPI, headers: dict[str, str]) -> list[Any]:
    """The ASGI messages that a socket receives when it sends nothing."""
    sent: list[Any] = []
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "websocket", "path": "/socket", "headers": pairs, "query_string": b"", "subprotocols": []}

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app({**scope, "client": ("127.0.0.1", 1), "server": ("example.com", 443), "scheme": "wss"}, receive, send)
    return sent
