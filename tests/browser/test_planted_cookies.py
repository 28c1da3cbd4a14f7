"""Another host of the domain plants its own tokens as cookies, over https and http: users stay who they are."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from queue import Queue
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from tests.browser.certificates import DOMAIN, Authority
from tests.browser.embedding import TIMEOUT, Application, OtherSite, Reports, Running
from tests.browser.firefox import firefox

ANA, EVE, PASSWORD = "ana@example.com", "eve@example.com", "correct horse battery"
PATHS = ("/", "/auth", "/auth/graphql", "/auth/auth/refresh")
SPELLINGS = (
    *(b"{}", b"__Secure-{}", b"__Host-{}", b"__HOST-{}", b"=__Host-{}", b"==__Host-{}", b" __Host-{}", b"\t__Host-{}"),
    *(b"\x85__Host-{}", b"\xa0__Host-{}", b"\xc2\x85__Host-{}", b"\xe2\x80\x80__Host-{}", b"\x1f__Host-{}"),
    *(b"__Host-{}\xa0", b'a="; __Host-{}', b"a=b, __Host-{}", b"__Host-{};a"),
)
"""Names that browsers must reject, and names that are none of ours unless a server reads them carelessly."""
NEXT = """
const [following, ...rest] = location.hash.slice(1).split("|");
const next = following && following + (rest.length ? "#" + rest.join("|") : "");
"""
EVIL = f"""<!doctype html><title>Evil</title><script>{NEXT}
for (const cookie of COOKIES) document.cookie = cookie;
location.assign(next);
</script>"""
CHECK = f"""<!doctype html><title>Check</title><script type="module">{NEXT}
const ask = async (query) => {{
  const [headers, body] = [{{ "Content-Type": "application/json" }}, JSON.stringify({{ query }})];
  return (await fetch("/auth/graphql", {{ method: "POST", headers, body }})).json();
}};
const look = async () => {{
  const {{ me }} = (await ask("{{ me {{ email }} }}")).data;
  const {{ refresh }} = (await ask("mutation {{ refresh(input: {{}}) {{ errors {{ __typename }} }} }}")).data;
  return [me && me.email, refresh.errors.map((error) => error.__typename)];
}};
const account = 'email: "{ANA}", password: "{PASSWORD}", delivery: COOKIE';
const before = await look();
if (!before[0]) await ask(`mutation {{ register(input: {{ ${{account}} }}) {{ errors {{ __typename }} }} }}`);
const after = [await look(), await look()];
if (!next) {{
  const {{ logout }} = (await ask("mutation {{ logout {{ session {{ state }} }} }}")).data;
  after.push(logout.session.state, await look(), (await ask("mutation {{ logout {{ session {{ state }} }} }}")).data);
}}
await fetch("/report", {{ method: "POST", body: JSON.stringify({{ before, after }}) }});
if (next) location.assign(next);
</script>"""
REGISTER = """mutation($input: RegisterInput!) { register(input: $input) { tokens { accessToken refreshToken } } }"""
SIGNED_OUT = [None, ["RefreshTokenInvalidError"]]


class Hosts:
    """The application at `auth.` and an attacker with an account at `evil.`, by https and by http."""

    def __init__(self, stack: ExitStack, folder: Path, authority: Authority) -> None:
        self.reports: Reports = Queue()
        self.application = Application(folder, {"check": CHECK}, self.reports)
        own = stack.enter_context(Running(self.application, authority.certificate))
        insecure = stack.enter_context(OtherSite(self.reports))
        secure = stack.enter_context(OtherSite(self.reports, authority.certificate))
        self.url = f"https://auth.{DOMAIN}:{own.port}"
        self.evil = [f"http://evil.{DOMAIN}:{insecure.server_port}/", f"https://evil.{DOMAIN}:{secure.server_port}/"]
        self.certificates = dict.fromkeys(
            (url.rstrip("/").partition("://")[2] for url in (self.url, self.evil[1])), authority.fingerprint
        )
        # Names of hosts are known to browsers only.
        self._graphql = f"https://127.0.0.1:{own.port}/auth/graphql"
        tokens = self._ask(REGISTER, input={"email": EVE, "password": PASSWORD})["register"]["tokens"]
        self._access_token = tokens["accessToken"]
        self._plant(insecure, tokens)
        self._plant(secure, tokens)

    @property
    def first_page(self) -> str:
        """The first of the pages: twice those of the attacker and then the page that reports."""
        first, *others = [*self.evil, f"{self.url}/pages/check"] * 2
        return f"{first}#{'|'.join(others)}"

    def email_of_attacker(self) -> str:
        """The e-mail address of the attacker's session, which still exists."""
        return str(self._ask("{ me { email } }")["me"]["email"])

    def _ask(self, query: str, **variables: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._access_token}"} if "me {" in query else {}
        body = {"query": query, "variables": variables}
        with httpx.Client(verify=False) as client:
            return client.post(self._graphql, json=body, headers=headers).json()["data"]

    def _plant(self, site: OtherSite, tokens: dict[str, str]) -> None:
        """Let the page set the attacker's tokens as cookies, by header and by script, in every spelling."""
        values = {b"sessionql_access": tokens["accessToken"], b"sessionql_refresh": tokens["refreshToken"]}
        site.cookies = [
            b"%b=%b; Domain=%b; Path=%b%b"
            % (spelling.replace(b"{}", name), value.encode(), DOMAIN.encode(), path.encode(), attributes)
            for name, value in values.items()
            for spelling in SPELLINGS
            for path in PATHS
            for attributes in (b"; Secure; SameSite=None", b"")
        ]
        site.page = EVIL.replace("COOKIES", json.dumps([line.decode("latin-1") for line in site.cookies]))


@pytest.fixture
def hosts(authority: Authority, tmp_path: Path) -> Iterator[Hosts]:
    with ExitStack() as stack:
        yield Hosts(stack, tmp_path, authority)


@pytest.mark.browser
def test_in_chromium_the_owner_stays_the_owner(hosts: Hosts, chromium: Browser) -> None:
    context = chromium.new_context()
    context.new_page().goto(hosts.first_page, wait_until="commit")
    try:
        check_reports(hosts)
    finally:
        context.close()


@pytest.mark.firefox
def test_in_firefox_the_owner_stays_the_owner(hosts: Hosts, tmp_path: Path) -> None:
    with firefox(tmp_path, hosts.first_page, hosts.certificates):
        check_reports(hosts)


def check_reports(hosts: Hosts) -> None:
    """Signed out, the user is not signed in as the attacker; signed in, the user is not signed out."""
    signed_in = [ANA, []]
    report = hosts.reports.get(timeout=TIMEOUT)
    assert report == {"before": SIGNED_OUT, "after": [signed_in, signed_in]}
    report = hosts.reports.get(timeout=TIMEOUT)
    assert (report["before"], report["after"][:2]) == (signed_in, [signed_in, signed_in])
    assert report["after"][2:] == ["REVOKED", SIGNED_OUT, {"logout": {"session": None}}]
    assert hosts.email_of_attacker() == EVE, "no log-out has ended the attacker's session"
    received = b"; ".join(hosts.application.cookies)
    for name in (b"__Secure-sessionql_refresh", b"sessionql_refresh", b"\x85__Host-sessionql_refresh"):
        assert b"; %b=" % name in received, "the planted cookies reach the server"


@pytest.mark.browser
def test_another_host_of_the_domain_receives_no_token(hosts: Hosts, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{hosts.url}/pages/check#about:blank", wait_until="commit")
    hosts.reports.get(timeout=TIMEOUT)
    own = {str(cookie.get("value")) for cookie in context.cookies(hosts.url)}
    assert len(own) == 3, "the two tokens, and the device"
    for url in hosts.evil:
        assert not own & {str(cookie.get("value")) for cookie in context.cookies(url)}
    context.close()
