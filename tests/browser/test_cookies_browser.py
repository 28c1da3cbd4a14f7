"""Cookies in a real Chromium: kept on http://localhost, seen by no script, and of no use to other sites' pages."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.engines import Engines
from tests.server import Server

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
# As the script of a page asks; what cannot be read is null.
ASK = """async ([url, body]) => {
  const options = {
    method: "POST", credentials: "include", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  return fetch(url, options).then((response) => response.json()).catch(() => null);
}"""
SEND_BLINDLY = """([url, type, body]) => {
  const options = { method: body ? "POST" : "GET", mode: "no-cors", credentials: "include", body };
  return fetch(url, { ...options, headers: type ? { "Content-Type": type } : {} }).then(() => null, () => null);
}"""
SUBMIT = """([url, type, name]) => {
  const form = document.createElement("form");
  Object.assign(form, { method: "POST", action: url, enctype: type });
  const input = document.createElement("input");
  Object.assign(input, { name, value: "" });
  form.append(input);
  document.body.append(form);
  form.submit();
}"""
LOG_IN = """mutation($input: LoginInput!) {
  login(input: $input) { session { id } tokens { accessToken } errors { __typename } } }"""
REGISTER = LOG_IN.replace("LoginInput", "RegisterInput").replace("login(", "register(")
REFRESH = "mutation { refresh(input: {}) { tokens { accessToken } errors { __typename } } }"
LOG_OUT = "mutation { logout { session { state } } }"
ME = "{ me { email } }"


class Foreign(BaseHTTPRequestHandler):
    """A site with one empty page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Elsewhere</title><body>")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@pytest.fixture(scope="module")
def other_port() -> Iterator[int]:
    """The port of another site on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Foreign) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser that keeps nothing from before."""
    context = chromium.new_context()
    yield context
    context.close()


@pytest.fixture
def localhost(server_url: str) -> str:
    """The server as developers know it."""
    return server_url.replace("127.0.0.1", "localhost")


def ask(page: Page, url: str, query: str, **variables: Any) -> Any:
    return page.evaluate(ASK, [f"{url}/graphql", {"query": query, "variables": variables}])


def sign_up(page: Page, url: str) -> str:
    """Register by cookie from the page at this address."""
    page.goto(f"{url}/graphql")
    email = f"{token_hex(8)}@example.com"
    answer = ask(page, url, REGISTER, input={"email": email, "password": PASSWORD, "delivery": "COOKIE"})
    assert answer["data"]["register"]["tokens"] == {"accessToken": None}, answer
    return email


def names(context: BrowserContext) -> list[str]:
    return sorted(str(cookie.get("name")) for cookie in context.cookies())


def test_cookies_work_on_localhost_and_no_script_sees_them(context: BrowserContext, localhost: str) -> None:
    page = context.new_page()
    email = sign_up(page, localhost)
    assert names(context) == ["__Host-sessionql_access", "__Secure-sessionql_refresh"]
    assert {(each.get("httpOnly"), each.get("secure"), each.get("sameSite")) for each in context.cookies()} == {
        (True, True, "Strict")
    }
    assert page.evaluate("document.cookie") == ""
    assert ask(page, localhost, ME)["data"]["me"] == {"email": email}
    before = context.cookies()
    assert ask(page, localhost, REFRESH)["data"]["refresh"] == {"tokens": {"accessToken": None}, "errors": []}
    assert not [cookie for cookie in context.cookies() if cookie.get("value") in {each.get("value") for each in before}]
    assert len(ask(page, localhost, "{ mySessions { id } }")["data"]["mySessions"]) == 1
    assert ask(page, localhost, LOG_OUT)["data"]["logout"]["session"] == {"state": "REVOKED"}
    assert names(context) == []
    assert ask(page, localhost, ME)["data"] == {"me": None}


def open_graphiql(page: Page, url: str) -> None:
    page.goto(f"{url}/graphql")
    expect(page.locator(".graphiql-query-editor .CodeMirror")).to_be_visible()


def log_in_with_cookies(page: Page, email: str) -> None:
    """Run the example of that name."""
    tabs = page.locator(".graphiql-tab")
    count = tabs.count()
    page.get_by_role("button", name="Examples", exact=True).click()
    page.locator("#examples-menu button", has_text="Log in with cookies").click()
    expect(tabs).to_have_count(count + 1)
    variables = page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden) .CodeMirror")
    expect(variables).to_contain_text("COOKIE")
    text = variables.evaluate("element => element.CodeMirror.getValue()").replace("ana@example.com", email)
    variables.evaluate("(element, text) => element.CodeMirror.setValue(text)", text)
    page.get_by_role("button", name="Execute query").click()


