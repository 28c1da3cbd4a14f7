"""A browser that tells its secrets to a server, and keeps every word of the answers."""

from http.cookies import SimpleCookie
from typing import Any

import httpx

from tests.proof.secret_texts import SecretTexts
from tests.server import FIREFOX

SESSION = "session { id device state } tokens { accessToken refreshToken } errors { ... on UserError { code message } }"
RENEWED = "tokens { accessToken refreshToken } errors { ... on UserError { code message } }"
REGISTER = f"mutation($input: RegisterInput!) {{ done: register(input: $input) {{ {SESSION} }} }}"
LOG_IN = f"mutation($input: LoginInput!) {{ done: login(input: $input) {{ {SESSION} }} }}"
REFRESH = f"mutation($input: RefreshInput!) {{ done: refresh(input: $input) {{ {RENEWED} }} }}"
REAUTHENTICATE = f"mutation($input: ReauthenticateInput!) {{ done: reauthenticate(input: $input) {{ {RENEWED} }} }}"
CHANGE = f"mutation($input: ChangePasswordInput!) {{ done: changePassword(input: $input) {{ {RENEWED} }} }}"


class Confidant:
    """Knows what it was given and what it sent; `said` is all that was answered, without what was handed over.

    A service asks with its `key`, and what it is given are the tokens of others.
    """

    def __init__(self, url: str, secrets: SecretTexts, key: str = "") -> None:
        self.http = httpx.Client(base_url=url, headers={"User-Agent": FIREFOX}, timeout=20)
        self.url, self.secrets, self.key = url, secrets, key
        self.said: list[tuple[str, bytes]] = []
        self.access_token = self.refresh_token = ""
        self.cookies: dict[str, str] = {}

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Any request."""
        response = self.http.request(method, path, **more)
        # What the client does by itself would send cookies where they are not meant.
        self.http.cookies.clear()
        self._keep_cookies(response)
        self.said.append((f"the answer to {method} {str(path)[:40]} {str(more)[:200]}", _said(response).encode()))
        return response

    def ask(self, query: str, **variables: Any) -> Any:
        """An operation, with the key, the access token or the cookies; keeps the tokens that it gives."""
        body = {"query": query, "variables": variables}
        answer = self.send("POST", "/graphql", json=body, headers=self._proof()).json()
        self._keep(_tokens_of(answer))
        return answer

    def with_password(self, query: str, **input_: Any) -> Any:
        """An operation with passwords in its input."""
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


def _said(response: httpx.Response) -> str:
    """The headers and the text, without the tokens that this answer is there to give: each once, in its place."""
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
