"""Another host of the domain sets cookies for the whole domain, in Chromium over https: users stay who they are."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from queue import Queue
from secrets import token_hex
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.certificates import DOMAIN, Authority
from tests.browser.embedding import Application, OtherSite, Running

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
ACCESS, REFRESH = "__Host-sessionql_access", "__Host-sessionql_refresh"
PATHS = ("/", "/auth", "/auth/graphql", "/auth/auth/refresh")
SPELLINGS = (
    *(b"{}", b"__Secure-{}", b"__Host-{}", b"__HOST-{}", b"=__Host-{}", b"==__Host-{}", b" __Host-{}", b"\t__Host-{}"),
    *(b"\x85__Host-{}", b"\xa0__Host-{}", b"\xc2\x85__Host-{}", b"\xe2\x80\x80__Host-{}", b"\x1f__Host-{}"),
    *(b"__Host-{}\xa0", b'a="; __Host-{}', b"a=b, __Host-{}", b"__Host-{};a"),
)
"""Names that browsers must reject, and names that are none of ours unless a server reads them carelessly."""

ASK = """async ([query, variables]) => {
  const [headers, body] = [{ "Content-Type": "application/json" }, JSON.stringify({ query, variables })];
  const response = await fetch("/auth/graphql", { method: "POST", headers, body });
  return response.json();
}"""
PLANT = "(cookies) => cookies.forEach((cookie) => { document.cookie = cookie; })"
REGISTER = """mutation($input: RegisterInput!) {
  register(input: $input) { tokens { accessToken refreshToken } errors { __typename } } }"""
REFRESH_BY_COOKIE = "mutation { refresh(input: {}) { errors { ... on UserError { code } } } }"
LOG_OUT = "mutation { logout { session { state } } }"


class Domain:
    """The application at `auth.` and an attacker at `evil.`, by https and by http, who has an account too."""

    def __init__(self, stack: ExitStack, folder: Path, authority: Authority) -> None:
        pages = {"empty": "<!doctype html><title>Empty</title>"}
        self.application = Application(folder, pages, Queue())
        running = stack.enter_context(Running(self.application, authority.certificate))
        self.url = f"https://auth.{DOMAIN}:{running.port}"
        insecure = stack.enter_context(OtherSite(Queue()))
        secure = stack.enter_context(OtherSite(Queue(), authority.certificate))
        self.evil = [f"http://evil.{DOMAIN}:{insecure.server_port}/", f"https://evil.{DOMAIN}:{secure.server_port}/"]
        insecure.cookies = secure.cookies = self._planted = list[bytes]()

    def set_tokens(self, access: str, refresh: str) -> None:
        """The tokens of the attacker, which the pages of `evil.` plant in every spelling."""
        self._planted += [
            b"%b=%b; Domain=%b; Path=%b%b"
            % (spelling.replace(b"{}", name.encode()), value.encode(), DOMAIN.encode(), path.encode(), attributes)
            for name, value in (("sessionql_access", access), ("sessionql_refresh", refresh))
            for spelling in SPELLINGS
            for path in PATHS
            for attributes in (b"; Secure; SameSite=None", b"")
        ]

    def plant(self, context: BrowserContext) -> None:
        """Open the pages of the attacker, which set cookies by header and by script."""
        page = context.new_page()
        for url in self.evil:
            page.goto(url)
            page.evaluate(PLANT, [line.decode("latin-1") for line in self._planted])
        page.close()


@pytest.fixture(scope="module")
def domain(chromium: Browser, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Domain]:
    with ExitStack() as stack:
        domain = Domain(stack, tmp_path_factory.mktemp("domain"), authority)
        context = chromium.new_context()
        page = open_page(context, domain)
        tokens = register(page, "eve@example.com", "BEARER")
        domain.set_tokens(tokens["accessToken"], tokens["refreshToken"])
        context.close()
        yield domain


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    yield context
    context.close()


def open_page(context: BrowserContext, domain: Domain) -> Page:
    page = context.new_page()
    page.goto(f"{domain.url}/pages/empty")
    return page


def ask(page: Page, query: str, **variables: Any) -> Any:
    return page.evaluate(ASK, [query, variables])


def register(page: Page, email: str, delivery: str = "COOKIE") -> Any:
    input_ = {"email": email, "password": PASSWORD, "delivery": delivery}
    payload = ask(page, REGISTER, input=input_)["data"]["register"]
    assert payload["errors"] == []
    return payload["tokens"]


def email_of(page: Page) -> str | None:
    """The e-mail address of the user of the page; None when no user is signed in."""
    me = ask(page, "{ me { email } }")["data"]["me"]
    return me and str(me["email"])


def refresh(page: Page) -> list[str]:
    """The codes of the errors of a refresh by cookie."""
    return [error["code"] for error in ask(page, REFRESH_BY_COOKIE)["data"]["refresh"]["errors"]]


@pytest.mark.parametrize("first", ["log-in", "planted"])
def test_the_owner_stays_signed_in_as_the_owner(domain: Domain, context: BrowserContext, first: str) -> None:
    page, ana = open_page(context, domain), f"{token_hex(8)}@example.com"
    if first == "planted":
        domain.plant(context)
    register(page, ana)
    domain.plant(context)
    domain.application.cookies.clear()
    for _ in range(2):
        assert email_of(page) == ana
        assert refresh(page) == []
    received = b"".join(domain.application.cookies)
    for name in (b"__Secure-sessionql_refresh", b"sessionql_refresh", b"\x85__Host-sessionql_refresh"):
        assert b"; %b=" % name in b"; " + received, "the planted cookies reach the server"
    context.new_cdp_session(page).send("Network.deleteCookies", {"name": ACCESS, "url": domain.url})
    assert refresh(page) == []
    assert email_of(page) == ana
    assert ask(page, LOG_OUT)["data"]["logout"]["session"] == {"state": "REVOKED"}
    assert email_of(page) is None
    assert refresh(page) == ["REFRESH_TOKEN_INVALID"]


def test_a_signed_out_user_does_not_become_the_attacker(domain: Domain, context: BrowserContext) -> None:
    page = open_page(context, domain)
    domain.plant(context)
    assert email_of(page) is None
    assert refresh(page) == ["REFRESH_TOKEN_INVALID"]
    assert ask(page, LOG_OUT)["data"]["logout"]["session"] is None, "nor does a log-out end the attacker's session"
    page.reload()
    assert email_of(page) is None


def test_another_host_of_the_domain_receives_no_token(domain: Domain, context: BrowserContext) -> None:
    page = open_page(context, domain)
    register(page, f"{token_hex(8)}@example.com")
    tokens = {str(cookie.get("value")) for cookie in context.cookies(domain.url)}
    assert len(tokens) == 2
    for url in domain.evil:
        page.goto(url)
        assert not tokens & {str(cookie.get("value")) for cookie in context.cookies(url)}
        assert not [token for token in tokens if token in page.evaluate("document.cookie")]
