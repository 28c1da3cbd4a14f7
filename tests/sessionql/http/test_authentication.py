"""Sessions in cookies: how cookies are set, what they authenticate, and when they are deleted."""

import pytest

from sessionql.resolvers.client import ClientInfo, client_info
from sessionql.resolvers.devices.client_hints import ClientHints, read_hints
from tests.conftest import FakeClock
from tests.schema.graphql_client import PASSWORD
from tests.sessionql.browser import (
    ACCESS,
    DEVICE,
    LOG_OUT,
    ME,
    PAGE,
    REFRESH,
    REFRESH_BY_COOKIE,
    TOKENS,
    Browser,
    cookies_of,
)

pytestmark = pytest.mark.usefixtures("cheap_hashing")

INPUT = {"email": "ana@example.com", "password": PASSWORD, "delivery": "COOKIE"}
ANA = {"me": {"email": "ana@example.com"}}
MINE = "{ mySessions { id isCurrent } }"
REAUTHENTICATE = f'mutation {{ reauthenticate(input: {{password: "{PASSWORD}"}}) {{ {TOKENS} }} }}'
CHANGE = f"""mutation {{ changePassword(input: {{currentPassword: "{PASSWORD}", newPassword: "another horse 42"}}) {{
  {TOKENS} }} }}"""
THIRTY_DAYS = str(30 * 24 * 60 * 60)


async def test_with_a_log_in_by_cookie_scripts_can_read_no_token(browser: Browser) -> None:
    response = await browser.http.post(
        "/graphql",
        json={
            "query": "mutation($i: RegisterInput!) { register(input: $i) {" + TOKENS + "} }",
            "variables": {"i": INPUT},
        },
        headers=PAGE,
    )
    assert response.json()["data"]["register"]["tokens"] == {
        "accessToken": None,
        "accessTokenExpiresAt": "2026-11-23T11:21:10Z",
        "refreshToken": None,
        "refreshTokenExpiresAt": "2026-12-23T11:16:10.123456Z",
    }
    cookies = cookies_of(response)
    assert not [secret for secret in cookies.values() if secret.value in response.text]
    assert cookies.keys() == {ACCESS, REFRESH, DEVICE}
    assert sum(len(name) + len(cookie.value) for name, cookie in cookies.items()) < 1024, "browsers keep 4,096 each"
    for name in (ACCESS, REFRESH):
        attributes = {key: value for key, value in cookies[name].items() if value}
        assert attributes == {
            "path": "/",
            "max-age": THIRTY_DAYS,
            "secure": True,
            "httponly": True,
            "samesite": "Strict",
        }, "and no Domain"


async def test_cookies_authenticate_requests(browser: Browser) -> None:
    session = (await browser.register())["session"]
    assert (await browser.get(MINE))["mySessions"] == [{"id": session["id"], "isCurrent": True}]
    assert browser.set == {}, "a question changes no cookies"
    again = (await browser.log_in())["session"]
    assert {each["id"] for each in (await browser.get(MINE))["mySessions"]} == {session["id"], again["id"]}


async def test_a_bearer_log_in_sets_no_cookies(browser: Browser) -> None:
    payload = await browser.register(delivery="BEARER")
    assert payload["tokens"]["accessToken"]
    assert (browser.set, browser.cookies) == ({}, {})


async def test_an_expired_access_cookie_is_an_error_that_asks_for_a_refresh(browser: Browser, clock: FakeClock) -> None:
    session = (await browser.register())["session"]
    before = browser.cookies
    clock.advance(minutes=5)
    assert await browser.code(ME) == "UNAUTHENTICATED"
    payload = (await browser.get(REFRESH_BY_COOKIE))["refresh"]
    assert (payload["session"], payload["errors"]) == (session, [])
    assert (payload["tokens"]["accessToken"], payload["tokens"]["refreshToken"]) == (None, None)
    assert payload["tokens"]["accessTokenExpiresAt"] == "2026-11-23T11:26:10Z"
    assert not [name for name in (ACCESS, REFRESH) if browser.cookies[name] == before[name]]
    assert await browser.get(ME) == ANA


