"""The page "Your devices" in Chromium, on several devices of one user."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.page_users import IPAD, PASSWORD, PHONE, PageUsers
from tests.support.constants import IPHONE

pytestmark = pytest.mark.browser


def test_this_device_is_first_and_new_devices_appear(users: PageUsers) -> None:
    laptop, phone = users.new(), users.new(IPHONE, viewport=PHONE)
    email = laptop.register()
    phone.log_in(email)
    expect(laptop.page.locator("#user")).to_have_text(f"Signed in as {email}")
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


def test_a_signed_out_device_disappears_and_shows_which_device_did_it(users: PageUsers) -> None:
    laptop, phone, email = users.laptop_and_phone()
    tablet = users.new(IPAD)
    tablet.log_in_without_form(email)
    laptop.device("Safari on iPhone").get_by_role("button", name="Sign out Safari on iPhone").click()
    expect(laptop.dialog()).to_contain_text("Sign out Safari on iPhone?")
    expect(laptop.dialog()).to_contain_text("takes effect immediately and cannot be undone")
    laptop.confirm("Sign out")

    expect(phone.page.get_by_role("alert").first).to_contain_text(
        "Signed out from your Firefox on Ubuntu", timeout=1000
    )
    expect(tablet.device("Safari on iPhone")).to_have_count(0, timeout=1000)
    expect(phone.page.get_by_role("heading", name="Log in")).to_be_visible()
    expect(phone.page.locator("section")).to_have_count(0)
    expect(laptop.device("Safari on iPhone")).to_have_count(0)
    expect(laptop.dialog()).to_have_count(0)
    assert laptop.focused_text() == "Sign out Safari on iPad", "the button of the next device"
    expect(laptop.section("Recently signed out")).to_contain_text("Safari on iPhone")
    expect(laptop.section("Recently signed out")).to_contain_text("Signed out from Firefox on Ubuntu")
    expect(laptop.section("Recent activity")).to_contain_text("Safari on iPhone signed out")
    phone.page.reload()
    expect(phone.page.get_by_role("heading", name="Log in")).to_be_visible()


DELAY_SOCKET_EVENTS = """
window.WebSocket = class extends WebSocket {
  set onmessage(handler) { super.onmessage = (event) => setTimeout(() => handler(event), 300); }
  set onclose(handler) { super.onclose = (event) => setTimeout(() => handler(event), 300); }
};"""


def test_the_reason_is_shown_also_if_a_request_fails_before_the_event_arrives(users: PageUsers) -> None:
    laptop, phone = users.new(), users.new(IPAD)
    email = laptop.register_without_form()
    phone.page.add_init_script(DELAY_SOCKET_EVENTS)
    phone.log_in_without_form(email)
    laptop.page.get_by_role("button", name="Sign out Safari on iPad").click()
    with laptop.page.expect_response(lambda response: "mutation RevokeSession" in (response.request.post_data or "")):
        laptop.confirm("Sign out")
    phone.page.evaluate("document.querySelector('my-sessions').reload()")
    expect(phone.page.get_by_text("Signed out from your Firefox on Ubuntu")).to_be_visible()


def test_cancel_changes_nothing(users: PageUsers) -> None:
    laptop, phone, _ = users.laptop_and_phone()
    laptop.page.get_by_role("button", name="Sign out Safari on iPhone").click()
    laptop.page.keyboard.press("Escape")
    expect(laptop.dialog()).to_have_count(0)
    laptop.page.reload()
    expect(laptop.device("Safari on iPhone")).to_be_visible()
    expect(phone.page.get_by_role("heading", name="This device")).to_be_visible()


def test_all_other_devices_are_signed_out_after_a_confirmation_with_their_number(users: PageUsers) -> None:
    laptop, phone, email = users.laptop_and_phone()
    users.new(IPAD).log_in_without_form(email)
    expect(laptop.section("Other devices").get_by_role("listitem")).to_have_count(2)
    laptop.page.get_by_role("button", name="Sign out all others").click()
    expect(laptop.dialog()).to_contain_text("Sign out 2 other devices?")
    laptop.confirm("Sign out all others")
    expect(laptop.page.get_by_text("No other devices")).to_be_visible()
    expect(laptop.page.get_by_role("status").filter(has_text="2 devices were signed out.")).to_be_visible()
    expect(laptop.page.get_by_role("button", name="Sign out all others")).to_be_hidden()
    expect(phone.page.get_by_text("Signed out from your Firefox on Ubuntu")).to_be_visible()
    assert laptop.focused_text().startswith("Other devices")


def test_a_new_name_is_shown_on_all_devices(users: PageUsers) -> None:
    laptop, phone, _ = users.laptop_and_phone()
    laptop.page.get_by_role("button", name="Rename Safari on iPhone").click()
    name = laptop.page.get_by_label("Name of this device")
    expect(name).to_be_focused()
    name.fill("Pocket")
    laptop.page.keyboard.press("Enter")
    expect(laptop.device("Pocket")).to_contain_text("Safari on iPhone")
    expect(phone.section("This device")).to_contain_text("Pocket")
    assert laptop.focused_text() == "Rename Pocket"
    laptop.page.keyboard.press("Enter")
    name.fill("Something else")
    laptop.page.keyboard.press("Escape")
    expect(laptop.device("Pocket")).to_be_visible()
    laptop.page.keyboard.press("Enter")
    name.fill("")
    laptop.page.get_by_role("button", name="Save").click()
    expect(phone.section("This device")).not_to_contain_text("Pocket")


def test_input_stays_while_the_list_changes(users: PageUsers) -> None:
    laptop, phone, email = users.laptop_and_phone()
    laptop.page.get_by_role("button", name="Rename Safari on iPhone").click()
    name = laptop.page.get_by_label("Name of this device")
    name.fill("Half a na")
    users.new(IPAD).log_in_without_form(email)
    expect(laptop.device("Safari on iPad")).to_be_visible()
    expect(name).to_have_value("Half a na")
    expect(name).to_be_focused()
    phone.page.get_by_role("button", name="Log out").click()
    expect(name).to_have_count(0)


def test_a_password_change_signs_out_other_devices_with_the_reason(users: PageUsers) -> None:
    laptop, phone, _ = users.laptop_and_phone()
    laptop.page.get_by_role("button", name="Change password").click()
    laptop.page.get_by_label("Current password").fill("wrong horse battery")
    laptop.page.get_by_label("New password").fill("another horse stapled")
    laptop.confirm("Change password")
    expect(laptop.dialog().get_by_role("alert")).to_have_text("This password is wrong.")
    laptop.page.get_by_label("Current password").fill(PASSWORD)
    laptop.confirm("Change password")
    expect(laptop.page.get_by_text("The password was changed, and 1 other device was signed out.")).to_be_visible()
    reason = "Signed out because the password was changed on your Firefox on Ubuntu"
    expect(phone.page.get_by_text(reason)).to_be_visible()
    expect(laptop.section("Recently signed out")).to_contain_text("Signed out by a password change")
    expect(laptop.section("This device")).to_contain_text("Active now")


def test_a_log_out_is_shown_in_the_other_tab(users: PageUsers) -> None:
    laptop = users.new()
    laptop.register_without_form()
    second = users.new_tab(laptop.page.context)
    second.open()
    second.page.get_by_role("button", name="Log out").click()
    for user in (laptop, second):
        expect(user.page.get_by_text("You have logged out")).to_be_visible()
        expect(user.page.locator("#user")).to_have_text("")
    # That of the device is kept: it is no token.
    assert [each.get("name") for each in laptop.page.context.cookies()] == ["__Host-sessionql_device"]


def test_relative_times_are_updated(users: PageUsers) -> None:
    laptop, phone = users.new(), users.new()
    email = laptop.register_without_form()
    phone.page.clock.install()
    phone.log_in_without_form(email)
    expect(phone.section("Other devices").locator("time")).to_have_text("Active just now")
    phone.page.context.set_offline(True)  # so that the page cannot read a newer time
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
def test_the_page_has_the_language_of_the_browser(
    users: PageUsers, locale: str, heading: str, button: str, here: str
) -> None:
    user = users.new(locale=locale)
    user.open()
    expect(user.page.get_by_role("heading", name=heading)).to_be_visible()
    user.page.get_by_role("button", name=button).click()
    user.page.locator("#email").fill("user@example.com")
    user.page.locator("#password").fill("short")
    user.page.locator("#submit-button").click()
    expect(user.page.locator("#problem")).not_to_be_empty()
    user.page.locator("#email").fill(f"{locale.lower()}.user@example.com")
    user.page.locator("#password").fill(PASSWORD)
    user.page.locator("#submit-button").click()
    expect(user.page.get_by_text(here)).to_be_visible()
    assert user.page.evaluate("document.documentElement.lang") == locale


def test_a_failed_log_in_shows_the_reason_and_keeps_the_input(users: PageUsers) -> None:
    laptop = users.new()
    email = laptop.register_without_form()
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
        "An account with this e-mail address already exists. Log in instead."
    )
