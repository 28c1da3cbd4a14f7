"""`<my-sessions>` on pages of other origins: `graphql_examples/component` and the HTML of the documentation."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from tests.browser.page_users import DESKTOP, PASSWORD
from tests.docs.blocks import Block, written_in
from tests.support.client import Device
from tests.support.constants import FIREFOX, IPHONE
from tests.support.documents import LOG_IN
from tests.support.engines import Engines
from tests.support.server import Server

pytestmark = pytest.mark.browser

EXAMPLES = Path(__file__).parents[2] / "graphql_examples" / "component"
AUTH = "https://auth.example.com"
EMAIL = "ana@example.com"
BLOCKS = written_in("html")
PAGES = {f"/{path.name}": path.read_text(encoding="utf-8") for path in EXAMPLES.glob("*.html")} | {
    f"/{block}": block.text for block in BLOCKS
}


class Site(ThreadingHTTPServer):
    """A site with the examples, in which the URL of the server is replaced by the real one."""

    auth_url = AUTH

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Examples)


class _Examples(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page = PAGES.get(self.path)
        assert isinstance(self.server, Site)
        body = (page or "").replace(AUTH, self.server.auth_url)
        self.send_response(404 if page is None else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Write no log."""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield site
        site.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def server(engines: Engines, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that lists the site under two host names: same-site (localhost) and cross-site (127.0.0.1)."""
    folder = tmp_path_factory.mktemp("component")
    listed = f"http://localhost:{site.server_port},http://127.0.0.1:{site.server_port}"
    settings = {"CORS_ORIGINS": listed, "CORS_CREDENTIALS": "true", "ACCESS_TOKEN_LIFETIME": "5s"}
    with Server(engines.sqlite(folder), folder, **settings) as server:
        site.auth_url = server.url.replace("127.0.0.1", "localhost")
        server.device(IPHONE).register(EMAIL)
        yield server


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(user_agent=FIREFOX, viewport=DESKTOP, locale="de-DE")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page, errors = context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


def log_in_to_shop(page: Page, site: Site) -> None:
    page.goto(f"http://localhost:{site.server_port}/with_cookies.html")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Enter the shop").click()
    expect(page.get_by_role("heading", name="You are here")).to_be_visible()


def phone(server: Server) -> Device:
    """Another device of the user."""
    return server.device(IPHONE).log_in(EMAIL)


def revoke(server: Server, device: str) -> None:
    """Revoke all sessions of the device with this name, from a new session."""
    other = phone(server)
    for session in other.get("{ mySessions { id device isCurrent } }")["mySessions"]:
        if session["device"] == device and not session["isCurrent"]:
            other.get("mutation($id: ID!) { revokeSession(sessionId: $id) { session { id } } }", id=session["id"])


def wait_for_refresh(page: Page) -> None:
    """Send requests until the access token has expired and the element has called `getAccessToken` for a new one."""
    with page.expect_response(lambda response: "mutation Refresh" in (response.request.post_data or "")):
        page.evaluate("window.polling = setInterval(() => document.querySelector('my-sessions').reload(), 200)")
    page.evaluate("clearInterval(window.polling)")


def test_it_works_with_cookies_on_another_site(server: Server, site: Site, page: Page) -> None:
    log_in_to_shop(page, site)
    sessions = page.locator("my-sessions")
    expect(sessions).to_contain_text("These are the devices")
    expect(page.locator("#log li").first).to_have_text(f"signedin: {EMAIL}")
    # The language is that of the page, not of the browser.
    expect(page.get_by_text("Active now")).to_be_visible()
    expect(page.get_by_role("heading", name="Password")).to_have_count(0)
    heading = page.get_by_role("heading", name="You are here")
    assert heading.evaluate("it => getComputedStyle(it).textTransform") == "uppercase"
    assert "Georgia" in heading.evaluate("it => getComputedStyle(it).fontFamily")
    button = page.get_by_role("button", name="Sign out Safari on iPhone").first
    button.click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out", exact=True).click()
    expect(page.locator("#log li").nth(1)).to_have_text("sessionrevoked: Safari on iPhone")

    revoke(server, "Firefox on Ubuntu")
    expect(page.get_by_text("Signed out of the shop by your Safari on iPhone")).to_be_visible()
    expect(page.locator("#log li").last).to_have_text("signedout: REVOKED_BY_USER")
    expect(page.get_by_role("button", name="Enter the shop")).to_be_visible()
    assert sessions.evaluate("it => it.matches(':state(signed-out)') && !it.signedIn")


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_the_html_of_the_documentation_is_complete(block: Block, site: Site, page: Page) -> None:
    body = {"query": LOG_IN, "variables": {"input": {"email": EMAIL, "password": PASSWORD, "delivery": "COOKIE"}}}
    page.request.post(f"{site.auth_url}/graphql", data=body, headers={"Origin": site.auth_url})
    page.goto(f"http://localhost:{site.server_port}/{block}")
    expect(page.locator("my-sessions:state(live)")).to_be_attached()
    expect(page.get_by_role("heading", name="Dieses Gerät")).to_be_visible()


def test_it_works_with_the_tokens_of_another_site(server: Server, site: Site, page: Page) -> None:
    inputs = {"E-mail address": EMAIL, "Password": PASSWORD}

    def answer(dialog: Dialog) -> None:
        dialog.accept(inputs[dialog.message])

    page.on("dialog", answer)
    page.goto(f"http://127.0.0.1:{site.server_port}/with_tokens.html")
    expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()
    page.get_by_role("button", name="Enter").click()
    expect(page.get_by_role("heading", name="This device")).to_be_visible()
    assert page.context.cookies() == []
    wait_for_refresh(page)
    expect(page.get_by_text("Active now")).to_be_visible()

    page.get_by_role("button", name="Change password").click()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("dialog").get_by_role("button", name="Change password").click()
    expect(page.get_by_role("status").filter(has_text="The password was changed")).to_be_visible()
    # With a new token, the subscription cannot end between the sign-out and its event: that event has the reason.
    wait_for_refresh(page)
    expect(page.locator("my-sessions:state(live)")).to_be_attached()
    other = phone(server)
    expect(page.get_by_role("button", name="Sign out Safari on iPhone").first).to_be_visible()
    other.get("mutation { revokeAllSessions { revokedCount } }")
    expect(page.get_by_text("Signed out from your Safari on iPhone")).to_be_visible()


@pytest.mark.usefixtures("server")
def test_a_site_that_is_not_listed_gets_no_data(site: Site, page: Page) -> None:
    page.context.add_init_script("window.events = []; addEventListener('signedin', () => window.events.push(1));")
    with Site() as unlisted:
        unlisted.auth_url = site.auth_url
        thread = threading.Thread(target=unlisted.serve_forever)
        thread.start()
        try:
            page.goto(f"http://localhost:{unlisted.server_port}/with_cookies.html")
            expect(page.get_by_text("The server cannot be reached")).to_be_visible()
            assert page.evaluate("window.events") == []
        finally:
            unlisted.shutdown()
            thread.join()


@pytest.mark.usefixtures("server")
def test_attributes_and_properties_can_be_set_in_any_order(site: Site, page: Page) -> None:
    page.goto(f"http://localhost:{site.server_port}/with_cookies.html")
    page.evaluate(
        """() => {
          const element = document.createElement("my-sessions");
          element.strings = { notSignedIn: "Rien ici" };
          element.lang = "fr";
          element.setAttribute("heading-level", "4");
          document.querySelector("my-sessions").replaceWith(element);
        }"""
    )
    expect(page.get_by_role("heading", name="Rien ici", level=4)).to_be_visible()
    page.evaluate("document.querySelector('my-sessions').strings = null")
    page.evaluate("document.querySelector('my-sessions').lang = 'ja'")
    expect(page.get_by_role("heading", name="ログインしていません")).to_be_visible()
