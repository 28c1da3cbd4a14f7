"""One device as a client of REST and as a client of GraphQL. Each action returns the code of its outcome."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import httpx

PASSWORD = "correct horse battery"
OK = "OK"
FAILED = "errors { ... on UserError { code } }"
TOKENS = f"tokens {{ accessToken refreshToken }} session {{ id }} {FAILED}"


@dataclass
class Client(ABC):
    """A device with the tokens that it received."""

    http: httpx.AsyncClient
    access: str = ""
    refresh_token: str = ""
    session_id: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def signed(self) -> dict[str, str]:
        return self.headers | ({"Authorization": f"Bearer {self.access}"} if self.access else {})

    @abstractmethod
    async def register(self, email: str, password: str = PASSWORD) -> str: ...
    @abstractmethod
    async def log_in(self, email: str, password: str = PASSWORD) -> str: ...
    @abstractmethod
    async def refresh(self, token: str | None = None) -> str: ...
    @abstractmethod
    async def reauthenticate(self, password: str) -> str: ...
    @abstractmethod
    async def log_out(self) -> str: ...
    @abstractmethod
    async def list(self) -> str: ...
    @abstractmethod
    async def revoke(self, session_id: str) -> str: ...
    @abstractmethod
    async def revoke_all(self, *, keep_current: bool) -> str: ...
    @abstractmethod
    async def rename(self, session_id: str, name: str | None) -> str: ...


class Rest(Client):
    """Uses the REST routes."""

    async def register(self, email: str, password: str = PASSWORD) -> str:
        return await self._ask("POST", "/register", {"email": email, "password": password})

    async def log_in(self, email: str, password: str = PASSWORD) -> str:
        return await self._ask("POST", "/login", {"email": email, "password": password})

    async def refresh(self, token: str | None = None) -> str:
        return await self._ask("POST", "/auth/refresh", {"refresh_token": token or self.refresh_token})

    async def reauthenticate(self, password: str) -> str:
        return await self._ask("POST", "/auth/reauthenticate", {"password": password})

    async def log_out(self) -> str:
        return await self._ask("POST", "/auth/logout")

    async def list(self) -> str:
        return await self._ask("GET", "/sessions")

    async def revoke(self, session_id: str) -> str:
        return await self._ask("DELETE", f"/sessions/{session_id}")

    async def revoke_all(self, *, keep_current: bool) -> str:
        return await self._ask("POST", "/sessions/revoke-all", {"keep_current": keep_current})

    async def rename(self, session_id: str, name: str | None) -> str:
        return await self._ask("PATCH", f"/sessions/{session_id}", {"name": name})

    async def _ask(self, method: str, path: str, body: Any = None) -> str:
        answer = await self.http.request(method, path, json=body, headers=self.signed)
        result = answer.json()
        if not answer.is_success:
            assert answer.headers["content-type"] == "application/problem+json"
            assert result["status"] == answer.status_code
            return str(result["code"])
        self.access = result.get("access_token", self.access)
        self.refresh_token = result.get("refresh_token", self.refresh_token)
        self.session_id = result["session"]["id"] if "session" in result else self.session_id
        return OK


class GraphQL(Client):
    """Uses the GraphQL endpoint."""

    async def register(self, email: str, password: str = PASSWORD) -> str:
        query = f"mutation($input: RegisterInput!) {{ register(input: $input) {{ {TOKENS} }} }}"
        return await self._ask(query, {"email": email, "password": password})

    async def log_in(self, email: str, password: str = PASSWORD) -> str:
        query = f"mutation($input: LoginInput!) {{ login(input: $input) {{ {TOKENS} }} }}"
        return await self._ask(query, {"email": email, "password": password})

    async def refresh(self, token: str | None = None) -> str:
        query = f"mutation($input: RefreshInput!) {{ refresh(input: $input) {{ {TOKENS} }} }}"
        return await self._ask(query, {"refreshToken": token or self.refresh_token})

    async def reauthenticate(self, password: str) -> str:
        query = (
            "mutation($input: ReauthenticateInput!) { reauthenticate(input: $input) "
            f"{{ tokens {{ accessToken }} {FAILED} }} }}"
        )
        return await self._ask(query, {"password": password})

    async def log_out(self) -> str:
        return await self._ask("mutation { logout { session { id } } }")

    async def list(self) -> str:
        return await self._ask("{ mySessions { id } }")

    async def revoke(self, session_id: str) -> str:
        return await self._ask(f'mutation {{ revokeSession(sessionId: "{session_id}") {{ {FAILED} }} }}')

    async def revoke_all(self, *, keep_current: bool) -> str:
        keep = str(keep_current).lower()
        return await self._ask(f"mutation {{ revokeAllSessions(keepCurrent: {keep}) {{ {FAILED} }} }}")

    async def rename(self, session_id: str, name: str | None) -> str:
        query = f"mutation($input: RenameSessionInput!) {{ renameSession(input: $input) {{ {FAILED} }} }}"
        return await self._ask(query, {"sessionId": session_id, "name": name})

    async def _ask(self, query: str, input_: Any = None) -> str:
        body = {"query": query, "variables": {"input": input_} if input_ else None}
        result = (await self.http.post("/graphql", json=body, headers=self.signed)).json()
        if "errors" in result:
            return str(result["errors"][0]["extensions"]["code"])
        payload = next(iter(result["data"].values()))
        if not isinstance(payload, dict):
            return OK
        if payload.get("errors"):
            return str(payload["errors"][0]["code"])
        tokens = payload.get("tokens") or {}
        self.access = tokens.get("accessToken", self.access)
        self.refresh_token = tokens.get("refreshToken", self.refresh_token)
        self.session_id = payload["session"]["id"] if tokens and "session" in payload else self.session_id
        return OK
