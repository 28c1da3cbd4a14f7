"""Two tabs of a real Chromium share their tokens, and take turns when those run out (graphql_examples/typescript)."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route

from tests.contracts.workshop import PACKAGES, Workshop

pytestmark = [pytest.mark.browser, pytest.mark.node]

# A page of this site with the compiled example, and what bundlers do for the one package that it needs.
PAGE = """<!doctype html><title>Sessions</title>
<script type="importmap">{"imports": {"graphql": "/packages/graphql/index.mjs"}}</script>
<script type="module">
  import { asker } from "/out/ask.js";
  import * as documents from "/out/generated/graphql.js";
  import { signedFetch } from "/out/signedFetch.js";
  import { inLocalStorage, keep } from "/out/tokens.js";

  const [url, tokens] = ["/graphql", inLocalStorage()];
  Object.assign(window, { ask: asker(url, signedFetch({ url, tokens })), documents, keep, tokens });
</script>"""
SIGN_UP = """async (email) => {
  const input = { email, password: "correct horse battery" };
  keep(tokens, (await ask(documents.RegisterDocument, { input })).register.tokens);
  // The access token is replaced, and the new one lost: it is as if it had run out.
  await ask(documents.ReauthenticateDocument, { input: { password: input.password } });
}"""
BEGIN = "() => { window.answer = ask(documents.MySessionsDocument); }"
ONE_WAITS = "async () => (await navigator.locks.query()).pending.length === 1"
# Whatever goes wrong is told, for `evaluate` itself waits for ever.
END = """() => Promise.race([
  window.answer.then(({ mySessions }) => mySessions.map((session) => session.isCurrent)),
  new Promise((_, fail) => setTimeout(() => fail(new Error("no answer within 20 seconds")), 20_000)),
])"""
KEPT = "() => tokens.read().refreshToken"


@pytest.fixture
def context(chromium: Browser, server_url: str, workshop: Workshop) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=server_url)
    made = workshop.folder / "out/graphql_examples/typescript"
    context.route("**/tabs.html", lambda route: route.fulfill(content_type="text/html", body=PAGE))
    serve(context, "/out/", made)
    serve(context, "/packages/", PACKAGES)
    yield context
    context.close()


def serve(context: BrowserContext, prefix: str, folder: Path) -> None:
    def answer(route: Route) -> None:
        path = folder / route.request.url.partition(prefix)[2]
        route.fulfill(content_type="text/javascript", body=path.read_text(encoding="utf-8"))

    context.route(f"**{prefix}**", answer)


def tab(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/tabs.html")
    page.wait_for_function("() => window.ask")
    return page


def is_refresh(request: Request) -> bool:
    return "mutation Refresh" in (request.post_data or "")


@pytest.mark.contract("Client preset (graphql_examples/typescript)")
def test_the_second_tab_waits_for_the_first_and_both_go_on_in_one_session(context: BrowserContext) -> None:
    first, second = tab(context), tab(context)
    first.evaluate(SIGN_UP, f"{token_hex(8)}@example.com")
    held = list[Route]()

    def hold_the_first_refresh(route: Route) -> None:
        if is_refresh(route.request) and not held:
            held.append(route)
        else:
            route.continue_()

    context.route("**/graphql", hold_the_first_refresh)
    with context.expect_event("request", is_refresh):
        first.evaluate(BEGIN)
        second.evaluate(BEGIN)
    first.wait_for_function(ONE_WAITS)
    held[0].continue_()

    assert [page.evaluate(END) for page in (first, second)] == [[True], [True]]
    # A browser tells its tabs of each other's tokens a moment late: the second may have refreshed with those of before,
    # which the server answers with the same successor.
    second.wait_for_function("(kept) => tokens.read().refreshToken === kept", arg=first.evaluate(KEPT))
