"""The page when the network or the server is away for a while, or the server wants proof: nothing is lost."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Request, expect

from tests.browser.people import PASSWORD, People, Person, people
from tests.engines import Engines
from tests.server import Server

pytestmark = pytest.mark.browser

AWAY = "The server cannot be reached"
BACK_WITHIN = 30_000  # milliseconds; the page waits longer and longer between two attempts, up to 12.5 seconds
REVOKE_NONE = """async () => {
  const query = `mutation { revokeSessions(filter: {search: "nobody"}) { errors { ... on UserError { code } } } }`;
  return (await document.querySelector("my-sessions").ask(query)).revokeSessions.errors.map((error) => error.code);
}"""


@pytest.fixture(scope="module")
def server(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that wants tokens refreshed and passwords typed all the time, and shows little at once."""
    folder = tmp_path_factory.mktemp("strict")
    strict = {"ACCESS_TOKEN_LIFETIME": "2s", "FRESH_LOGIN": "2s", "MAX_LIST_SIZE": "20"}
    with Server(engines.sqlite(folder), folder, **strict) as running:
        yield running


@pytest.fixture
def visitors(chromium: Browser, server: Server) -> Iterator[People]:
    """Whoever comes to that server."""
    with people(chromium, server.url.replace("127.0.0.1", "localhost")) as made:
        yield made


def test_offline_and_back(guests: People) -> None:
    laptop, phone, _ = guests.couple()
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
    expect(laptop.page.get_by_text("You are offline")).to_have_count(0, timeout=BACK_WITHIN)
    expect(laptop.section("This device")).to_contain_text("Desk")
    laptop.page.get_by_role("button", name="Save").click()
    expect(phone.section("This device")).to_contain_text("Pocket")


def test_a_server_that_restarts_costs_nobody_anything(server: Server, visitors: People) -> None:
    laptop, newcomer = visitors.person(), visitors.person()
    email = laptop.settle()
    newcomer.open()
    newcomer.page.get_by_label("E-mail address").fill(email)
    newcomer.page.get_by_label("Password", exact=True).fill(PASSWORD)
    server.stop()
    expect(laptop.page.get_by_text(AWAY)).to_be_visible(timeout=BACK_WITHIN)
    expect(laptop.section("This device")).to_contain_text("Firefox on Ubuntu")
    newcomer.page.get_by_role("button", name="Log in").click()
    expect(newcomer.page.get_by_role("alert").filter(has_text="What you typed is still here")).to_be_visible()

    server.start()
    newcomer.page.get_by_role("button", name="Log in").click()
    expect(newcomer.device("Firefox on Ubuntu")).to_be_visible()
    expect(laptop.page.get_by_text(AWAY)).to_have_count(0, timeout=BACK_WITHIN)
    expect(laptop.device("Firefox on Ubuntu")).to_be_visible(timeout=BACK_WITHIN)
    # And it hears again what happens.
    newcomer.page.get_by_role("button", name="Log out").click()
    expect(laptop.device("Firefox on Ubuntu")).to_have_count(0)


def test_a_page_that_cannot_begin_begins_by_itself_later(visitors: People) -> None:
    laptop = visitors.person()
    laptop.settle()
    cannot_begin(laptop)
    laptop.page.unroute_all()
    expect(laptop.section("This device")).to_contain_text("Firefox on Ubuntu", timeout=BACK_WITHIN)


def test_a_page_that_cannot_begin_begins_at_once_when_it_is_told_to(visitors: People) -> None:
    laptop = visitors.person()
    laptop.settle()
    # Its timers stand still: by itself it does nothing.
    laptop.page.clock.install()
    laptop.page.clock.pause_at(time.time() + 1)
    cannot_begin(laptop)
    laptop.page.unroute_all()
    laptop.page.get_by_role("button", name="Try again").click()
    expect(laptop.section("This device")).to_contain_text("Firefox on Ubuntu")


def cannot_begin(person: Person) -> None:
    """Load the page while a proxy has nobody behind it."""
    person.page.route("**/graphql", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    person.page.reload()
    expect(person.page.get_by_text(AWAY)).to_be_visible()
    expect(person.page.get_by_role("heading", name="Log in")).to_have_count(0)


def test_cookies_are_refreshed_without_a_word_one_tab_after_the_other(visitors: People) -> None:
    laptop = visitors.person()
    laptop.settle()
    second = visitors.tab(laptop.page.context)
    second.open()
    expect(second.section("This device")).to_contain_text("Active now")
    # From here on every request of a moment later wants a refresh first: in each tab one, and never one twice.
    refreshes: list[str] = []

    def note(request: Request) -> None:
        if "mutation Refresh" in (request.post_data or ""):
            refreshes.append(request.url)

    laptop.page.context.on("request", note)
    deadline = time.monotonic() + 20
    while len(refreshes) < 3 and time.monotonic() < deadline:
        for person in (laptop, second):
            person.page.evaluate("document.querySelector('my-sessions').reload()")
            person.page.wait_for_timeout(200)
    assert len(refreshes) >= 3
    for person in (laptop, second):
        expect(person.section("This device")).to_contain_text("Active now")
    expect(laptop.page.get_by_text("You are signed in nowhere else")).to_be_visible()


def test_the_password_is_asked_for_when_it_has_to_be_and_then_it_goes_on(visitors: People) -> None:
    laptop, phone, _ = visitors.couple()
    wait_until_stale(laptop)
    laptop.page.get_by_role("button", name="Sign out Safari on iPhone").click()
    laptop.confirm("Sign out")
    asked = laptop.dialog().filter(has_text="Please enter your password")
    expect(asked).to_be_visible()
    expect(asked.get_by_label("Current password")).to_be_focused()
    asked.get_by_role("button", name="Cancel").click()
    expect(laptop.dialog()).to_have_count(1)  # the question, to which nothing was answered
    laptop.confirm("Sign out")
    asked.get_by_label("Current password").fill("wrong horse battery")
    laptop.page.keyboard.press("Enter")
    expect(asked.get_by_role("alert")).to_have_text("This password is wrong.")
    expect(phone.section("This device")).to_contain_text("Active now")
    asked.get_by_label("Current password").fill(PASSWORD)
    laptop.page.keyboard.press("Enter")
    expect(phone.page.get_by_text("Signed out from your Firefox on Ubuntu")).to_be_visible()
    expect(laptop.dialog()).to_have_count(0)
    expect(laptop.section("Recent activity")).to_contain_text("Password confirmed")


def wait_until_stale(person: Person) -> None:
    """Wait until the log-in is so old that the server wants the password again."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if person.page.evaluate(REVOKE_NONE) == ["REAUTHENTICATION_REQUIRED"]:
            return
        person.page.wait_for_timeout(200)
    raise AssertionError("the log-in stays fresh")
