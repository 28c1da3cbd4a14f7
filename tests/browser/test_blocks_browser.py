"""Scripts of the documentation run in a browser and do what the pages describe."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.people import PASSWORD, People, people
from tests.docs.blocks import written_in
from tests.engines import Engines
from tests.server import FIREFOX, Server

pytestmark = pytest.mark.browser

EMAIL = "ana@example.com"


@pytest.fixture(scope="module")
def server(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("blocks")
    with Server(engines.sqlite(folder), folder) as running:
        running.device(FIREFOX).register(EMAIL)
        yield running


@pytest.fixture
def visitors(chromium: Browser, server: Server) -> Iterator[People]:
    with people(chromium, server.url.replace("127.0.0.1", "localhost")) as made:
        yield made


def test_strings_of_your_own(visitors: People) -> None:
    (block,) = [block for block in written_in("js") if block.page == "docs/component.md"]
    reader = visitors.person()
    reader.settle()
    reader.page.evaluate(block.text)
    expect(reader.page.get_by_role("heading", name="Cet appareil")).to_be_visible()


def test_cookies_instead_of_tokens(visitors: People) -> None:
    (block,) = [block for block in written_in("js") if "refresh(input: {})" in block.text]
    assert EMAIL in block.text
    assert PASSWORD in block.text
    reader = visitors.person()
    reader.open()
    responses: list[Any] = []
    script = block.text.replace("await ask(", "await recorded(ask, ")

    def record(response: Any) -> None:
        responses.append(response)

    reader.page.expose_function("record", record)
    recorded = "const recorded = async (ask, ...given) => record(await ask(...given));"
    reader.page.evaluate(f"async () => {{ {recorded} {script} }}")
    assert [error for response in responses for error in response.get("errors", [])] == []
    logged_in, listed, refreshed, logged_out = (response["data"] for response in responses)
    assert (logged_in["login"]["errors"], refreshed["refresh"]["errors"]) == ([], [])
    assert [session["isCurrent"] for session in listed["mySessions"]].count(True) == 1
    assert logged_out["logout"]["session"]["id"]
    assert reader.page.context.cookies() == []


def test_the_openapi_page_works_without_the_internet(
    chromium: Browser, engines: Engines, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("docs")
    with Server(engines.sqlite(folder), folder, MODE="development") as running, people(chromium, running.url) as made:
        reader = made.person()
        reader.page.goto(f"{running.url}/docs")
        register = reader.page.locator("#operations-account-register_register_post")
        register.locator("button").first.click()
        register.get_by_role("button", name="Try it out").click()
        account = f'{{"email": "{secrets.token_hex(8)}@example.com", "password": "{PASSWORD}"}}'
        register.locator("textarea").fill(account)
        register.get_by_role("button", name="Execute").click()
        expect(register.locator(".live-responses-table .response-col_status").last).to_contain_text("201")
