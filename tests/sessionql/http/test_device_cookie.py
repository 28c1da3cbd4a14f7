"""The device cookie: it lets the owner of an account log in on a known browser while strangers guess the password."""

import httpx
import pytest

from sessionql.http.cookies import CookieRules, RequestCookies
from tests.conftest import FakeClock
from tests.sessionql.browser import ACCESS, DEVICE, LOG_IN, LOG_OUT, ME, PAGE, Browser, cookies_of, input_of

pytestmark = pytest.mark.usefixtures("cheap_hashing")

WRONG = {"email": "ana@example.com", "password": "wrong horse battery"}


async def codes_of_guesses(browser: Browser, number: int) -> list[str]:
    """Log-ins by a program at the same address, without cookies."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(browser.app), base_url="https://sessionql.test") as http:
        answers = [
            (await http.post("/graphql", json={"query": LOG_IN, "variables": {"input": WRONG}})).json()
            for _ in range(number)
        ]
    return [answer["data"]["login"]["errors"][0]["code"] for answer in answers]


async def test_a_known_browser_logs_in_while_strangers_at_its_address_guess(browser: Browser) -> None:
    await browser.register()
    await browser.get(LOG_OUT)
    assert browser.cookies == {}
    assert browser.device is not None, "it stays after the log-out"
    assert await codes_of_guesses(browser, 7) == ["INVALID_CREDENTIALS"] * 5 + ["RATE_LIMITED"] * 2

    logged_in = await browser.log_in()

    assert logged_in["errors"] == []


async def test_without_the_cookie_the_browser_is_a_stranger(browser: Browser) -> None:
    await browser.register()
    browser.http.cookies.clear()
    await codes_of_guesses(browser, 5)

    assert [error["code"] for error in (await browser.log_in())["errors"]] == ["RATE_LIMITED"]


async def test_a_device_cookie_authenticates_nothing(browser: Browser) -> None:
    await browser.register()
    await browser.get(LOG_OUT)
    other = {"Origin": "https://other.example", "Sec-Fetch-Site": "cross-site"}

    for headers in (PAGE, other):
        assert await browser.get(ME, headers=headers) == {"me": None}, "like a request without cookies"
    for headers in (
        {**PAGE, "Authorization": f"Bearer {browser.device}"},
        {**PAGE, "Cookie": f"{ACCESS}={browser.device}"},
    ):
        assert await browser.code(ME, headers=headers) == "UNAUTHENTICATED"


async def test_a_device_cookie_lives_longer_than_its_session_and_is_renewed(browser: Browser, clock: FakeClock) -> None:
    await browser.register()
    first = browser.device
    clock.advance(days=1)

    response = await browser.send(LOG_IN, input=input_of())

    cookie = cookies_of(response)[DEVICE]
    assert cookie["max-age"] == str(400 * 24 * 60 * 60)
    assert (cookie["path"], cookie["httponly"], cookie["secure"], cookie["samesite"]) == ("/", True, True, "Strict")
    assert browser.device not in {None, first}


async def test_a_log_in_with_tokens_sets_no_device_cookie(browser: Browser) -> None:
    await browser.register(delivery="BEARER")
    await browser.log_in(delivery="BEARER")

    assert browser.device is None


def test_two_device_cookies_are_none() -> None:
    header = f"{DEVICE}=a; {DEVICE}=b; {ACCESS}=c".encode()

    assert CookieRules().read([(b"cookie", header)]) == RequestCookies(sent=True, access_token="c")


def test_a_device_cookie_alone_is_no_cookie_of_a_session() -> None:
    assert CookieRules().read([(b"cookie", f"{DEVICE}=a".encode())]) == RequestCookies(device_token="a")