async def test_a_refresh_token_in_the_input_returns_tokens_in_the_payload(browser: Browser) -> None:
    token = (await browser.register(delivery="BEARER"))["tokens"]["refreshToken"]
    await browser.log_in()
    query = f'mutation {{ refresh(input: {{refreshToken: "{token}"}}) {{ {TOKENS} }} }}'
    tokens = (await browser.get(query))["refresh"]["tokens"]
    assert tokens["accessToken"]
    assert tokens["refreshToken"] not in {None, token}
    assert browser.set == {}


@pytest.mark.parametrize("input_", ["{}", "{refreshToken: null}"])
async def test_without_any_token_there_is_nothing_to_refresh(browser: Browser, input_: str) -> None:
    query = REFRESH_BY_COOKIE.replace("{}", input_)
    for _ in range(25):  # A page may refresh at each of its starts: this does not count as guessing.
        (error,) = (await browser.get(query))["refresh"]["errors"]
        assert error["code"] == "REFRESH_TOKEN_INVALID"
        assert "The request has no refresh token" in error["message"]


async def test_a_failed_refresh_deletes_no_cookie(browser: Browser, clock: FakeClock) -> None:
    await browser.register()
    kept = browser.cookies
    clock.advance(days=31)
    (error,) = (await browser.get(REFRESH_BY_COOKIE))["refresh"]["errors"]
    assert error["code"] == "REFRESH_TOKEN_INVALID"
    assert (browser.set, browser.cookies) == ({}, kept), "another tab may just have logged in"


async def test_a_log_out_ends_the_session_and_deletes_the_cookies(browser: Browser) -> None:
    session = (await browser.register())["session"]
    kept = browser.cookies
    assert (await browser.get(LOG_OUT))["logout"]["session"] == {**session, "state": "REVOKED"}
    assert browser.cookies == {}
    assert [browser.set[name]["max-age"] for name in (ACCESS, REFRESH)] == ["0", "0"]
    assert await browser.get(ME) == {"me": None}
    browser.http.cookies.update(kept)
    assert await browser.code(ME) == "UNAUTHENTICATED", "a copy of the cookies is not accepted"


@pytest.mark.parametrize("left", [{ACCESS, REFRESH}, {ACCESS}, {REFRESH}])
async def test_a_browser_with_an_expired_token_can_log_out(browser: Browser, clock: FakeClock, left: set[str]) -> None:
    session = (await browser.register())["session"]
    for name in {ACCESS, REFRESH} - left:
        browser.http.cookies.delete(name)
    clock.advance(hours=1)
    assert (await browser.get(LOG_OUT))["logout"]["session"] == {**session, "state": "REVOKED"}
    assert browser.cookies == {}


async def test_without_cookies_a_log_out_sets_none(browser: Browser) -> None:
    token = (await browser.register(delivery="BEARER"))["tokens"]["accessToken"]
    await browser.get(LOG_OUT, headers={"Authorization": f"Bearer {token}"})
    assert browser.set == {}


async def test_revoking_the_current_session_deletes_its_cookies(browser: Browser) -> None:
    session = (await browser.register())["session"]
    await browser.get(f'mutation {{ revokeSession(sessionId: "{session["id"]}") {{ wasCurrent }} }}')
    assert browser.cookies == {}


async def test_a_bearer_token_takes_precedence(browser: Browser) -> None:
    bob = (await browser.register("bob@example.com", "BEARER"))["tokens"]["accessToken"]
    await browser.register()
    assert await browser.get(ME) == ANA
    assert await browser.get(ME, headers={"Authorization": f"Bearer {bob}"}) == {"me": {"email": "bob@example.com"}}
    assert await browser.code(ME, headers={"Authorization": "Bearer nonsense"}) == "UNAUTHENTICATED"
    payload = (await browser.get(REFRESH_BY_COOKIE, headers={"Authorization": f"Bearer {bob}"}))["refresh"]
    assert [error["code"] for error in payload["errors"]] == ["REFRESH_TOKEN_INVALID"]
    await browser.get(LOG_OUT, headers={"Authorization": f"Bearer {bob}"})
    assert browser.cookies == {}, "a log-out leaves no cookies in the browser"


