"""The HTTP endpoint: a request in, JSON or a stream out, whatever the request was."""

from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sessionql.graphql_server.engine import Engine, SelectEngine
from sessionql.graphql_server.errors import MalformedRequest
from sessionql.graphql_server.http.event_stream import single_event
from sessionql.graphql_server.http.negotiation import choose_media_type, accepts_event_stream
from sessionql.graphql_server.http.request import read_request
from sessionql.graphql_server.http.statuses import HttpProfile, media_type_of, status_of
from sessionql.graphql_server.http.streams import Streams
from sessionql.graphql_server.outcome import Answer, Outcome, answer_of
from sessionql.graphql_server.request import GraphQLRequest
from sessionql.http_kit.errors import ErrorInfo, MapException, RequestError, mask_error
from sessionql.http_kit.media_types import EVENT_STREAM, GRAPHQL_JSON, JSON

MAX_BODY = 256 * 1024

MakeContext = Callable[[Request], Awaitable[Any]]
Finish = Callable[[Request, Any], Iterable[tuple[str, str]]]


class GraphQLEndpoint:
    """Answers GraphQL over HTTP. `make_context` says what the fields of a request share.

    One engine answers everybody, or `engine` says whom which does.
    `finish` says which headers the answer needs for what the fields did to that, failed or not.
    Subscriptions need `streams`.
    """

    def __init__(
        self,
        engine: Engine | SelectEngine,
        *,
        make_context: MakeContext,
        map_exception: MapException,
        max_body_bytes: int = MAX_BODY,
        response_headers: Finish | None = None,
        streams: Streams | None = None,
        profile: HttpProfile = HttpProfile.AUDITED,
    ) -> None:
        self._engine_of: SelectEngine = (lambda _: engine) if isinstance(engine, Engine) else engine
        self._make_context = make_context
        self._translate = map_exception
        self._max_body = max_body_bytes
        self._finish = response_headers
        self._streams = streams
        self._profile = profile

    async def __call__(self, request: Request) -> Response:
        """The response to a request. Never raises: errors are JSON too."""
        accept = ", ".join(request.headers.getlist("accept"))
        media_type = choose_media_type(accept)
        if media_type is None:
            offered = f"We answer in {GRAPHQL_JSON}, {JSON} or {EVENT_STREAM}."
            return self._failure(ErrorInfo(offered, "NOT_ACCEPTABLE", 406), JSON, {})
        context = None
        try:
            asked = await read_request(request, self._max_body)
            context = await self._make_context(request)
            streams = self._streams if accepts_event_stream(accept) and request.method != "HEAD" else None
            response = await self._answer(request, asked, context, media_type, streams)
        except RequestError as error:
            fault = ErrorInfo(str(error), error.code, self._status_of(error, media_type))
            response = self._failure(fault, media_type, error.headers)
        except Exception as error:  # noqa: BLE001 - the last line before the client
            response = self._failure(mask_error(error, self._translate), media_type, {})
        if context is not None and self._finish is not None:
            for name, value in self._finish(request, context):
                response.headers.append(name, value)
        return response

    async def _answer(
        self, request: Request, asked: GraphQLRequest, context: Any, media_type: str, streams: Streams | None
    ) -> Response:
        engine = self._engine_of(context)
        if streams is None:
            return self._respond(await engine.answer(asked, context), media_type)
        found = await engine.subscribe(asked, context)
        if isinstance(found, Answer):
            return self._respond(found, media_type)
        return await streams.response(request, context, found)

    def _respond(self, answer: Answer, media_type: str) -> Response:
        if media_type == EVENT_STREAM:
            return single_event(answer)
        status = status_of(self._profile, media_type, answer.outcome, answer.status)
        return self._response(answer.body, status, media_type, {})

    def _failure(self, fault: ErrorInfo, media_type: str, headers: dict[str, str]) -> Response:
        answer = answer_of(fault)
        if media_type != EVENT_STREAM:
            return self._response(answer.body, fault.status, media_type, headers)
        # A client that reads events reads nothing else, but for the status when it is one of an error.
        good = fault.status < HTTPStatus.BAD_REQUEST
        return single_event(answer) if good else self._response(answer.body, fault.status, JSON, headers)

    def _status_of(self, error: RequestError, media_type: str) -> int:
        if not isinstance(error, MalformedRequest):
            return error.status
        # What is refused is never a stream.
        written_as = JSON if media_type == EVENT_STREAM else media_type
        return status_of(self._profile, written_as, Outcome.MALFORMED)

    def _response(self, body: dict[str, Any], status: int, media_type: str, headers: dict[str, str]) -> Response:
        # Answers hold tokens and what only one person may see: no cache may keep them.
        more = {"cache-control": "no-store", "vary": "accept", **headers}
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            more["retry-after"] = "1"
        written_as = media_type_of(self._profile, media_type, status)
        return Response(orjson.dumps(body), status, more, f"{written_as}; charset=utf-8")
