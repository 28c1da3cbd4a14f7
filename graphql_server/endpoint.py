"""The HTTP endpoint: a request in, JSON out, whatever the request was."""

from collections.abc import Awaitable, Callable, Iterable
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
Finish = Callable[[Request, Any], Iterable[tuple[str, str]]]
EngineOf = Callable[[Any], Engine]
"""Which schema answers a request, by its context."""


class GraphQLEndpoint:
    """Answers GraphQL over HTTP. `make_context` says what the fields of a request share.

    One engine answers everybody, or `engine` says whom which does.
    `finish` says which headers the answer needs for what the fields did to that, failed or not.
    """

    def __init__(
        self,
        engine: Engine | EngineOf,
        *,
        make_context: MakeContext,
        translate: Translate,
        max_body: int = MAX_BODY,
        finish: Finish | None = None,
    ) -> None:
        self._engine_of: EngineOf = (lambda _: engine) if isinstance(engine, Engine) else engine
        self._make_context = make_context
        self._translate = translate
        self._max_body = max_body
        self._finish = finish

    async def __call__(self, request: Request) -> Response:
        """The response to a request. Never raises: errors are JSON too."""
        media_type = choose_media_type(", ".join(request.headers.getlist("accept")))
        if media_type is None:
            return _failure(Fault(f"We answer in {GRAPHQL_JSON} or {JSON}.", "NOT_ACCEPTABLE", 406), JSON, {})
        context = None
        try:
            asked = await read_request(request, self._max_body)
            context = await self._make_context(request)
            answer = await self._engine_of(context).answer(asked, context)
            response = _respond(answer, media_type)
        except RequestError as error:
            fault = Fault(str(error), error.code, error.status)
            response = _failure(fault, media_type, error.headers)
        except Exception as error:  # noqa: BLE001 - the last line before the client
            response = _failure(to_fault(error, self._translate), media_type, {})
        if context is not None and self._finish is not None:
            for name, value in self._finish(request, context):
                response.headers.append(name, value)
        return response


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
