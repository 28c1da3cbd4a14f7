"""The page while it is offline, while the server restarts, and when tokens or log-ins expire: no input is lost."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Request, Route, expect

from tests.browser.page_users import PASSWORD, PageUser, PageUsers, page_users
from tests.support.engines import Engines
from tests.support.server import Server

pytestmark = pytest.mark.browser

UNREACHABLE = "The server cannot be reached"
RECONNECT_TIMEOUT = 30_000  # milliseconds; the page waits up to 12.5 seconds between two attempts
REVOKE_NO_SESSION = """async () => {
  const query = `mutation { revokeSessions(filter: {search: "no match"}) { errors { ... on UserError { code } } } }`;
  return (await document.querySelector("my-sessions").request(query)).revokeSessions.errors.map((error) => error.code);
}"""


@pytest.fixture(scope="module")
def server(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server where tokens and log-ins expire after two seconds, and lists have at most 20 items."""
    folder = tmp_path_factory.mktemp("strict")
    strict = {"ACCESS_TOKEN_LIFETIME": "2s", "FRESH_LOGIN": "2s", "MAX_LIST_SIZE": "20"}
    with Server(engines.sqlite(folder), folder, **strict) as running:
        yield running


@pytest.fixture
def strict_users(chromium: Browser, server: Server) -> Iterator[PageUsers]:
    """Users of that server."""
    with page_users(chromium, server.url.replace("127.0.0.1", "localhost")) as created:
        yield created


def test_offline_and_online_again(users: PageUsers) -> None:
    laptop, phone, _ = users.laptop_and_phone()
    laptop.page.get_by_role("button", name="Rename Safari on iPhone").click()
    name = laptop.page.get_by_label("Name of this device")
    name.fill("Pocket")
    laptop.page.context.set_offline(True)
    expect(laptop.page.get_by_text("You are offline")).to_be_visible()
    laptop.page.get_by_role("button", name="Save").click()
    expect(laptop.page.get_by_role("alert").filter(has_text="Please try again")).to_be_visible()
    expect(name).to_have_value("Pocket")
    phone.page.get_by_role("button", name="Rename Firefox on Ubuntu").click()
    phone.page.get_by_label("Name of this device").fill("Desk")
    phone.page.keyboard.press("Enter")
    expect(phone.device("Desk")).to_be_visible()
    expect(laptop.section("This device")).not_to_contain_text("Desk")

    laptop.page.context.set_offline(False)
    expect(laptop.page.get_by_text("You are offline")).to_have_count(0, timeout=RECONNECT_TIMEOUT)
    expect(laptop.section("This device")).to_contain_text("Desk")
    laptop.page.get_by_role("button", name="Save").click()
    expect(phone.section("This device")).to_contain_text("Pocket")


def test_a_response_to_an_earlier_request_does_not_hide_that_the_browser_is_offline(users: PageUsers) -> None:
    laptop = users.new()
    laptop.register_without_form()
    held: list[Route] = []
    laptop.page.route("**/graphql", lambda route: route.abort() if held else held.append(route))
    laptop.page.evaluate("void document.querySelector('my-sessions').reload()")
    while not held:
        laptop.page.wait_for_timeout(20)
    laptop.page.evaluate("dispatchEvent(new Event('offline'))")
    expect(laptop.page.get_by_text(UNREACHABLE)).to_be_visible()
    with laptop.page.expect_event("requestfailed"):  # that of the next attempt
        held[0].continue_()
    expect(laptop.page.get_by_text(UNREACHABLE)).to_be_visible()
    laptop.page.unroute_all()
    expect(laptop.page.get_by_text("Connected again.")).to_be_visible(timeout=RECONNECT_TIMEOUT)
    expect(laptop.page.get_by_text(UNREACHABLE)).to_have_count(0)


def test_a_restart_of_the_server_loses_neither_input_nor_session(server: Server, strict_users: PageUsers) -> None:
    laptop, other = strict_users.new(), strict_users.new()
    email = laptop.register_without_form()
    other.open()
    other.page.get_by_label("E-mail address").fill(email)
    other.page.get_by_label("Password", exact=True).fill(PASSWORD)
    server.stop()
    expect(laptop.page.get_by_text(UNREACHABLE)).to_be_visible(timeout=RECONNECT_TIMEOUT)
    expect(laptop.section("This device")).to_contain_text("Firefox on Ubuntu")
    other.page.get_by_role("button", name="Log in").click()
    expect(other.page.get_by_role("alert").filter(has_text="Your input was kept")).to_be_visible()

    server.start()
    other.page.get_by_role("button", name="Log in").click()
    expect(other.device("Firefox on Ubuntu")).to_be_visible()
    expect(laptop.page.get_by_text(UNREACHABLE)).to_have_count(0, timeout=RECONNECT_TIMEOUT)
    expect(laptop.device("Firefox on Ubuntu")).to_be_visible(timeout=RECONNECT_TIMEOUT)
    # It receives events again.
    other.page.get_by_role("button", name="Log out").click()
    expect(laptop.device("Firefox on Ubuntu")).to_have_count(0)


