"""Session cookies in Chromium: stored on http://localhost, hidden from scripts, and useless to other origins."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.support.engines import Engines
from tests.support.server import Server

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
# A request by the script of a page. The result is null if the script may not read the response.
ASK = """async ([url, body]) => {
  const options = {
    method: "POST", credentials: "include", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  return fetch(url, options).then((response) => response.json()).catch(() => null);
}"""
SEND_NO_CORS = """([url, type, body]) => {
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


class OtherSite(BaseHTTPRequestHandler):
    """A site with one empty page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Elsewhere</title><body>")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Write no log."""


@pytest.fixture(scope="module")
def other_port() -> Iterator[int]:
    """The port of another origin on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), OtherSite) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser without cookies."""
    context = chromium.new_context()
    yield context
    context.close()


@pytest.fixture
def localhost(server_url: str) -> str:
    """The URL of the server with the host name localhost."""
    return server_url.replace("127.0.0.1", "localhost")


def ask(page: Page, url: str, query: str, **variables: Any) -> Any:
    return page.evaluate(ASK, [f"{url}/graphql", {"query": query, "variables": variables}])


def sign_up(page: Page, url: str) -> str:
    """Register with cookies, from the page at this URL. Returns the e-mail address."""
    page.goto(f"{url}/graphql")
    email = f"{token_hex(8)}@example.com"
    response = ask(page, url, REGISTER, input={"email": email, "password": PASSWORD, "delivery": "COOKIE"})
    assert response["data"]["register"]["tokens"] == {"accessToken": None}, response
    return email


def cookie_names(context: BrowserContext) -> list[str]:
    return sorted(str(cookie.get("name")) for cookie in session_cookies(context))


def session_cookies(context: BrowserContext) -> list[Any]:
    """The cookies without that of the device, which a log-out and a refresh do not change."""
    return [cookie for cookie in context.cookies() if cookie.get("name") != "__Host-sessionql_device"]


def test_cookies_work_on_localhost_and_scripts_cannot_read_them(context: BrowserContext, localhost: str) -> None:
    page = context.new_page()
    email = sign_up(page, localhost)
    assert cookie_names(context) == ["__Host-sessionql_access", "__Host-sessionql_refresh"]
    assert {each.get("path") for each in context.cookies()} == {"/"}
    assert {(each.get("httpOnly"), each.get("secure"), each.get("sameSite")) for each in context.cookies()} == {
        (True, True, "Strict")
    }
    assert page.evaluate("document.cookie") == ""
    assert ask(page, localhost, ME)["data"]["me"] == {"email": email}
    before = session_cookies(context)
    assert ask(page, localhost, REFRESH)["data"]["refresh"] == {"tokens": {"accessToken": None}, "errors": []}
    assert not [
        cookie for cookie in session_cookies(context) if cookie.get("value") in {each.get("value") for each in before}
    ]
    assert len(ask(page, localhost, "{ mySessions { id } }")["data"]["mySessions"]) == 1
    assert ask(page, localhost, LOG_OUT)["data"]["logout"]["session"] == {"state": "REVOKED"}
    assert cookie_names(context) == []
    assert ask(page, localhost, ME)["data"] == {"me": None}


def open_graphiql(page: Page, url: str) -> None:
    page.goto(f"{url}/graphql")
    expect(page.locator(".graphiql-query-editor .CodeMirror")).to_be_visible()


def log_in_with_cookies(page: Page, email: str) -> None:
    """Run the GraphiQL example "Log in with cookies"."""
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


def test_graphiql_logs_in_with_cookies_in_every_tab_and_signs_out(context: BrowserContext, localhost: str) -> None:
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
    assert cookie_names(context) == []


def test_graphiql_explains_what_to_do_if_the_browser_does_not_store_the_cookie(
    context: BrowserContext, localhost: str
) -> None:
    page = context.new_page()
    email = sign_up(page, localhost)
    context.clear_cookies()

    def store_no_cookie(route: Route) -> None:
        """Like Safari, which stores no Secure cookie over http."""
        response = route.fetch()
        context.clear_cookies()
        headers = {name: value for name, value in response.headers.items() if name != "set-cookie"}
        route.fulfill(response=response, headers=headers)

    context.route("**/graphql", store_no_cookie)
    open_graphiql(page, localhost)
    log_in_with_cookies(page, email)
    expect(page.locator("#bar")).to_contain_text("did not store the cookie")
    expect(page.locator("#bar")).to_contain_text("SESSIONQL_COOKIE_SECURE=false")


def test_a_log_in_over_http_explains_what_to_do(context: BrowserContext, server_url: str, localhost: str) -> None:
    page = context.new_page()
    email = sign_up(page, localhost)
    open_graphiql(page, server_url.replace("127.0.0.1", "sessionql.test"))  # http, and not a secure context
    log_in_with_cookies(page, email)
    expect(page.locator(".result-window")).to_contain_text("CSRF_REFUSED")
    expect(page.locator(".result-window")).to_contain_text("SESSIONQL_COOKIE_SECURE=false")


# A form can send this: it is JSON, except for its Content-Type.
JSON_IN_A_FORM = '{"query": "mutation { logout { session { id } } }", "x": "'


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_another_origin_can_neither_read_nor_change_anything(
    context: BrowserContext, localhost: str, other_port: int, host: str
) -> None:
    """127.0.0.1 is cross-site; localhost with another port is same-site, so its requests have the cookies."""
    page = context.new_page()
    email = sign_up(page, localhost)
    before = context.cookies()
    elsewhere = context.new_page()
    elsewhere.goto(f"http://{host}:{other_port}/")
    assert [ask(elsewhere, localhost, query) for query in (ME, LOG_OUT)] == [None, None]
    url = f"{localhost}/graphql"
    body = f'{{"query": "{LOG_OUT}"}}'
    for type_ in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        elsewhere.evaluate(SEND_NO_CORS, [url, type_, body])
    elsewhere.evaluate(SEND_NO_CORS, [f"{url}?query={LOG_OUT}", "", None])
    with elsewhere.expect_navigation():
        elsewhere.evaluate(SUBMIT, [url, "text/plain", JSON_IN_A_FORM])
    assert "UNSUPPORTED_MEDIA_TYPE" in elsewhere.content()
    assert context.cookies() == before
    assert ask(page, localhost, ME)["data"]["me"] == {"email": email}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_another_origin_cannot_log_in_with_cookies(
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
    elsewhere.evaluate(SEND_NO_CORS, [f"{localhost}/graphql", "text/plain", f'{{"query": "{body}"}}'])
    assert cookie_names(context) == []


def test_a_listed_origin_can_use_the_cookies(
    context: BrowserContext, engines: Engines, tmp_path: Path, other_port: int
) -> None:
    origin = f"http://localhost:{other_port}"
    listed = {"CORS_ORIGINS": origin, "CORS_CREDENTIALS": "true"}
    with Server(engines.sqlite(tmp_path), tmp_path, MODE="development", **listed) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        page = context.new_page()
        email = sign_up(page, url)
        page.goto(origin)
        assert ask(page, url, ME)["data"]["me"] == {"email": email}
        input_ = {"email": email, "password": PASSWORD, "delivery": "COOKIE"}
        assert ask(page, url, LOG_IN, input=input_)["data"]["login"]["errors"] == []
        assert ask(page, url, LOG_OUT)["data"]["logout"]["session"] == {"state": "REVOKED"}
        page.goto(f"http://127.0.0.1:{other_port}/")
        assert ask(page, url, ME) is None, "this origin is not listed"
