"""Cookies: their names, attributes and values, and how strictly they are read."""

import httpx
import pytest
from fastapi import FastAPI

from sessionql.http.cookies import CookieRules, RequestCookies
from sessionql.resolvers.cookie_jar import Cookie, CookieKind
from sessionql.settings.settings import Settings
from tests.conftest import FakeClock
from tests.sessionql.browser import (
    ACCESS,
    LOG_OUT,
    ME,
    PAGE,
    REFRESH,
    REFRESH_BY_COOKIE,
    Browser,
    browser_of,
    site,
)

pytestmark = pytest.mark.usefixtures("cheap_hashing")

ANA = {"me": {"email": "ana@example.com"}}


@pytest.mark.parametrize("name", [ACCESS, REFRESH])
async def test_a_duplicate_cookie_is_rejected(browser: Browser, name: str) -> None:
    await browser.register()
    valid = "; ".join(f"{key}={value}" for key, value in browser.cookies.items())
    browser.http.cookies.clear()
    for planted in (f"{name}=planted; {valid}", f"{valid}; {name}=planted", f"{name}=; {valid}"):
        assert await browser.code(ME, headers={**PAGE, "Cookie": planted}) == "UNAUTHENTICATED"
        (error,) = (await browser.get(REFRESH_BY_COOKIE, headers={**PAGE, "Cookie": planted}))["refresh"]["errors"]
        assert error["code"] == "REFRESH_TOKEN_INVALID"
        logged_out = await browser.get(LOG_OUT, headers={**PAGE, "Cookie": planted})
        assert logged_out == {"logout": {"session": None}}
        assert browser.set.keys() == {ACCESS, REFRESH}, "and are taken away"
    assert await browser.get(ME, headers={**PAGE, "Cookie": valid}) == ANA


STRANGE = ["", "sqls_key", "é", "a" * 5000, '"', "a=b", "%00", "..."]


@pytest.mark.parametrize("value", STRANGE)
async def test_any_value_of_a_cookie_is_at_most_rejected(browser: Browser, value: str) -> None:
    cookie = f"a; =b;;{ACCESS}={value};c=d".encode("latin-1")
    headers = [*((name.encode(), text.encode()) for name, text in PAGE.items()), (b"cookie", cookie)]
    response = await browser.http.post("/graphql", json={"query": ME}, headers=headers)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (200, "UNAUTHENTICATED")


def test_a_service_key_is_never_read_from_a_cookie() -> None:
    assert CookieRules().read([(b"cookie", f"{ACCESS}=sqls_secret".encode())]) == RequestCookies(sent=True)


def test_cookies_of_other_applications_are_ignored() -> None:
    other = f"sessionql_access=a; {ACCESS.lower()}=b; x{ACCESS}=c; theme={ACCESS}"
    assert CookieRules().read([(b"cookie", other.encode())]) == RequestCookies()
    assert CookieRules().read([(b"accept", f"{ACCESS}=a".encode())]) == RequestCookies()


def test_cookies_may_be_sent_in_several_headers() -> None:
    lines = [(b"cookie", f"{ACCESS}=a".encode()), (b"cookie", f"b=c; {REFRESH}=d".encode())]
    assert CookieRules().read(lines) == RequestCookies(sent=True, access_token="a", refresh_token="d")


async def test_in_development_cookies_omit_what_requires_https(settings: Settings, clock: FakeClock) -> None:
    async with site(settings, clock, cookie_secure=False, cookie_same_site="lax") as browser:
        await browser.register()
        assert browser.set.keys() == {"sessionql_access", "sessionql_refresh"}
        assert {(each["secure"], each["samesite"]) for each in browser.set.values()} == {("", "Lax")}
        assert await browser.get(ME) == ANA
        assert await browser.get(ME, headers={**PAGE, "Cookie": f"{ACCESS}=a"}) == {"me": None}


@pytest.mark.parametrize(("root", "path"), [("", "/graphql"), ("/auth", "/graphql"), ("/auth", "/auth/graphql")])
def test_the_path_of_the_refresh_cookie_is_that_of_the_endpoint(clock: FakeClock, root: str, path: str) -> None:
    kept = {CookieKind.REFRESH: Cookie("token", clock.now)}
    ((_, cookie),) = CookieRules().write(kept, {"path": path, "root_path": root}, clock.now)
    assert f"; Path={root}/graphql; Max-Age=0;" in cookie


async def test_the_refresh_cookie_is_not_sent_to_other_paths(app: FastAPI) -> None:
    async with browser_of(app) as browser:
        await browser.register()
        sent = browser.http.build_request("GET", "/healthz").headers["cookie"]
        assert ACCESS in sent
        assert REFRESH not in sent
        assert isinstance(await browser.http.get("/healthz"), httpx.Response)
