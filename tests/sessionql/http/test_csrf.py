"""Requests that another origin causes a browser to send: their cookies do not authenticate, and no cookies are set."""

from collections.abc import Mapping

import pytest
from starlette.requests import Request

from sessionql.http.csrf import GRAPHQL_PREFLIGHT_HEADERS, check_graphql
from sessionql.http.origins import Origins
from sessionql.settings.settings import Settings
from tests.conftest import FakeClock, developing
from tests.sessionql.browser import HERE, LOG_IN, LOG_OUT, ME, PAGE, REGISTER, Browser, input_of, site

pytestmark = [
    pytest.mark.usefixtures("cheap_hashing"),
    # These tests do not depend on the database.
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]

FRIEND = "https://app.example.com"
ELSEWHERE: list[Mapping[str, str]] = [
    {},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": f"{HERE}:8443"},
    {"Origin": f"{HERE}.evil.example"},
    {"Origin": "https://evil-sessionql.test"},
    {"Origin": f"https://evil.example/?{HERE}"},
    {"Origin": f"{HERE}@evil.example"},
    {"Origin": "https://sub.sessionql.test"},
    {"Origin": "https://evil.example", "Host": "evil.example.sessionql.test"},
    {"Origin": "https://www.sessionql.test", "Sec-Fetch-Site": "same-site"},
    {"Origin": f"{HERE}:8443", "Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": HERE, "Sec-Fetch-Site": "same-site"},
    {"Origin": "http://sessionql.test"},
    {"Origin": "http://sessionql.test", "Host": "sessionql.test:80"},
    {"Origin": "moz-extension://sessionql.test"},
    {"Origin": "http://localhost.evil.example:8000", "Host": "localhost.evil.example:8000"},
    {"Origin": "http://localhost:8001", "Host": "localhost:8000"},
    {"Origin": HERE, "Sec-Fetch-Site": "cross-site"},
    {"Origin": HERE, "Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    {"Origin": HERE, "Sec-Fetch-Site": ""},
    {"Origin": HERE, "Sec-Fetch-Site": "same-origin, cross-site"},
    {"Referer": f"{HERE}/graphql"},
]
OURS: list[Mapping[str, str]] = [
    PAGE,
    {"Sec-Fetch-Site": "same-origin"},
    {"Origin": HERE},
    {"Origin": HERE, "Host": "sessionql.test:443"},
    {"Origin": HERE, "Host": "SessionQL.test"},
    {"Origin": "http://localhost:8000", "Host": "localhost:8000"},
    {"Origin": "http://[::1]:8000", "Host": "[::1]:8000"},
    {"Origin": "http://127.0.0.1:8000", "Host": "127.0.0.1:8000"},
    {"Origin": "http://shop.localhost", "Host": "shop.localhost"},
]


async def rejection(browser: Browser, query: str, headers: Mapping[str, str], **variables: str | dict[str, str]) -> str:
    """The message of an error."""
    response = await browser.send(query, headers=headers, **variables)
    assert response.status_code == 403
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "CSRF_REFUSED"
    assert not response.json().get("data")
    return str(error["message"])


@pytest.mark.parametrize("headers", ELSEWHERE)
async def test_another_origin_cannot_use_the_cookies_of_a_browser(browser: Browser, headers: Mapping[str, str]) -> None:
    await browser.register()
    kept = browser.cookies
    for query in (ME, LOG_OUT):
        assert "SESSIONQL_CORS_ORIGINS" in await rejection(browser, query, headers)
    assert browser.cookies == kept
    assert (await browser.get(ME))["me"], "and the session lives on"


@pytest.mark.parametrize("headers", OURS)
async def test_a_page_of_this_origin_can_use_the_cookies(browser: Browser, headers: Mapping[str, str]) -> None:
    await browser.register()
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    data = await browser.get(ME, headers={**headers, "Cookie": cookie})
    assert data == {"me": {"email": "ana@example.com"}}


@pytest.mark.parametrize("headers", ELSEWHERE)
async def test_another_origin_cannot_log_in_with_cookies(browser: Browser, headers: Mapping[str, str]) -> None:
    """Otherwise the user would continue as the attacker, who could read the data that the user enters."""
    await browser.register("eve@example.com", "BEARER")
    await rejection(browser, LOG_IN, headers, input=input_of("eve@example.com"))
    await rejection(browser, REGISTER, headers, input=input_of("mallory@example.com"))
    assert browser.cookies == {}
    token = (await browser.log_in("eve@example.com", "BEARER"))["tokens"]["accessToken"]
    mine = await browser.get("{ mySessions { id } }", headers={"Authorization": f"Bearer {token}"})
    assert len(mine["mySessions"]) == 2, "the rejected log-in created no session"


async def test_an_authorization_header_does_not_permit_cookies(browser: Browser) -> None:
    token = (await browser.register(delivery="BEARER"))["tokens"]["accessToken"]
    headers = {"Authorization": f"Bearer {token}", "Origin": "https://evil.example"}
    await rejection(browser, LOG_IN, headers, input=input_of())


async def test_requests_without_cookies_need_no_origin(browser: Browser) -> None:
    token = (await browser.register(delivery="BEARER"))["tokens"]["accessToken"]
    await browser.log_in()
    for headers in ELSEWHERE:
        assert (await browser.get(ME, headers={**headers, "Authorization": f"Bearer {token}"}))["me"]
    browser.http.cookies.clear()
    assert await browser.get(ME, headers={}) == {"me": None}


SIMPLE_BODIES = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]


@pytest.mark.parametrize("content_type", SIMPLE_BODIES)
async def test_what_a_form_can_post_changes_nothing(browser: Browser, content_type: str) -> None:
    await browser.register()
    body = b'{"query": "mutation { logout { session { id } } }", "x": "="}'
    headers = {**PAGE, "Content-Type": content_type}
    response = await browser.http.post("/graphql", content=body, headers=headers)
    assert response.status_code == 415
    assert (await browser.get(ME))["me"]


