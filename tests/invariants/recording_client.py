"""A client that registers the secrets it sends and receives, and records every response."""

from http.cookies import SimpleCookie
from typing import Any

import httpx

from tests.invariants.secret_texts import SecretTexts
from tests.support.constants import FIREFOX

SESSION = "session { id device state } tokens { accessToken refreshToken } errors { ... on UserError { code message } }"
RENEWED = "tokens { accessToken refreshToken } errors { ... on UserError { code message } }"
REGISTER = f"mutation($input: RegisterInput!) {{ done: register(input: $input) {{ {SESSION} }} }}"
LOG_IN = f"mutation($input: LoginInput!) {{ done: login(input: $input) {{ {SESSION} }} }}"
REFRESH = f"mutation($input: RefreshInput!) {{ done: refresh(input: $input) {{ {RENEWED} }} }}"
REAUTHENTICATE = f"mutation($input: ReauthenticateInput!) {{ done: reauthenticate(input: $input) {{ {RENEWED} }} }}"
CHANGE = f"mutation($input: ChangePasswordInput!) {{ done: changePassword(input: $input) {{ {RENEWED} }} }}"


class RecordingClient:
    """Registers each secret that it sends or receives; `responses` are all responses without the delivered tokens.

    A service authenticates with its `key`; the tokens that it receives belong to its users.
    """

    def __init__(self, url: str, secrets: SecretTexts, key: str = "") -> None:
        self.http = httpx.Client(base_url=url, headers={"User-Agent": FIREFOX}, timeout=20)
        self.url, self.secrets, self.key = url, secrets, key
        self.responses: list[tuple[str, bytes]] = []
        self.access_token = self.refresh_token = ""
        self.cookies: dict[str, str] = {}

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request; record the response and its cookies."""
        response = self.http.request(method, path, **more)
        # httpx would send cookies by itself, also in requests that must have none.
        self.http.cookies.clear()
        self._keep_cookies(response)
        self.responses.append(
            (f"the response to {method} {str(path)[:40]} {str(more)[:200]}", _undelivered_text(response).encode())
        )
        return response

    def ask(self, query: str, **variables: Any) -> Any:
        """Send an operation with the key, the access token or the cookies; keep the tokens it returns."""
        body = {"query": query, "variables": variables}
        answer = self.send("POST", "/graphql", json=body, headers=self._proof()).json()
        self._keep(_tokens_of(answer))
        return answer

    def ask_with_password(self, query: str, **input_: Any) -> Any:
        """Send an operation whose input has passwords."""
        for name, value in input_.items():
            if "assword" in name:
                self.secrets.add("password", value)
        return self.ask(query, input=input_)

    def _proof(self) -> dict[str, str]:
        if token := self.key or self.access_token:
            return {"Authorization": f"Bearer {token}"}
        page = {"Origin": self.url}
        return {**page, "Cookie": self.cookie_header} if self.cookies else page

    def _keep(self, tokens: dict[str, str | None]) -> None:
        if access := tokens.get("accessToken"):
            self.access_token = access
            self.secrets.add_access_token(access)
        if refresh := tokens.get("refreshToken"):
            self.refresh_token = refresh
            self.secrets.add_refresh_token(refresh)

    def _keep_cookies(self, response: httpx.Response) -> None:
        for name, value in _cookies_of(response):
            if not value:
                self.cookies.pop(name, None)
                continue
            self.cookies[name] = value
            add = self.secrets.add_access_token if name.endswith("_access") else self.secrets.add_refresh_token
            add(value)


def _undelivered_text(response: httpx.Response) -> str:
    """Return headers and body without the tokens that this response is meant to deliver."""
    headers = [f"{name}: {value}" for name, value in response.headers.multi_items() if name != "set-cookie"]
    cookies = str(response.headers.get_list("set-cookie"))
    for _, value in _cookies_of(response):
        cookies = cookies.replace(f"={value};", "=;", 1)
    text = response.text
    if "json" in response.headers.get("content-type", ""):
        for token in filter(None, _tokens_of(response.json()).values()):
            text = text.replace(f'"{token}"', '""', 1)
    return "\n".join([*headers, cookies, text])


def _tokens_of(answer: Any) -> dict[str, str | None]:
    done = (answer.get("data") or {}).get("done") if isinstance(answer, dict) else None
    return (done or {}).get("tokens") or {}


def _cookies_of(response: httpx.Response) -> list[tuple[str, str]]:
    lines = response.headers.get_list("set-cookie")
    return [(name, each.value) for line in lines for name, each in SimpleCookie(line).items()]
