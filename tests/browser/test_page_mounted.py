"""The page in an application that mounts SessionQL below a path."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.page_users import PageUsers, page_users
from tests.support.constants import IPHONE
from tests.support.engines import Engines
from tests.support.server import Program

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def notes(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("mounted")
    with Program("notes", engines.sqlite(folder), folder, MODE="development") as running:
        yield running


@pytest.fixture
def users(chromium: Browser, notes: Program) -> Iterator[PageUsers]:
    with page_users(chromium, notes.url.replace("127.0.0.1", "localhost")) as created:
        yield created


def test_the_page_works_below_a_path(users: PageUsers) -> None:
    laptop, phone = users.new(), users.new(IPHONE)
    email = laptop.register()
    phone.log_in(email)
    laptop.page.get_by_role("button", name="Sign out Safari on iPhone").click()
    laptop.confirm("Sign out")
    expect(phone.page.get_by_text("Signed out from your Firefox on Ubuntu")).to_be_visible()
    # The cookies authenticate requests to the application too.
    home = users.url.removesuffix("/auth")
    greeting = laptop.page.evaluate("async (url) => (await fetch(url)).json()", f"{home}/")
    assert greeting == "Hello on your Firefox on Ubuntu"
    laptop.requested_urls.remove(f"{home}/")
    assert {cookie.get("path") for cookie in laptop.page.context.cookies()} == {"/"}
    laptop.page.context.clear_cookies(name="__Host-sessionql_access")
    laptop.page.reload()
    expect(laptop.section("This device")).to_contain_text("Active now")


def test_graphiql_works_below_a_path(users: PageUsers) -> None:
    user = users.new()
    user.page.goto(f"{users.url}/graphql")
    expect(user.page.locator(".graphiql-container")).to_be_visible()
    expect(user.page.get_by_role("button", name="Execute query")).to_be_visible()
