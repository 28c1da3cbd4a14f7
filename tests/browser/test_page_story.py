"""The page "Your devices" in a real Chromium: two devices of one user, side by side."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import IPAD, PASSWORD, PHONE, People
from tests.server import IPHONE

pytestmark = pytest.mark.browser


def test_this_device_comes_first_and_others_appear_by_themselves(guests: People) -> None:
    laptop, phone = guests.person(), guests.person(IPHONE, viewport=PHONE)
    email = laptop.register()
    phone.log_in(email)
    expect(laptop.page.locator("#who")).to_have_text(f"Signed in as {email}")
    here = laptop.section("This device")
    expect(here.get_by_role("listitem")).to_have_count(1)
    expect(here).to_contain_text("Firefox on Ubuntu")
    expect(here).to_contain_text("127.0.0.1")
    expect(here).to_contain_text("Active now")
    expect(here.get_by_role("img", name="Computer")).to_be_visible()
    expect(laptop.device("Safari on iPhone").get_by_role("img", name="Phone")).to_be_visible()
    expect(laptop.page.get_by_role("status").filter(has_text="New log-in: Safari on iPhone.")).to_be_visible()
    expect(phone.device("Firefox on Ubuntu")).to_be_visible()
    assert laptop.page.evaluate("document.cookie + JSON.stringify({...localStorage, ...sessionStorage})") == "{}"


def test_a_device_that_is_signed_out_leaves_the_list_and_is_told_from_where(guests: People) -> None:
    laptop, phone, email = guests.couple()
    tablet = guests.person(IPAD)
    tablet.arrive(email)
    laptop.device("Safari on iPhone").get_by_role("button", name="Sign out Safari on iPhone").click()
    expect(laptop.dialog()).to_contain_text("Sign out Safari on iPhone?")
    expect(laptop.dialog()).to_contain_text("takes effect at once and cannot be undone")
    laptop.confirm("Sign out")

    expect(phone.page.get_by_role("alert").first).to_contain_text(
        "Signed out from your Firefox on Ubuntu", timeout=1000
    )
    expect(tablet.device("Safari on iPhone")).to_have_count(0, timeout=1000)
    expect(phone.page.get_by_role("heading", name="Log in")).to_be_visible()
    expect(phone.page.locator("section")).to_have_count(0)
    expect(laptop.device("Safari on iPhone")).to_have_count(0)
    expect(laptop.dialog()).to_have_count(0)
    assert laptop.focused() == "Sign out Safari on iPad", "the next one's button"
    expect(laptop.section("Signed out lately")).to_contain_text("Safari on iPhone")
    expect(laptop.section("Signed out lately")).to_contain_text("Signed out from Firefox on Ubuntu")
    expect(laptop.section("Recent activity")).to_contain_text("Safari on iPhone signed out")
    phone.page.reload()
    expect(phone.page.get_by_role("heading", name="Log in")).to_be_visible()


SLOW_SOCKETS = """
window.WebSocket = class extends WebSocket {
  set onmessage(act) { super.onmessage = (event) => setTimeout(() => act(event), 300); }
  set onclose(act) { super.onclose = (event) => setTimeout(() => act(event), 300); }
};"""


def test_it_is_told_from_where_also_when_a_request_is_refused_before_that_is_heard(guests: People) -> None:
    laptop, phone = guests.person(), guests.person(IPAD)
    email = laptop.settle()
    phone.page.add_init_script(SLOW_SOCKETS)
    phone.arrive(email)
    laptop.page.get_by_role("button", name="Sign out Safari on iPad").click()
    with laptop.page.expect_response(lambda response: "mutation SignOut" in (response.request.post_data or "")):
        laptop.confirm("Sign out")
    phone.page.evaluate("document.querySelector('my-sessions').reload()")
    expect(phone.page.get_by_text("Signed out from your Firefox on Ubuntu")).to_be_visible()


def test_nothing_happens_to_who_only_looked(guests: People) -> None:
    laptop, phone, _ = guests.couple()
    laptop.page.get_by_role("button", name="Sign out Safari on iPhone").click()
    laptop.page.keyboard.press("Escape")
    expect(laptop.dialog()).to_have_count(0)
    laptop.page.reload()
    expect(laptop.device("Safari on iPhone")).to_be_visible()
    expect(phone.page.get_by_role("heading", name="This device")).to_be_visible()


def test_all_others_are_signed_out_after_saying_how_many(guests: People) -> None:
    laptop, phone, email = guests.couple()
    guests.person(IPAD).arrive(email)
    expect(laptop.section("Other devices").get_by_role("listitem")).to_have_count(2)
    laptop.page.get_by_role("button", name="Sign out all others").click()
    expect(laptop.dialog()).to_contain_text("Sign out 2 other devices?")
    laptop.confirm("Sign out all others")
    expect(laptop.page.get_by_text("You are signed in nowhere else")).to_be_visible()
    expect(laptop.page.get_by_role("status").filter(has_text="2 devices were signed out.")).to_be_visible()
    expect(laptop.page.get_by_role("button", name="Sign out all others")).to_be_hidden()
    expect(phone.page.get_by_text("Signed out from your Firefox on Ubuntu")).to_be_visible()
    assert laptop.focused().startswith("Other devices")


def test_a_device_is_renamed_in_place_and_everybody_calls_it_so(guests: People) -> None:
    laptop, phone, _ = guests.couple()
    laptop.page.get_by_role("button", name="Rename Safari on iPhone").click()
    name = laptop.page.get_by_label("Name of this device")
    expect(name).to_be_focused()
    name.fill("Pocket")
    laptop.page.keyboard.press("Enter")
    expect(laptop.device("Pocket")).to_contain_text("Safari on iPhone")
    expect(phone.section("This device")).to_contain_text("Pocket")
    assert laptop.focused() == "Rename Pocket"
    laptop.page.keyboard.press("Enter")
    name.fill("Something else")
    laptop.page.keyboard.press("Escape")
    expect(laptop.device("Pocket")).to_be_visible()
    laptop.page.keyboard.press("Enter")
    name.fill("")
    laptop.page.get_by_role("button", name="Save").click()
    expect(phone.section("This device")).not_to_contain_text("Pocket")


def test_what_is_typed_stays_while_the_list_changes(guests: People) -> None:
    laptop, phone, email = guests.couple()
    laptop.page.get_by_role("button", name="Rename Safari on iPhone").click()
    name = laptop.page.get_by_label("Name of this device")
    name.fill("Half a na")
    guests.person(IPAD).arrive(email)
    expect(laptop.device("Safari on iPad")).to_be_visible()
    expect(name).to_have_value("Half a na")
    expect(name).to_be_focused()
    phone.page.get_by_role("button", name="Log out").click()
    expect(name).to_have_count(0)


def test_a_new_password_signs_the_others_out_and_they_are_told_why(guests: People) -> None:
    laptop, phone, _ = guests.couple()
    laptop.page.get_by_role("button", name="Change password").click()
    laptop.page.get_by_label("Current password").fill("wrong horse battery")
    laptop.page.get_by_label("New password").fill("another horse stapled")
    laptop.confirm("Change password")
    expect(laptop.dialog().get_by_role("alert")).to_have_text("This password is wrong.")
    laptop.page.get_by_label("Current password").fill(PASSWORD)
    laptop.confirm("Change password")
    expect(laptop.page.get_by_text("The password is changed, and 1 other device was signed out.")).to_be_visible()
    why = "Signed out, because the password was changed on your Firefox on Ubuntu"
    expect(phone.page.get_by_text(why)).to_be_visible()
    expect(laptop.section("Signed out lately")).to_contain_text("Signed out by a new password")
    expect(laptop.section("This device")).to_contain_text("Active now")


def test_logging_out_here_is_heard_in_the_other_tab(guests: People) -> None:
    laptop = guests.person()
    laptop.settle()
    second = guests.tab(laptop.page.context)
    second.open()
    second.page.get_by_role("button", name="Log out").click()
    for person in (laptop, second):
        expect(person.page.get_by_text("You are logged out")).to_be_visible()
        expect(person.page.locator("#who")).to_have_text("")
    assert laptop.page.context.cookies() == []


def test_how_long_ago_it_was_grows_while_one_looks(guests: People) -> None:
    laptop, phone = guests.person(), guests.person()
    email = laptop.settle()
    phone.page.clock.install()
    phone.arrive(email)
    expect(phone.section("Other devices").locator("time")).to_have_text("Active just now")
    phone.page.context.set_offline(True)  # so that the server has no newer time to tell
    phone.page.clock.fast_forward("03:10")
    expect(phone.section("Other devices").locator("time")).to_have_text("Active 3 minutes ago")
    expect(phone.section("Recent activity").locator("time").first).to_have_text("3 minutes ago")


@pytest.mark.parametrize(
    ("locale", "heading", "button", "here"),
    [
        ("de-DE", "Deine Geräte", "Konto anlegen", "Gerade aktiv"),
        ("ja-JP", "デバイス一覧", "アカウントを作成", "使用中"),
    ],
)
def test_the_page_speaks_the_languages_of_its_readers(
    guests: People, locale: str, heading: str, button: str, here: str
) -> None:
    reader = guests.person(locale=locale)
    reader.open()
    expect(reader.page.get_by_role("heading", name=heading)).to_be_visible()
    reader.page.get_by_role("button", name=button).click()
    reader.page.locator("#email").fill("someone@example.com")
    reader.page.locator("#password").fill("short")
    reader.page.locator("#go").click()
    expect(reader.page.locator("#problem")).not_to_be_empty()
    reader.page.locator("#email").fill(f"{locale.lower()}.reader@example.com")
    reader.page.locator("#password").fill(PASSWORD)
    reader.page.locator("#go").click()
    expect(reader.page.get_by_text(here)).to_be_visible()
    assert reader.page.evaluate("document.documentElement.lang") == locale


def test_a_log_in_that_fails_says_why_and_keeps_what_was_typed(guests: People) -> None:
    laptop = guests.person()
    email = laptop.settle()
    laptop.page.get_by_role("button", name="Log out").click()
    laptop.page.get_by_label("E-mail address").fill(email)
    laptop.page.get_by_label("Password", exact=True).fill("wrong horse")
    laptop.page.get_by_role("button", name="Log in").click()
    expect(laptop.page.get_by_role("alert").filter(has_text=re.compile("is wrong"))).to_be_visible()
    expect(laptop.page.get_by_label("E-mail address")).to_have_value(email)
    laptop.page.get_by_role("button", name="Create an account").click()
    laptop.page.get_by_label("Password", exact=True).fill(PASSWORD)
    laptop.page.get_by_role("button", name="Create an account").click()
    expect(laptop.page.locator("#problem")).to_have_text(
        "There is an account with this e-mail address. Log in instead."
    )
