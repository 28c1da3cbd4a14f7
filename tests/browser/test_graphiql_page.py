"""GraphiQL in Chromium, without access to the internet, with a running server (`server_url`)."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, ViewportSize, expect

from tests.support.client import Device as Phone
from tests.support.constants import IPHONE
from tests.support.engines import Engines
from tests.support.server import Server

DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)
EMAIL = r"[\w.+-]+@[\w.-]+"

pytestmark = pytest.mark.browser


@dataclass
class Device:
    """A browser context with GraphiQL, which records console errors and requests to other origins."""

    page: Page
    other_origin_requests: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)

    def open_graphiql(self, server_url: str) -> None:
        self.page.goto(f"{server_url}/graphql")
        expect(self.page.locator(".graphiql-query-editor .CodeMirror")).to_be_visible()
        expect(self.page.locator("#editor")).not_to_contain_text("Loading")

    def open_example(self, root_field: str) -> None:
        tabs = self.page.locator(".graphiql-tab")
        count = tabs.count()
        self.page.get_by_role("button", name="Examples", exact=True).click()
        self.page.locator(f'#examples-menu button[data-root="{root_field}"]').first.click()
        expect(tabs).to_have_count(count + 1)
        expect(self.page.locator(".graphiql-query-editor .CodeMirror-code")).to_contain_text(root_field)

    def run(self) -> None:
        self.page.get_by_role("button", name=re.compile("Execute query")).click()

    def replace_in_variables(self, pattern: str, replacement: str) -> None:
        editor = self.page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden) .CodeMirror")
        expect(editor).to_contain_text(re.compile(pattern))
        text = editor.evaluate("element => element.CodeMirror.getValue()")
        changed = re.sub(pattern, replacement, text)
        editor.evaluate("(element, text) => element.CodeMirror.setValue(text)", changed)

    def register(self) -> str:
        email = f"{token_hex(8)}@example.com"
        self.open_example("register")
        self.replace_in_variables(EMAIL, email)
        self.run()
        expect(self.page.locator("#bar")).to_contain_text(email)
        return email


on_both_sizes = pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"], indirect=True)


@pytest.fixture
def device(request: pytest.FixtureRequest, chromium: Browser, server_url: str) -> Iterator[Device]:
    """A device that must neither request other origins nor have console errors."""
    context = chromium.new_context(viewport=getattr(request, "param", DESKTOP))
    device = Device(context.new_page())

    def block_other_origins(route: Route) -> None:
        if route.request.url.startswith((f"{server_url}/", "data:")):
            return route.continue_()
        device.other_origin_requests.append(route.request.url)
        return route.abort()

    def record_message(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 401" not in message.text:
            device.console_errors.append(message.text)

    context.route("**/*", block_other_origins)
    device.page.on("console", record_message)
    device.page.on("pageerror", lambda error: device.console_errors.append(str(error)))
    yield device
    context.close()
    assert device.other_origin_requests == []
    assert device.console_errors == []


@on_both_sizes
def test_register_and_list_the_own_session(device: Device, server_url: str) -> None:
    device.open_graphiql(server_url)
    expect(device.page.locator("#bar")).to_contain_text("Not signed in")
    email = device.register()
    device.open_example("mySessions")
    device.run()
    expect(device.page.locator(".result-window")).to_contain_text(re.compile(r'"isCurrent":\s*true'))
    device.page.reload()
    expect(device.page.locator("#bar")).to_contain_text(email)


def test_the_first_visit_opens_four_examples(device: Device, server_url: str) -> None:
    device.open_graphiql(server_url)
    expect(device.page.locator(".graphiql-tab")).to_have_count(4)
    expect(device.page.locator(".graphiql-query-editor .CodeMirror-code")).to_contain_text("register")
    expect(device.page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden)")).to_contain_text("@")


def test_signing_out_removes_the_token(device: Device, server_url: str) -> None:
    device.open_graphiql(server_url)
    device.register()
    assert "accessToken" in device.page.evaluate("sessionStorage.getItem('sessionql.session')")
    device.page.get_by_role("button", name="Sign out", exact=True).click()
    expect(device.page.locator("#bar")).to_contain_text("Not signed in")
    assert device.page.evaluate("sessionStorage.getItem('sessionql.session')") is None


def test_secrets_are_not_in_local_storage(device: Device, server_url: str) -> None:
    device.open_graphiql(server_url)
    device.register()
    device.page.wait_for_timeout(800)  # GraphiQL stores its tabs half a second after the last change
    lasting = device.page.evaluate("JSON.stringify(localStorage)")
    assert not re.search(EMAIL, lasting)
    assert "password" not in lasting


@on_both_sizes
def test_everything_fits_and_dialogs_work_under_the_content_security_policy(device: Device, server_url: str) -> None:
    device.open_graphiql(server_url)
    assert device.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(device.page.get_by_role("button", name=re.compile("Execute query"))).to_be_in_viewport(ratio=1)
    device.page.get_by_role("button", name="Open settings dialog").click()
    device.page.get_by_role("button", name="Dark").click()
    expect(device.page.locator("body")).to_have_class(re.compile("graphiql-dark"))


def test_an_ended_session_is_shown_as_ended(device: Device, server_url: str) -> None:
    device.open_graphiql(server_url)
    device.register()
    device.page.evaluate(LOG_OUT)
    device.open_example("mySessions")
    device.run()
    expect(device.page.locator("#bar")).to_contain_text("has ended")
    device.register()  # the token of the ended session must not prevent this
    expect(device.page.locator("#bar")).to_contain_text("Signed in")


def test_a_subscription_shows_sign_outs_and_the_own_sign_out_last(device: Device, server_url: str) -> None:
    device.open_graphiql(server_url)
    email = device.register()
    device.open_example("sessionRevoked")
    device.run()
    results = device.page.locator(".result-window")
    with closing(Phone(server_url, IPHONE).log_in(email)) as phone:
        for _ in range(50):  # repeat: the client is not notified when the subscription has started
            phone.get("mutation { logout { session { id } } }")
            phone.log_in(email)
            if "Safari on iPhone" in results.inner_text():
                break
            device.page.wait_for_timeout(100)
        expect(results).to_contain_text(re.compile(r'"isCurrent":\s*false'))
        phone.get(REVOKE_OTHERS)
        expect(results).to_contain_text(re.compile(r'"isCurrent":\s*true'))
    expect(device.page.locator("#bar")).to_contain_text("has ended")
    expect(device.page.get_by_role("button", name="Stop")).to_have_count(0)


def test_a_subscription_continues_after_its_token_has_expired(
    chromium: Browser, engines: Engines, tmp_path: Path
) -> None:
    with (
        Server(engines.sqlite(tmp_path), tmp_path, MODE="development", ACCESS_TOKEN_LIFETIME="8s") as server,
        closing(chromium.new_context(viewport=DESKTOP)) as context,
    ):
        laptop = Device(context.new_page())
        laptop.open_graphiql(server.url)
        email = laptop.register()
        laptop.open_example("sessionRevoked")
        with laptop.page.expect_websocket():
            laptop.run()
        with laptop.page.expect_websocket() as second:
            pass  # with a new token
        second.value.wait_for_event("framereceived")  # `connection_ack`
        server.device(IPHONE).log_in(email).get(REVOKE_OTHERS)
        expect(laptop.page.locator(".result-window")).to_contain_text(re.compile(r'"isCurrent":\s*true'))


def test_revoking_all_sessions_ends_the_own_session(device: Device, server_url: str) -> None:
    device.open_graphiql(server_url)
    device.register()
    device.open_example("revokeAllSessions")
    device.replace_in_variables("true", "false")
    device.run()
    expect(device.page.locator("#bar")).to_contain_text("has ended")
    device.page.get_by_role("button", name="Remove the token").click()
    expect(device.page.locator("#bar")).to_contain_text("Not signed in")


REVOKE_OTHERS = """mutation { revokeAllSessions(keepCurrent: true) {
  revokedCount errors { ... on UserError { code } } } }"""

# Another program with the same token: the code of GraphiQL does not know of this log-out.
LOG_OUT = """() => fetch("/graphql", {
  method: "POST",
  headers: {
    "Content-Type": "application/json",
    Authorization: `Bearer ${JSON.parse(sessionStorage.getItem("sessionql.session")).accessToken}`,
  },
  body: JSON.stringify({ query: "mutation { logout { session { id } } }" }),
})"""