def test_a_page_that_was_opened_without_a_server_loads_later(strict_users: PageUsers) -> None:
    laptop = strict_users.new()
    laptop.register_without_form()
    open_without_server(laptop)
    laptop.page.unroute_all()
    expect(laptop.section("This device")).to_contain_text("Firefox on Ubuntu", timeout=RECONNECT_TIMEOUT)


def test_try_again_loads_at_once(strict_users: PageUsers) -> None:
    laptop = strict_users.new()
    laptop.register_without_form()
    # With paused timers the page does not retry by itself.
    laptop.page.clock.install()
    laptop.page.clock.pause_at(time.time() + 1)
    open_without_server(laptop)
    laptop.page.unroute_all()
    laptop.page.get_by_role("button", name="Try again").click()
    expect(laptop.section("This device")).to_contain_text("Firefox on Ubuntu")


def open_without_server(user: PageUser) -> None:
    """Load the page while a proxy responds 502 to every request."""
    user.page.route("**/graphql", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    user.page.reload()
    expect(user.page.get_by_text(UNREACHABLE)).to_be_visible()
    expect(user.page.get_by_role("heading", name="Log in")).to_have_count(0)


def test_cookies_are_refreshed_in_one_tab_at_a_time(strict_users: PageUsers) -> None:
    laptop = strict_users.new()
    laptop.register_without_form()
    second = strict_users.new_tab(laptop.page.context)
    second.open()
    expect(second.section("This device")).to_contain_text("Active now")
    # The access token expires after two seconds: each tab refreshes, and no refresh token is used twice.
    refreshes: list[str] = []

    def record_refresh(request: Request) -> None:
        if "mutation Refresh" in (request.post_data or ""):
            refreshes.append(request.url)

    laptop.page.context.on("request", record_refresh)
    deadline = time.monotonic() + 20
    while len(refreshes) < 3 and time.monotonic() < deadline:
        for user in (laptop, second):
            user.page.evaluate("document.querySelector('my-sessions').reload()")
            user.page.wait_for_timeout(200)
    assert len(refreshes) >= 3
    for user in (laptop, second):
        expect(user.section("This device")).to_contain_text("Active now")
    expect(laptop.page.get_by_text("No other devices")).to_be_visible()


def test_an_old_log_in_needs_the_password_and_then_the_action_continues(strict_users: PageUsers) -> None:
    laptop, phone, _ = strict_users.laptop_and_phone()
    wait_until_reauthentication_is_required(laptop)
    laptop.page.get_by_role("button", name="Sign out Safari on iPhone").click()
    laptop.confirm("Sign out")
    password_dialog = laptop.dialog().filter(has_text="Please enter your password")
    expect(password_dialog).to_be_visible()
    expect(password_dialog.get_by_label("Current password")).to_be_focused()
    password_dialog.get_by_role("button", name="Cancel").click()
    expect(laptop.dialog()).to_have_count(1)  # the confirmation is still open
    laptop.confirm("Sign out")
    password_dialog.get_by_label("Current password").fill("wrong horse battery")
    laptop.page.keyboard.press("Enter")
    expect(password_dialog.get_by_role("alert")).to_have_text("This password is wrong.")
    expect(phone.section("This device")).to_contain_text("Active now")
    password_dialog.get_by_label("Current password").fill(PASSWORD)
    laptop.page.keyboard.press("Enter")
    expect(phone.page.get_by_text("Signed out from your Firefox on Ubuntu")).to_be_visible()
    expect(laptop.dialog()).to_have_count(0)
    expect(laptop.section("Recent activity")).to_contain_text("Password confirmed")


def wait_until_reauthentication_is_required(user: PageUser) -> None:
    """Wait until the log-in is so old that the server requires the password again."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if user.page.evaluate(REVOKE_NO_SESSION) == ["REAUTHENTICATION_REQUIRED"]:
            return
        user.page.wait_for_timeout(200)
    raise AssertionError("the server still accepts the log-in as recent")
