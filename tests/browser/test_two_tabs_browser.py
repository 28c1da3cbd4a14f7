"""Two tabs of a real Chromium share their tokens, and take turns when those run out (graphql_examples/typescript)."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route

from tests.contracts.build_workspace import PACKAGES, BuildWorkspace

pytestmark = [pytest.mark.browser, pytest.mark.node]

# A page of this site with the compiled example, and what bundlers do for the one package that it needs.
# Whatever goes wrong is told, for `evaluate` itself waits for ever.
PAGE = """<!doctype html><title>Sessions</title>
<script type="importmap">{"imports": {"graphql": "/packages/graphql/index.mjs"}}</script>
<script type="module">
  import { asker } from "/out/ask.js";
  import * as documents from "/out/generated/graphql.js";
  import { signedFetch } from "/out/signedFetch.js";
  import { inLocalStorage, keep } from "/out/tokens.js";

  const url = "/graphql";
  const tokens = location.search === "?cookies" ? undefined : inLocalStorage();
  const late = () => new Promise((_, fail) => setTimeout(() => fail(new Error("no answer within 20 seconds")), 20_000));
  const within = (promise) => Promise.race([promise, late()]);
  Object.assign(window, { ask: asker(url, signedFetch({ url, tokens })), documents, keep, tokens, within });
</script>"""
REGISTER = """([email, delivery]) => within((async () => {
  const input = { email, password: "correct horse battery", delivery };
  const { register } = await ask(documents.RegisterDocument, { input });
  if (tokens) keep(tokens, register.tokens);
})())"""
REPLACE = "() => within(ask(documents.ReauthenticateDocument, { input: { password: 'correct horse battery' } }))"
BEGIN = "() => { window.answer = ask(documents.MySessionsDocument); }"
ONE_WAITS = "async () => (await navigator.locks.query()).pending.length === 1"
END = "() => within(window.answer.then(({ mySessions }) => mySessions.map((session) => session.isCurrent)))"
KEPT = "() => tokens.read().refreshToken"
ACCESS, REFRESH = "__Host-sessionql_access", "__Secure-sessionql_refresh"


@pytest.fixture
def context(chromium: Browser, server_url: str, workspace: BuildWorkspace) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=server_url)
    made = workspace.folder / "out/graphql_examples/typescript"
    context.route("**/tabs.html*", lambda route: route.fulfill(content_type="text/html", body=PAGE))
    serve(context, "/out/", made)
    serve(context, "/packages/", PACKAGES)
    yield context
    context.close()


def serve(context: BrowserContext, prefix: str, folder: Path) -> None:
    def answer(route: Route) -> None:
        path = folder / route.request.url.partition(prefix)[2]
        route.fulfill(content_type="text/javascript", body=path.read_text(encoding="utf-8"))

    context.route(f"**{prefix}**", answer)


def tab(context: BrowserContext, address: str = "/tabs.html") -> Page:
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("() => window.ask")
    return page


def is_refresh(request: Request) -> bool:
    return "mutation Refresh" in (request.post_data or "")


def ask_at_once(context: BrowserContext, first: Page, second: Page) -> int:
    """Both tabs ask; the first refresh goes on when the other tab waits for its turn. How many there were by then."""
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
        first.evaluate(BEGIN)
        second.evaluate(BEGIN)
    first.wait_for_function(ONE_WAITS)
    before = len(refreshes)
    held[0].continue_()
    return before


@pytest.mark.contract("Client preset (graphql_examples/typescript)")
def test_the_second_tab_waits_for_the_first_and_both_go_on_in_one_session(context: BrowserContext) -> None:
    first, second = tab(context), tab(context)
    first.evaluate(REGISTER, [f"{token_hex(8)}@example.com", "BEARER"])
    first.evaluate(REPLACE)  # and the new one is lost: it is as if the access token had run out

    assert ask_at_once(context, first, second) == 1
    assert [page.evaluate(END) for page in (first, second)] == [[True], [True]]
    # A browser tells its tabs of each other's tokens a moment late: the second may have refreshed with those of before,
    # which the server answers with the same successor.
    second.wait_for_function("(kept) => tokens.read().refreshToken === kept", arg=first.evaluate(KEPT))


@pytest.mark.contract("Client preset (graphql_examples/typescript)")
def test_so_it_is_with_cookies_of_which_no_tab_sees_anything(context: BrowserContext, server_url: str) -> None:
    """The tabs cannot see that there are new tokens: each refreshes in its turn, with those that there are by then."""
    address = f"{server_url.replace('127.0.0.1', 'localhost')}/tabs.html?cookies"
    first, second = tab(context, address), tab(context, address)
    first.evaluate(REGISTER, [f"{token_hex(8)}@example.com", "COOKIE"])
    before = cookies(context)
    first.evaluate(REPLACE)
    context.add_cookies([before[ACCESS]])

    assert ask_at_once(context, first, second) == 1
    assert [page.evaluate(END) for page in (first, second)] == [[True], [True]]
    assert first.evaluate("document.cookie") == ""
    assert cookies(context)[REFRESH]["value"] != before[REFRESH]["value"]


def cookies(context: BrowserContext) -> dict[str, Any]:
    """What the browser keeps, by name."""
    return {str(cookie.get("name")): cookie for cookie in context.cookies()}
