"""The page with `SESSIONQL_ACCOUNTS=closed` and `off`: no registration, a link that sets a password, no form."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.page_users import PASSWORD, PageUser, PageUsers, page_users
from tests.support.cli import run
from tests.support.engines import Engines
from tests.support.server import Server

pytestmark = pytest.mark.browser

EMAIL = "ana@example.com"
CREATE_SESSION = """mutation {
  createSession(input: {subject: "crm|42", authenticatedAt: "2020-01-01T00:00:00Z"}) { tokens { accessToken } }
}"""


@pytest.fixture
def token(engines: Engines, tmp_path: Path) -> str:
    """The token of a user whom an operator created."""
    made = run(tmp_path, "users", "create", EMAIL, DATABASE_URL=engines.sqlite(tmp_path), ACCOUNTS="closed")
    assert made.code == 0, made
    return made.out.strip()


@pytest.fixture
def closed(token: str, tmp_path: Path, chromium: Browser) -> Iterator[PageUsers]:  # noqa: ARG001 - before the server
    url = f"sqlite:///{tmp_path}/sessionql.sqlite3"
    with Server(url, tmp_path, ACCOUNTS="closed") as server, page_users(chromium, server.url) as users:
        yield users


def open_link(user: PageUser, token: str) -> None:
    user.page.goto("about:blank")
    user.page.goto(f"{user.url}/#reset-password={token}")


def set_password(user: PageUser, password: str) -> None:
    user.page.get_by_label("Password", exact=True).fill(password)
    user.page.get_by_role("button", name="Set a new password").click()


def test_a_user_sets_a_password_with_a_link_and_logs_in(closed: PageUsers, token: str) -> None:
    user = closed.new()
    open_link(user, token)
    expect(user.page.get_by_role("heading", name="Set a new password")).to_be_visible()
    expect(user.page.get_by_label("E-mail address")).to_be_hidden()
    expect(user.page.get_by_text("Create an account")).to_have_count(0)
    assert token not in user.page.url, "nor in the history of the browser"
    set_password(user, "short")
    expect(user.page.get_by_role("alert")).to_contain_text("8 to 128 characters")
    set_password(user, PASSWORD)
    expect(user.page.get_by_text("Your new password is set.")).to_be_visible()
    user.submit_form(EMAIL, "Log in")
    assert not [address for address in user.requested_urls if token in address]

    open_link(user, token)
    set_password(user, f"{PASSWORD} 2")
    expect(user.page.get_by_role("alert")).to_contain_text("This link is not valid or no longer valid.")


def test_with_accounts_off_the_page_has_no_form(engines: Engines, tmp_path: Path, chromium: Browser) -> None:
    with (
        Server(engines.sqlite(tmp_path), tmp_path, ACCOUNTS="off") as server,
        page_users(chromium, server.url) as users,
    ):
        user = users.new()
        open_link(user, "x")
        expect(user.page.get_by_text("Log in at the application that you use.")).to_be_visible()
        expect(user.page.get_by_role("textbox")).to_have_count(0)
        expect(user.page.get_by_role("button", name="Log in")).to_have_count(0)


def test_a_user_of_a_service_is_asked_to_log_in_there_again(
    engines: Engines, tmp_path: Path, chromium: Browser
) -> None:
    url = engines.sqlite(tmp_path)
    key = run(tmp_path, "service-keys", "create", "Shop", "--scope=create-sessions", DATABASE_URL=url).out.strip()
    with Server(url, tmp_path, ACCOUNTS="off") as server, page_users(chromium, server.url) as users:
        shop = server.device("shop/1.0")
        shop.token = key
        (_, tokens) = (shop.get(CREATE_SESSION)["createSession"]["tokens"] for _ in range(2))
        user = users.new()
        user.open()
        user.page.locator("my-sessions").evaluate(
            "(element, token) => (element.getAccessToken = async () => token)", tokens["accessToken"]
        )
        user.wait_until_live()
        expect(user.page.get_by_role("button", name="Change password")).to_have_count(0)
        user.page.get_by_role("button", name="Sign out all others").click()
        user.confirm("Sign out all others")
        expect(user.dialog()).to_contain_text("log in again in the application that you use")
        expect(user.dialog().get_by_role("textbox")).to_have_count(0)
