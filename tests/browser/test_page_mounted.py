"""The page of SessionQL as a part of another application, below a path of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.people import People, people
from tests.engines import Engines
from tests.server import IPHONE, Program

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def notes(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("mounted")
    with Program("notes", engines.sqlite(folder), folder, MODE="development") as running:
        yield running


@pytest.fixture
def visitors(chromium: Browser, notes: Program) -> Iterator[People]:
    with people(chromium, notes.url.replace("127.0.0.1", "localhost")) as made:
        yield made


def test_it_lives_there_with_everything_it_does(visitors: People) -> None:
    laptop, phone = visitors.person(), visitors.person(IPHONE)
    email = laptop.register()
    phone.log_in(email)
    laptop.page.get_by_role("button", name="Sign out Safari on iPhone").click()
    laptop.confirm("Sign out")
    expect(phone.page.get_by_text("Signed out from your Firefox on Ubuntu")).to_be_visible()
    # Its cookies open the routes of the application, too, and are refreshed where they belong.
    home = visitors.url.removesuffix("/auth")
    greeting = laptop.page.evaluate("async (url) => (await fetch(url)).json()", f"{home}/")
    assert greeting == "Hello on your Firefox on Ubuntu"
    laptop.asked.remove(f"{home}/")
    paths = {str(cookie.get("name")): str(cookie.get("path")) for cookie in laptop.page.context.cookies()}
    assert sorted(paths.values()) == ["/", "/auth/graphql"]
    laptop.page.context.clear_cookies(name=next(name for name, path in paths.items() if path == "/"))
    laptop.page.reload()
    expect(laptop.section("This device")).to_contain_text("Active now")


def test_graphiql_finds_its_files_there(visitors: People) -> None:
    tester = visitors.person()
    tester.page.goto(f"{visitors.url}/graphql")
    expect(tester.page.locator(".graphiql-container")).to_be_visible()
    expect(tester.page.get_by_role("button", name="Execute query")).to_be_visible()
