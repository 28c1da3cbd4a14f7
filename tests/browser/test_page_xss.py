"""The page with markup in names and user agents, with very long names, and with a hundred sessions."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from secrets import token_hex

import pytest
from playwright.sync_api import expect

from tests.browser.page_users import PHONE, PageUsers
from tests.support.client import Device
from tests.support.constants import FIREFOX, IPHONE

pytestmark = pytest.mark.browser

RENAME = """mutation($id: ID!, $name: String) {
  renameSession(input: {sessionId: $id, name: $name}) { session { name } errors { ... on UserError { message } } } }"""
MARKUP_NAMES = (
    "<img src=x onerror=\"document.title='injected'\">",
    "<script>document.title='injected'</script>",
    "W" * 80,
    "\u200f\u05d0\u05d1\u05d2 \u061c(1) \u200e",
    "{device} ${alert(1)} {{constructor}}",
)
MARKUP_AGENTS = (
    "<img src=x onerror=\"document.title='injected'\">",
    f"{'X' * 200}/1.0 (<svg onload=alert(1)>)",
    "curl/<b>8</b>",
    "Mozilla/5.0 (Linux; Android 14; <script>alert(1)</script>) Chrome/126.0 Mobile",
)
INJECTED_ELEMENTS = """() => {
  const { shadowRoot } = document.querySelector("my-sessions");
  return [...shadowRoot.querySelectorAll("script, img, b, svg[onload]")].map((element) => element.outerHTML);
}"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def log_in(url: str, email: str, agent: str, name: str | None = None) -> None:
    """Log in with this User-Agent, and set the name of the session."""
    with closing(Device(url, agent)) as device:
        device.log_in(email)
        if name is not None:
            assert device.get(RENAME, id=device.session_id, name=name)["renameSession"]["errors"] == []


def test_markup_in_names_is_text_and_the_layout_stays(users: PageUsers) -> None:
    laptop = users.new(viewport=PHONE)
    email = laptop.register_without_form()
    for name in MARKUP_NAMES:
        log_in(users.url, email, IPHONE, name)
    for agent in MARKUP_AGENTS:
        log_in(users.url, email, agent)
    expect(laptop.section("Other devices").get_by_role("listitem")).to_have_count(
        len(MARKUP_NAMES) + len(MARKUP_AGENTS)
    )
    for name in (*MARKUP_NAMES[:3], MARKUP_NAMES[4]):
        expect(laptop.device(name)).to_have_count(1)
    expect(laptop.device("\u05d0\u05d1\u05d2 (1)")).to_have_count(1)
    assert laptop.page.evaluate(INJECTED_ELEMENTS) == []
    assert laptop.page.evaluate(OVERFLOW) <= 0
    expect(laptop.page).to_have_title("Your devices")
    laptop.device(MARKUP_NAMES[0]).get_by_role("button", name="Sign out").click()
    expect(laptop.dialog()).to_contain_text(f"Sign out {MARKUP_NAMES[0]}?")
    laptop.confirm("Sign out")
    expect(laptop.section("Recently signed out")).to_contain_text(MARKUP_NAMES[0])
    expect(laptop.page.get_by_role("status").filter(has_text=MARKUP_NAMES[0])).to_be_visible()
    assert laptop.page.evaluate(INJECTED_ELEMENTS) == []
    assert laptop.page.evaluate("window.policyViolations") == []


def test_a_hundred_sessions(users: PageUsers) -> None:
    laptop, email = users.new(), f"{token_hex(8)}@example.com"
    with closing(Device(users.url, FIREFOX)) as device, ThreadPoolExecutor(4) as pool:
        device.register(email)
        list(pool.map(lambda _: device.log_in(email), range(98)))
    laptop.log_in_without_form(email)
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
    expect(laptop.page.get_by_text("No other devices")).to_be_visible()
    laptop.section("Recently signed out").get_by_role("button", name="Show more").click()
    expect(laptop.section("Recently signed out").get_by_role("listitem")).to_have_count(20)
