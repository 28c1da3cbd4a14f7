"""The base class of the generated client: GraphQL over HTTP, with httpx. The generator copies this file."""

from types import TracebackType
from typing import Any, Self

import httpx
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from .base_model import UNSET


class GraphQLFailure(Exception):
    """The GraphQL errors of a response. Use `codes` in programs; the message is for humans."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(str(error.get("message")) for error in errors))
        self.errors = errors

    @property
    def codes(self) -> list[str]:
        """The `extensions.code` of each error, e.g. `UNAUTHENTICATED`."""
        return [str((error.get("extensions") or {}).get("code")) for error in self.errors]


class BaseClient:
    """Sends operations with an httpx client, and closes that client at the end."""

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
        values = {name: _plain(value) for name, value in (variables or {}).items() if value is not UNSET}
        body = {"query": query, "operationName": operation_name, "variables": values}
        return await self.http.post(self.url, json=body, **options)

    def get_data(self, response: httpx.Response) -> dict[str, Any]:
        """Return the data of a response. Raises GraphQLFailure for GraphQL errors, HTTPStatusError otherwise."""
        try:
            result = response.json()
        except ValueError:
            result = None
        if isinstance(result, dict) and result.get("errors"):
            raise GraphQLFailure(result["errors"])
        if not isinstance(result, dict) or not isinstance(result.get("data"), dict):
            problem = f"Status {response.status_code}, not a GraphQL response"
            raise httpx.HTTPStatusError(problem, request=response.request, response=response)
        return dict(result["data"])


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return to_jsonable_python(value)