async def test_a_get_request_needs_a_header_that_no_link_sends(browser: Browser) -> None:
    token = (await browser.register(delivery="BEARER"))["tokens"]["accessToken"]
    for authorization in ("", "Basic YTpi", f"Bearer {token}", f"Bearer sqls_{'A' * 64}"):
        headers = {"Authorization": authorization}
        for query in (ME, LOG_OUT, "{ __typename }"):
            assert (await browser.http.head("/graphql", params={"query": query}, headers=headers)).status_code == 403
            response = await browser.http.get("/graphql", params={"query": query}, headers=headers)
            assert response.status_code == 403
            (error,) = response.json()["errors"]
            assert error["extensions"]["code"] == "CSRF_REFUSED"
            assert "GraphQL-Require-Preflight: 1" in error["message"]
        for name in GRAPHQL_PREFLIGHT_HEADERS:
            response = await browser.http.get(
                "/graphql", params={"query": "{ __typename }"}, headers={**headers, name: "1"}
            )
            assert response.json() == {"data": {"__typename": "Query"}}


async def test_a_subscription_by_get_needs_only_a_bearer_token(browser: Browser) -> None:
    token = (await browser.register(delivery="BEARER"))["tokens"]["accessToken"]
    stream = {"Accept": "text/event-stream"}
    signed = {"Authorization": f"Bearer {token}", **stream}
    events = await browser.http.get("/graphql", params={"query": ME}, headers=signed)
    assert events.headers["content-type"].startswith("text/event-stream")
    assert "ana@example.com" in events.text
    mutation = await browser.http.get("/graphql", params={"query": LOG_OUT}, headers=signed)
    assert (mutation.status_code, mutation.headers["allow"]) == (405, "POST")
    await browser.log_in()
    for other in (stream, {**stream, **PAGE}, {**stream, "Authorization": "Basic YTpi"}):
        assert (await browser.http.get("/graphql", params={"query": ME}, headers=other)).status_code == 403


async def test_cookies_in_a_get_request_need_a_header_that_no_link_sends(browser: Browser) -> None:
    await browser.register()
    response = await browser.http.get("/graphql", params={"query": ME}, headers=PAGE)
    assert response.status_code == 403
    assert response.json()["errors"][0]["extensions"]["code"] == "CSRF_REFUSED"
    assert "GraphQL-Require-Preflight: 1" in response.json()["errors"][0]["message"]
    for name in GRAPHQL_PREFLIGHT_HEADERS:
        response = await browser.http.get("/graphql", params={"query": ME}, headers={**PAGE, name: "1"})
        assert response.json()["data"]["me"]
        for other in ({**PAGE, name: ""}, {name: "1"}, {name: "1", "Sec-Fetch-Site": "cross-site"}):
            response = await browser.http.get("/graphql", params={"query": ME}, headers=other)
            assert response.status_code == 403


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_no_mutation_is_executed_by_get_with_any_headers(browser: Browser, method: str) -> None:
    await browser.register()
    headers = {**PAGE, "GraphQL-Require-Preflight": "1"}
    response = await browser.http.request(method, "/graphql", params={"query": LOG_OUT}, headers=headers)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert "set-cookie" not in response.headers
    assert (await browser.get(ME))["me"]


@developing
async def test_the_page_can_be_opened_from_any_site(browser: Browser) -> None:
    await browser.register()
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}
    assert (await browser.http.get("/graphql", headers=headers)).status_code == 200


async def test_a_listed_origin_may_use_cookies_with_the_setting(settings: Settings, clock: FakeClock) -> None:
    from_friend = {"Origin": FRIEND, "Sec-Fetch-Site": "cross-site"}
    async with site(settings, clock, cors_origins=(FRIEND,), cors_credentials=True) as browser:
        assert (await browser.get(REGISTER, headers=from_friend, input=input_of()))["register"]["errors"] == []
        assert (await browser.get(ME, headers=from_friend))["me"]
        assert (await browser.get(ME, headers={"Origin": FRIEND}))["me"], "an older browser"
        for origin in ("http://app.example.com", f"{FRIEND}:8443", "https://x.app.example.com", "https://evil.example"):
            await rejection(browser, ME, {"Origin": origin, "Sec-Fetch-Site": "cross-site"})
    async with site(settings, clock, cors_origins=(FRIEND,)) as browser:
        await rejection(browser, LOG_IN, from_friend, input=input_of())
    async with site(settings, clock, cors_origins=("*",)) as browser:
        await rejection(browser, LOG_IN, from_friend, input=input_of())


def request(method: str, headers: Mapping[str, str]) -> Request:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "path": "/", "query_string": b"", "headers": raw})


@pytest.mark.usefixtures("engine")
def test_the_check_can_be_used_by_other_routes() -> None:
    assert check_graphql(request("POST", {"Sec-Fetch-Site": "same-origin"}), Origins()) is None
    assert Origins().allows_cookies({"origin": HERE, "host": "sessionql.test"})
    assert not Origins().allows_cookies({"origin": HERE})
    assert not Origins().allows_cookies({"host": ""})


@pytest.mark.usefixtures("engine")
def test_without_secure_cookies_pages_may_use_http() -> None:
    headers = {"origin": "http://sessionql.test", "host": "sessionql.test"}
    assert Origins(secure=False).allows_cookies(headers)
    assert not Origins(secure=False).allows_cookies({**headers, "host": "sessionql.test:8000"})
    assert not Origins(secure=False).allows_cookies({**headers, "sec-fetch-site": "same-site"})
