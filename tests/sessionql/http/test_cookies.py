"""Cookies: their names, attributes and values, and how strictly they are read."""

import pytest

from sessionql.http.cookies import CookieRules, RequestCookies, SameSite
from sessionql.resolvers.cookie_jar import Cookie, CookieKind
from sessionql.settings.settings import Settings
from tests.conftest import FakeClock
from tests.sessionql.browser import (
    ACCESS,
    DEVICE,
    LOG_OUT,
    ME,
    PAGE,
    REFRESH,
    REFRESH_BY_COOKIE,
    Browser,
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


@pytest.mark.parametrize("same_site", ["strict", "lax", "none"])
def test_all_cookies_have_what_the_prefix_requires(clock: FakeClock, same_site: SameSite) -> None:
    """Secure, `Path=/`, and no Domain (RFC 6265bis section 4.1.3.2): else browsers reject them."""
    kept = dict.fromkeys(CookieKind, Cookie("token", clock.now))
    for changes in (kept, dict.fromkeys(CookieKind)):
        names = (ACCESS, REFRESH, DEVICE)
        for name, (_, line) in zip(names, CookieRules(same_site).write(changes, clock.now), strict=True):
            assert line.startswith(f"{name}=")
            attributes = line.lower().split("; ")[1:]
            assert {"path=/", "secure", "httponly", f"samesite={same_site}"} <= set(attributes)
            assert not [attribute for attribute in attributes if attribute.startswith("domain")]


PLANTED = [
    b"__Secure-sessionql_refresh=planted",
    b"sessionql_refresh=planted",
    b"__host-sessionql_refresh=planted",
    b"\x85__Host-sessionql_refresh=planted",
    b"\xa0__Host-sessionql_refresh\xa0=planted",
    b"\x1c__Host-sessionql_refresh\x1f=planted",
    b"\xe2\x80\x80__Host-sessionql_refresh=planted",
    b"__Host-sessionql_refresh",
    b"=__Host-sessionql_refresh=planted",
    b"a=__Host-sessionql_refresh=planted",
    b'a="; __Host-sessionql=planted',
    b"$Version=1, __Host-sessionql_refresh=planted",
]


@pytest.mark.parametrize("planted", [*PLANTED, *(each.replace(b"refresh", b"access") for each in PLANTED)])
def test_a_cookie_that_another_host_can_set_has_no_effect(planted: bytes) -> None:
    """Names without the exact prefix, and names that only some parsers read as the prefixed one."""
    own = f"{ACCESS}=a; {REFRESH}=b".encode()
    expected = RequestCookies(sent=True, access_token="a", refresh_token="b")
    for line in (planted + b"; " + own, own + b"; " + planted, own + b";" + planted + b";"):
        assert CookieRules().read([(b"cookie", line)]) == expected
    assert CookieRules().read([(b"cookie", planted)]) == RequestCookies()


async def test_a_refresh_cookie_alone_authenticates_no_request(browser: Browser) -> None:
    await browser.register()
    browser.http.cookies.delete(ACCESS)
    assert await browser.code(ME) == "UNAUTHENTICATED"
    assert (await browser.http.get("/sessions", headers=PAGE)).status_code == 401
    refreshed = (await browser.get(REFRESH_BY_COOKIE))["refresh"]
    assert refreshed["errors"] == []
    assert await browser.get(ME) == ANA