async def test_the_basic_authentication_of_a_proxy_is_ignored(browser: Browser) -> None:
    await browser.register()
    assert await browser.get(ME, headers={**PAGE, "Authorization": "Basic YTpi"}) == ANA
    assert await browser.code(ME, headers={"Authorization": "Basic YTpi"}) == "CSRF_REFUSED"


async def test_reauthentication_replaces_the_access_cookie_only(browser: Browser, clock: FakeClock) -> None:
    await browser.register()
    clock.advance(minutes=1)
    tokens = (await browser.get(REAUTHENTICATE))["reauthenticate"]["tokens"]
    assert (tokens["accessToken"], tokens["refreshToken"]) == (None, None)
    assert browser.set.keys() == {ACCESS}
    assert await browser.get(ME) == ANA
    assert (await browser.get(REFRESH_BY_COOKIE))["refresh"]["errors"] == []


async def test_a_changed_password_replaces_both_cookies(browser: Browser, clock: FakeClock) -> None:
    await browser.register()
    clock.advance(minutes=1)
    tokens = (await browser.get(CHANGE))["changePassword"]["tokens"]
    assert (tokens["accessToken"], tokens["refreshToken"]) == (None, None)
    assert browser.set.keys() == {ACCESS, REFRESH}
    assert await browser.get(ME) == ANA


async def test_with_a_bearer_token_new_tokens_are_in_the_payload(browser: Browser, clock: FakeClock) -> None:
    token = (await browser.register(delivery="BEARER"))["tokens"]["accessToken"]
    clock.advance(minutes=1)
    headers = {"Authorization": f"Bearer {token}"}
    tokens = (await browser.get(REAUTHENTICATE, headers=headers))["reauthenticate"]["tokens"]
    assert tokens["accessToken"]
    assert tokens["refreshToken"] is None
    headers = {"Authorization": f"Bearer {tokens['accessToken']}"}
    tokens = (await browser.get(CHANGE, headers=headers))["changePassword"]["tokens"]
    assert tokens["refreshToken"]
    assert browser.set == {}


async def test_cookies_are_set_also_when_another_field_fails(browser: Browser) -> None:
    await browser.register()
    browser.http.cookies.clear()
    query = """mutation($i: LoginInput!) { login(input: $i) { session { id } }
      revokeSessions(filter: {states: []}) { query { me { sessions(first: 0) { totalCount } } } } }"""
    answer = await browser.ask(query, i=INPUT)
    assert answer["errors"][0]["path"][0] == "revokeSessions"
    assert browser.set.keys() == {ACCESS, REFRESH}
    assert await browser.get(ME) == ANA


async def test_within_a_request_the_last_cookie_is_set(browser: Browser) -> None:
    await browser.register()
    await browser.get(
        "mutation($i: LoginInput!) { login(input: $i) { session { id } } logout { session { id } } }", i=INPUT
    )
    assert browser.cookies == {}
    assert len(browser.set) == 2


async def test_a_long_user_agent_is_shortened_before_it_is_cached(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths: list[int] = []

    def recorded(address: str | None, user_agent: bytes, hints: ClientHints, *, truncate: bool) -> ClientInfo:
        lengths.append(len(user_agent))
        return client_info(address, user_agent, hints, truncate=truncate)

    monkeypatch.setattr("sessionql.http.authentication.client_info", recorded)
    for agent in ("curl/8.5.0", "x " * 30_000):
        await browser.http.post("/graphql", json={"query": MINE}, headers={"User-Agent": agent})
    assert lengths == [10, 511]


async def test_only_the_used_part_of_client_hints_is_cached(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    cached: list[tuple[tuple[bytes, bytes], ...]] = []

    def recorded(headers: tuple[tuple[bytes, bytes], ...]) -> ClientHints:
        cached.append(headers)
        return read_hints(headers)

    monkeypatch.setattr("sessionql.http.authentication.read_hints", recorded)
    hints = [("Sec-CH-UA-Model", "first"), ("Sec-CH-UA-Model", "x" * 30_000), ("Sec-CH-UA-Other", "x" * 30_000)]
    await browser.http.post("/graphql", json={"query": MINE}, headers=hints)
    assert cached == [((b"sec-ch-ua-model", b"x" * 512),)]
