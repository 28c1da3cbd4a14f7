"""Two tabs in Chromium share their tokens and refresh them one at a time (graphql_examples/typescript)."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route

from tests.contracts.build_workspace import PACKAGES, BuildWorkspace

pytestmark = [pytest.mark.browser, pytest.mark.node]

# A page with the compiled example, and an import map in place of a bundler. `evaluate` has no timeout, so the page has.
PAGE = """<!doctype html><title>Sessions</title>
<script type="importmap">{"imports": {"graphql": "/packages/graphql/index.mjs"}}</script>
<script type="module">
  import { graphqlClient } from "/out/client.js";
  import * as documents from "/out/generated/graphql.js";
  import { signedFetch } from "/out/signedFetch.js";
  import { inLocalStorage, keep } from "/out/tokens.js";

  const url = "/graphql";
  const tokens = location.search === "?cookies" ? undefined : inLocalStorage();
  const timeout = () => new Promise((_, fail) => setTimeout(() => fail(Error("no response in 20 seconds")), 20_000));
  const withTimeout = (promise) => Promise.race([promise, timeout()]);
  const request = graphqlClient(url, signedFetch({ url, tokens }));
  Object.assign(window, { request, documents, keep, tokens, withTimeout });
</script>"""
REGISTER = """([email, delivery]) => withTimeout((async () => {
  const input = { email, password: "correct horse battery", delivery };
  const { register } = await request(documents.RegisterDocument, { input });
  if (tokens) keep(tokens, register.tokens);
})())"""
REPLACE_ACCESS_TOKEN = """() => withTimeout(
  request(documents.ReauthenticateDocument, { input: { password: "correct horse battery" } }),
)"""
START_QUERY = "() => { window.response = request(documents.MySessionsDocument); }"
ONE_TAB_WAITS = "async () => (await navigator.locks.query()).pending.length === 1"
FINISH_QUERY = """() => withTimeout(
  window.response.then(({ mySessions }) => mySessions.map((session) => session.isCurrent)),
)"""
REFRESH_TOKEN = "() => tokens.read().refreshToken"
ACCESS, REFRESH = "__Host-sessionql_access", "__Host-sessionql_refresh"


@pytest.fixture
def context(chromium: Browser, server_url: str, workspace: BuildWorkspace) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=server_url)
    compiled = workspace.folder / "out/graphql_examples/typescript"
    context.route("**/tabs.html*", lambda route: route.fulfill(content_type="text/html", body=PAGE))
    serve(context, "/out/", compiled)
    serve(context, "/packages/", PACKAGES)
    yield context
    context.close()


def serve(context: BrowserContext, prefix: str, folder: Path) -> None:
    def respond(route: Route) -> None:
        path = folder / route.request.url.partition(prefix)[2]
        route.fulfill(content_type="text/javascript", body=path.read_text(encoding="utf-8"))

    context.route(f"**{prefix}**", respond)


def tab(context: BrowserContext, address: str = "/tabs.html") -> Page:
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("() => window.request")
    return page


def is_refresh(request: Request) -> bool:
    return "mutation Refresh" in (request.post_data or "")


def query_in_both_tabs(context: BrowserContext, first: Page, second: Page) -> int:
    """Query in both tabs, and hold the first refresh until the other tab waits for the lock. Returns their number."""
    held = list[Route]()
    refreshes = list[Request]()

    def hold_the_first_refresh(route: Route) -> None:
        if is_refresh(route.request):
            refreshes.append(route.request)
        if refreshes and not held:
            held.append(route)
        else:
            route.continue_()

    context.route("**/graphql", hold_the_first_refresh)
    with context.expect_event("request", is_refresh):
        first.evaluate(START_QUERY)
        second.evaluate(START_QUERY)
    first.wait_for_function(ONE_TAB_WAITS)
    before = len(refreshes)
    held[0].continue_()
    return before


@pytest.mark.contract("Client preset (graphql_examples/typescript)")
def test_with_tokens_the_second_tab_waits_for_the_first(context: BrowserContext) -> None:
    first, second = tab(context), tab(context)
    first.evaluate(REGISTER, [f"{token_hex(8)}@example.com", "BEARER"])
    first.evaluate(REPLACE_ACCESS_TOKEN)  # and do not store the new one, as if the access token had expired

    assert query_in_both_tabs(context, first, second) == 1
    assert [page.evaluate(FINISH_QUERY) for page in (first, second)] == [[True], [True]]
    # A browser reports changes of localStorage to other tabs a moment late: the second tab may have refreshed with the
    # previous token, for which the server returns the same successor.
    second.wait_for_function("(expected) => tokens.read().refreshToken === expected", arg=first.evaluate(REFRESH_TOKEN))


@pytest.mark.contract("Client preset (graphql_examples/typescript)")
def test_with_cookies_the_second_tab_waits_for_the_first(context: BrowserContext, server_url: str) -> None:
    """Scripts cannot see that there are new cookies: each tab refreshes with the current cookie, one by one."""
    address = f"{server_url.replace('127.0.0.1', 'localhost')}/tabs.html?cookies"
    first, second = tab(context, address), tab(context, address)
    first.evaluate(REGISTER, [f"{token_hex(8)}@example.com", "COOKIE"])
    before = cookies(context)
    first.evaluate(REPLACE_ACCESS_TOKEN)
    context.add_cookies([before[ACCESS]])

    assert query_in_both_tabs(context, first, second) == 1
    assert [page.evaluate(FINISH_QUERY) for page in (first, second)] == [[True], [True]]
    assert first.evaluate("document.cookie") == ""
    assert cookies(context)[REFRESH]["value"] != before[REFRESH]["value"]


def cookies(context: BrowserContext) -> dict[str, Any]:
    """The cookies of the browser by name."""
    return {str(cookie.get("name")): cookie for cookie in context.cookies()}