def test_graphiql_signs_in_by_cookie_knows_it_in_every_tab_and_signs_out(
    context: BrowserContext, localhost: str
) -> None:
    page = context.new_page()
    email = sign_up(page, localhost)
    context.clear_cookies()
    open_graphiql(page, localhost)
    expect(page.locator("#bar")).to_contain_text("Not signed in")
    log_in_with_cookies(page, email)
    expect(page.locator("#bar")).to_contain_text(f"Signed in as {email}")
    expect(page.locator("#bar")).to_contain_text("by cookie")
    assert email not in page.evaluate("document.cookie")
    second = context.new_page()
    open_graphiql(second, localhost)
    expect(second.locator("#bar")).to_contain_text(f"Signed in as {email}")
    second.get_by_role("button", name="Sign out", exact=True).click()
    expect(second.locator("#bar")).to_contain_text("Not signed in: register or log in")
    assert names(context) == []


def test_where_the_cookie_is_not_kept_the_page_says_what_to_do(
    context: BrowserContext, server_url: str, localhost: str
) -> None:
    page = context.new_page()
    email = sign_up(page, localhost)
    open_graphiql(page, server_url.replace("127.0.0.1", "sessionql.test"))  # plain http, and not this machine
    log_in_with_cookies(page, email)
    expect(page.locator("#bar")).to_contain_text("did not keep the cookie")
    expect(page.locator("#bar")).to_contain_text("SESSIONQL_COOKIE_SECURE=false")


# A form can send this as JSON, but for the type.
JSON_IN_A_FORM = '{"query": "mutation { logout { session { id } } }", "x": "'


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_page_of_another_origin_reads_and_changes_nothing(
    context: BrowserContext, localhost: str, other_port: int, host: str
) -> None:
    """The one is of another site, the other of the same site on another port, and so gets the cookies sent."""
    page = context.new_page()
    email = sign_up(page, localhost)
    kept = context.cookies()
    elsewhere = context.new_page()
    elsewhere.goto(f"http://{host}:{other_port}/")
    assert [ask(elsewhere, localhost, query) for query in (ME, LOG_OUT)] == [None, None]
    url = f"{localhost}/graphql"
    body = f'{{"query": "{LOG_OUT}"}}'
    for type_ in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        elsewhere.evaluate(SEND_BLINDLY, [url, type_, body])
    elsewhere.evaluate(SEND_BLINDLY, [f"{url}?query={LOG_OUT}", "", None])
    with elsewhere.expect_navigation():
        elsewhere.evaluate(SUBMIT, [url, "text/plain", JSON_IN_A_FORM])
    assert "UNSUPPORTED_MEDIA_TYPE" in elsewhere.content()
    assert context.cookies() == kept
    assert ask(page, localhost, ME)["data"]["me"] == {"email": email}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_page_of_another_origin_logs_nobody_in(
    context: BrowserContext, localhost: str, other_port: int, host: str
) -> None:
    page = context.new_page()
    eve = sign_up(page, localhost)
    context.clear_cookies()
    elsewhere = context.new_page()
    elsewhere.goto(f"http://{host}:{other_port}/")
    query = (
        f'mutation {{ login(input: {{email: "{eve}", password: "{PASSWORD}", delivery: COOKIE}}) {{ user {{ id }} }} }}'
    )
    assert ask(elsewhere, localhost, query) is None
    body = query.replace('"', '\\"')
    elsewhere.evaluate(SEND_BLINDLY, [f"{localhost}/graphql", "text/plain", f'{{"query": "{body}"}}'])
    assert names(context) == []


def test_a_listed_page_may_use_the_cookies(
    context: BrowserContext, engines: Engines, tmp_path: Path, other_port: int
) -> None:
    friend = f"http://localhost:{other_port}"
    listed = {"CORS_ORIGINS": friend, "CORS_CREDENTIALS": "true"}
    with Server(engines.sqlite(tmp_path), tmp_path, MODE="development", **listed) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        page = context.new_page()
        email = sign_up(page, url)
        page.goto(friend)
        assert ask(page, url, ME)["data"]["me"] == {"email": email}
        input_ = {"email": email, "password": PASSWORD, "delivery": "COOKIE"}
        assert ask(page, url, LOG_IN, input=input_)["data"]["login"]["errors"] == []
        assert ask(page, url, LOG_OUT)["data"]["logout"]["session"] == {"state": "REVOKED"}
        page.goto(f"http://127.0.0.1:{other_port}/")
        assert ask(page, url, ME) is None, "which is not listed"
