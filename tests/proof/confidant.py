"""A browser that tells its secrets to a server, and keeps every word of the answers."""

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
    """Knows what it was given and what it sent; `said` is all that was answered, without what was handed over."""

    def __init__(self, url: str, secrets: SecretTexts) -> None:
        self.http = httpx.Client(base_url=url, headers={"User-Agent": FIREFOX}, timeout=20)
        self.secrets = secrets
        self.said: list[tuple[str, bytes]] = []
        self.access_token = self.refresh_token = ""

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Any request."""
        response = self.http.request(method, path, **more)
        text = str(dict(response.headers)) + response.text
        for token in _handed_over(response):
            text = text.replace(token, "")
        self.said.append((f"the answer to {method} {str(path)[:40]} {str(more)[:200]}", text.encode()))
        return response

    def ask(self, query: str, **variables: Any) -> Any:
        """An operation, with the access token; keeps the tokens that it gives."""
        headers = {"Authorization": f"Bearer {self.access_token}"} if self.access_token else {}
        response = self.send("POST", "/graphql", json={"query": query, "variables": variables}, headers=headers)
        answer = response.json()
        self._keep(((answer.get("data") or {}).get("done") or {}).get("tokens") or {})
        return answer

    def with_password(self, query: str, **input_: Any) -> Any:
        """An operation with passwords in its input."""
        for name, value in input_.items():
            if "assword" in name:
                self.secrets.add("password", value)
        return self.ask(query, input=input_)

    def _keep(self, tokens: dict[str, str | None]) -> None:
        if access := tokens.get("accessToken"):
            self.access_token = access
            self.secrets.add_access_token(access)
        if refresh := tokens.get("refreshToken"):
            self.refresh_token = refresh
            self.secrets.add_refresh_token(refresh)


def _handed_over(response: httpx.Response) -> list[str]:
    """The tokens that this answer is there to give."""
    if "json" not in response.headers.get("content-type", ""):
        return []
    answer = response.json()
    done = (answer.get("data") or {}).get("done") if isinstance(answer, dict) else None
    tokens = (done or {}).get("tokens") or {}
    return [token for token in tokens.values() if token]
