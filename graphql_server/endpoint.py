"""The HTTP endpoint: a request in, JSON out, whatever the request was."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from graphql_server.engine import Answer, Engine
from graphql_server.faults import Fault, RequestError, Translate, to_fault
from graphql_server.negotiation import GRAPHQL_JSON, JSON, choose_media_type
from graphql_server.request import read_request

MAX_BODY = 256 * 1024

MakeContext = Callable[[Request], Awaitable[Any]]


class GraphQLEndpoint:
    """Answers GraphQL over HTTP. `make_context` says what the fields of a request share."""

    def __init__(
        self,
        engine: Engine,
        *,
        make_context: MakeContext,
        translate: Translate,
        max_body: int = MAX_BODY,
    ) -> None:
        self._engine = engine
        self._make_context = make_context
        self._translate = translate
        self._max_body = max_body

    async def __call__(self, request: Request) -> Response:
        """The response to a request. Never raises: errors are JSON too."""
        media_type = choose_media_type(", ".join(request.headers.getlist("accept")))
        if media_type is None:
            return _failure(Fault(f"We answer in {GRAPHQL_JSON} or {JSON}.", "NOT_ACCEPTABLE", 406), JSON, {})
        try:
            asked = await read_request(request, self._max_body)
            answer = await self._engine.answer(asked, await self._make_context(request))
            return _respond(answer, media_type)
        except RequestError as error:
            fault = Fault(str(error), error.code, error.status)
            return _failure(fault, media_type, error.headers)
        except Exception as error:  # noqa: BLE001 - the last line before the client
            return _failure(to_fault(error, self._translate), media_type, {})


def _respond(answer: Answer, media_type: str) -> Response:
    # The older media type says 200 for every answer to a well-formed request.
    status = HTTPStatus.OK if not answer.executed and media_type == JSON else answer.status
    return _response(answer.body, status, media_type, {})


def _failure(fault: Fault, media_type: str, headers: dict[str, str]) -> Response:
    body = {"errors": [{"message": fault.message, "extensions": {"code": fault.code}}]}
    return _response(body, fault.status, media_type, headers)


def _response(body: dict[str, Any], status: int, media_type: str, headers: dict[str, str]) -> Response:
    # Answers hold tokens and what only one person may see: no cache may keep them.
    more = {"cache-control": "no-store", "vary": "accept", **headers}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        more["retry-after"] = "1"
    return Response(orjson.dumps(body), status, more, f"{media_type}; charset=utf-8")
