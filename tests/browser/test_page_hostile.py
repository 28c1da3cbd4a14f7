"""The page with what it is not made for: a hundred sessions, and names and programs that want to be markup."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from secrets import token_hex

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE, People
from tests.server import FIREFOX, IPHONE, Device

pytestmark = pytest.mark.browser

RENAME = """mutation($id: ID!, $name: String) {
  renameSession(input: {sessionId: $id, name: $name}) { session { name } errors { ... on UserError { message } } } }"""
HOSTILE_NAMES = (
    "<img src=x onerror=\"document.title='owned'\">",
    "<script>document.title='owned'</script>",
    "W" * 80,
    "\u200f\u05d0\u05d1\u05d2 \u061c(1) \u200e",
    "{device} ${alert(1)} {{constructor}}",
)
HOSTILE_AGENTS = (
    "<img src=x onerror=\"document.title='owned'\">",
    f"{'X' * 200}/1.0 (<svg onload=alert(1)>)",
    "curl/<b>8</b>",
    "Mozilla/5.0 (Linux; Android 14; <script>alert(1)</script>) Chrome/126.0 Mobile",
)
MARKUP = """() => [...document.querySelector("my-sessions").shadowRoot.querySelectorAll("script, img, b, svg[onload]")]
  .map((element) => element.outerHTML)"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def log_in(url: str, email: str, agent: str, name: str | None = None) -> None:
    """Log in with a program of this name, and give its session a name."""
    with closing(Device(url, agent)) as device:
        device.log_in(email)
        if name is not None:
            assert device.get(RENAME, id=device.session_id, name=name)["renameSession"]["errors"] == []


def test_nothing_is_run_as_markup_and_the_layout_holds(guests: People) -> None:
    laptop = guests.person(viewport=PHONE)
    email = laptop.settle()
    for name in HOSTILE_NAMES:
        log_in(guests.url, email, IPHONE, name)
    for agent in HOSTILE_AGENTS:
        log_in(guests.url, email, agent)
    expect(laptop.section("Other devices").get_by_role("listitem")).to_have_count(
        len(HOSTILE_NAMES) + len(HOSTILE_AGENTS)
    )
    for name in (*HOSTILE_NAMES[:3], HOSTILE_NAMES[4]):
        expect(laptop.device(name)).to_have_count(1)
    expect(laptop.device("\u05d0\u05d1\u05d2 (1)")).to_have_count(1)
    assert laptop.page.evaluate(MARKUP) == []
    assert laptop.page.evaluate(WIDER) <= 0
    expect(laptop.page).to_have_title("Your devices")
    laptop.device(HOSTILE_NAMES[0]).get_by_role("button", name="Sign out").click()
    expect(laptop.dialog()).to_contain_text(f"Sign out {HOSTILE_NAMES[0]}?")
    laptop.confirm("Sign out")
    expect(laptop.section("Signed out lately")).to_contain_text(HOSTILE_NAMES[0])
    expect(laptop.page.get_by_role("status").filter(has_text=HOSTILE_NAMES[0])).to_be_visible()
    assert laptop.page.evaluate(MARKUP) == []
    assert laptop.page.evaluate("window.refused") == []


def test_a_hundred_sessions(guests: People) -> None:
    laptop, email = guests.person(), f"{token_hex(8)}@example.com"
    with closing(Device(guests.url, FIREFOX)) as device, ThreadPoolExecutor(4) as pool:
        device.register(email)
        list(pool.map(lambda _: device.log_in(email), range(98)))
    laptop.arrive(email)
    others = laptop.section("Other devices")
    expect(others.get_by_role("heading")).to_have_text("Other devices 99")
    shown = others.get_by_role("listitem")
    expect(laptop.page.get_by_role("button", name="more").first).to_contain_text("Show ")
    before = shown.count()
    assert 40 < before < 60
    others.get_by_role("button", name="Show 50 more").or_(others.get_by_role("button", name="Show 49 more")).click()
    expect(shown).to_have_count(99)
    shown.last.get_by_role("button", name="Sign out").click()
    laptop.confirm("Sign out")
    expect(shown).to_have_count(98)
    laptop.page.get_by_role("button", name="Sign out all others").click()
    expect(laptop.dialog()).to_contain_text("Sign out 98 other devices?")
    laptop.confirm("Sign out all others")
    expect(laptop.page.get_by_text("You are signed in nowhere else")).to_be_visible()
    laptop.section("Signed out lately").get_by_role("button", name="Show more").click()
    expect(laptop.section("Signed out lately").get_by_role("listitem")).to_have_count(20)
