"""The response of a refresh is lost after the server committed it: another tab, a loaded page and GraphiQL retry it."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from tests.browser.page_users import PageUsers, page_users
from tests.browser.test_graphiql_page import DESKTOP, Device
from tests.support.engines import Engines
from tests.support.server import Server

pytestmark = pytest.mark.browser

EXPIRE_TOKEN = """() => {
  const session = JSON.parse(sessionStorage.getItem("sessionql.session"));
  const expired = { ...session, accessTokenExpiresAt: "2020-01-01T00:00:00Z" };
  sessionStorage.setItem("sessionql.session", JSON.stringify(expired));
}"""
SHARED_KEYS = "() => Object.keys(localStorage).filter((name) => name.startsWith('sessionql retry key'))"


@pytest.fixture(scope="module")
def server(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without a grace, on which each second use of a refresh token is after it."""
    folder = tmp_path_factory.mktemp("lost")
    with Server(engines.sqlite(folder), folder, MODE="development", REFRESH_GRACE="0s") as running:
        yield running


@pytest.fixture
def strict_users(chromium: Browser, server: Server) -> Iterator[PageUsers]:
    """Users of that server."""
    with page_users(chromium, server.url.replace("127.0.0.1", "localhost")) as created:
        yield created


class LosingNetwork:
    """Loses the responses of the first `losses` refreshes. `keys` are the retry keys of all of them."""

    def __init__(self, context: BrowserContext, losses: int) -> None:
        self.keys: list[str] = []
        self._context, self._losses = context, losses
        context.route("**/graphql", self._handle)

    def _handle(self, route: Route) -> None:
        sent: Any = json.loads(route.request.post_data or "{}")
        if "mutation Refresh" not in sent.get("query", ""):
            return route.continue_()
        self.keys.append(sent["variables"]["retryKey"])
        if len(self.keys) > self._losses:
            return route.continue_()
        before = self._context.cookies()
        assert route.fetch().json()["data"]["refresh"]["errors"] == []
        # The browser has stored the cookies of the response that the page does not receive.
        self._context.clear_cookies()
        self._context.add_cookies(before)  # type: ignore[arg-type]
        return route.abort()


def test_another_tab_retries_the_lost_refresh_with_the_same_key(strict_users: PageUsers) -> None:
    laptop = strict_users.new()
    laptop.register_without_form()
    context = laptop.page.context
    network = LosingNetwork(context, losses=2)
    # With paused timers this tab does not retry by itself.
    laptop.page.clock.install()
    laptop.page.clock.pause_at(time.time() + 1)
    context.clear_cookies(name="__Host-sessionql_access")
    for _ in range(2):
        laptop.page.evaluate("document.querySelector('my-sessions').reload()")
    assert len(network.keys) == 2
    assert len(laptop.page.evaluate(SHARED_KEYS)) == 1

    second = strict_users.new_tab(context)
    second.open()

    expect(second.section("This device")).to_contain_text("Active now")
    assert network.keys == [network.keys[0]] * 3
    assert second.page.evaluate(SHARED_KEYS) == [], "the response has arrived"
    context.clear_cookies(name="__Host-sessionql_access")
    laptop.page.evaluate("document.querySelector('my-sessions').reload()")
    expect(laptop.section("This device")).to_contain_text("Active now")
    assert network.keys[3] != network.keys[0], "one key for each refresh"


def test_graphiql_retries_the_refresh_whose_response_the_page_lost(strict_users: PageUsers) -> None:
    laptop = strict_users.new()
    email = laptop.register_without_form()
    context = laptop.page.context
    network = LosingNetwork(context, losses=1)
    context.clear_cookies(name="__Host-sessionql_access")
    laptop.page.evaluate("document.querySelector('my-sessions').reload()")

    laptop.page.goto(f"{laptop.url}/graphql")

    expect(laptop.page.locator("#bar")).to_contain_text(email)
    assert network.keys == [network.keys[0]] * 2
    assert laptop.page.evaluate(SHARED_KEYS) == []


def test_graphiql_retries_with_the_key_beside_its_token_also_after_a_reload(chromium: Browser, server: Server) -> None:
    with closing(chromium.new_context(viewport=DESKTOP)) as context:
        laptop = Device(context.new_page())
        laptop.open_graphiql(server.url)
        email = laptop.register()
        network = LosingNetwork(context, losses=1)
        for tries in (1, 2):
            laptop.page.evaluate(EXPIRE_TOKEN)
            laptop.open_graphiql(server.url)
            expect(laptop.page.locator("#bar")).to_contain_text(email)
            laptop.open_example("mySessions")
            laptop.run()
            expect(laptop.page.locator(".result-window")).to_contain_text("isCurrent")
            assert len(network.keys) == tries

        assert network.keys == [network.keys[0]] * 2
        assert laptop.page.evaluate(SHARED_KEYS) == []
        assert "retryKey" not in laptop.page.evaluate("sessionStorage.getItem('sessionql.session')")
