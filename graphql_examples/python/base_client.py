"""What the generated client is built on, copied into it: GraphQL over HTTP, with httpx."""

from types import TracebackType
from typing import Any, Self

import httpx
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from .base_model import UNSET


class GraphQLFailure(Exception):
    """What the server answers instead of data. Look at `codes`; the message is for people."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(str(error.get("message")) for error in errors))
        self.errors = errors

    @property
    def codes(self) -> list[str]:
        """What went wrong, e.g. `UNAUTHENTICATED`."""
        return [str((error.get("extensions") or {}).get("code")) for error in self.errors]


class BaseClient:
    """Sends operations to a server, through a client of httpx that it closes at the end."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self.url = url
        self.http = http

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.aclose()

    async def execute(
        self, query: str, operation_name: str | None = None, variables: dict[str, Any] | None = None, **options: Any
    ) -> httpx.Response:
        """Send an operation; the methods of the generated client call this."""
        given = {name: _plain(value) for name, value in (variables or {}).items() if value is not UNSET}
        body = {"query": query, "operationName": operation_name, "variables": given}
        return await self.http.post(self.url, json=body, **options)

    def get_data(self, response: httpx.Response) -> dict[str, Any]:
        """The data of an answer. Raises GraphQLFailure for errors, HTTPStatusError for what is no answer of GraphQL."""
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if isinstance(answer, dict) and answer.get("errors"):
            raise GraphQLFailure(answer["errors"])
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), dict):
            problem = f"Status {response.status_code}, and no GraphQL"
            raise httpx.HTTPStatusError(problem, request=response.request, response=response)
        return dict(answer["data"])


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return to_jsonable_python(value)
