"""The JavaScript examples of the documentation, and the REST documentation, in Chromium."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.page_users import PASSWORD, PageUsers, page_users
from tests.docs.blocks import written_in
from tests.support.constants import FIREFOX
from tests.support.engines import Engines
from tests.support.server import Server

pytestmark = pytest.mark.browser

EMAIL = "ana@example.com"


@pytest.fixture(scope="module")
def server(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("blocks")
    with Server(engines.sqlite(folder), folder) as running:
        running.device(FIREFOX).register(EMAIL)
        yield running


@pytest.fixture
def users(chromium: Browser, server: Server) -> Iterator[PageUsers]:
    with page_users(chromium, server.url.replace("127.0.0.1", "localhost")) as created:
        yield created


def test_custom_strings(users: PageUsers) -> None:
    (block,) = [block for block in written_in("js") if block.page == "docs/component.md"]
    user = users.new()
    user.register_without_form()
    user.page.evaluate(block.text)
    expect(user.page.get_by_role("heading", name="Cet appareil")).to_be_visible()


def test_the_cookie_example_logs_in_refreshes_and_logs_out(users: PageUsers) -> None:
    (block,) = [block for block in written_in("js") if "refresh(input: {})" in block.text]
    assert EMAIL in block.text
    assert PASSWORD in block.text
    user = users.new()
    user.open()
    responses: list[Any] = []
    script = block.text.replace("await request(", "await record(request, ")

    def add_response(response: Any) -> None:
        responses.append(response)

    user.page.expose_function("addResponse", add_response)
    record = "const record = async (send, ...args) => addResponse(await send(...args));"
    user.page.evaluate(f"async () => {{ {record} {script} }}")
    assert [error for response in responses for error in response.get("errors", [])] == []
    logged_in, listed, refreshed, logged_out = (response["data"] for response in responses)
    assert (logged_in["login"]["errors"], refreshed["refresh"]["errors"]) == ([], [])
    assert [session["isCurrent"] for session in listed["mySessions"]].count(True) == 1
    assert logged_out["logout"]["session"]["id"]
    # That of the device is kept: it is no token.
    assert [each.get("name") for each in user.page.context.cookies()] == ["__Host-sessionql_device"]


def test_the_rest_documentation_works_without_the_internet(
    chromium: Browser, engines: Engines, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("docs")
    with (
        Server(engines.sqlite(folder), folder, MODE="development") as running,
        page_users(chromium, running.url) as created,
    ):
        user = created.new()
        user.page.goto(f"{running.url}/docs")
        register = user.page.locator("#operations-account-register")
        register.locator("button").first.click()
        register.get_by_role("button", name="Try it out").click()
        account = f'{{"email": "{secrets.token_hex(8)}@example.com", "password": "{PASSWORD}"}}'
        register.locator("textarea").fill(account)
        register.get_by_role("button", name="Execute").click()
        expect(register.locator(".live-responses-table .response-col_status").last).to_contain_text("201")
