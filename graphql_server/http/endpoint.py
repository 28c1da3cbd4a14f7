"""The HTTP endpoint. Every request gets a response: JSON or an event stream."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import Any, TypeAlias

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sessionql.graphql_server.engine import Engine, SelectEngine
from sessionql.graphql_server.errors import MalformedRequest
from sessionql.graphql_server.http.event_stream import single_event
from sessionql.graphql_server.http.negotiation import accepts_event_stream, choose_media_type, read_accept
from sessionql.graphql_server.http.request import read_request
from sessionql.graphql_server.http.statuses import HttpProfile, media_type_of, status_of
from sessionql.graphql_server.http.streams import Streams
from sessionql.graphql_server.outcome import Answer, Outcome, answer_of
from sessionql.graphql_server.request import GraphQLRequest
from sessionql.http_kit.errors import ErrorInfo, MapException, RequestError, mask_error
from sessionql.http_kit.media_types import EVENT_STREAM, GRAPHQL_JSON, JSON

MAX_BODY_BYTES = 256 * 1024

MakeContext: TypeAlias = Callable[[Request], Awaitable[Any]]
ResponseHeaders: TypeAlias = Callable[[Request, Any], Iterable[tuple[str, str]]]


class GraphQLEndpoint:
    """Handles GraphQL over HTTP with one engine, or with the engine that `engine` selects.

    `make_context` creates the context of a request; `response_headers` returns headers for changes that resolvers
    recorded in it, also for failed requests. `streams` enables subscriptions.
    """

    def __init__(
        self,
        engine: Engine | SelectEngine,
        *,
        make_context: MakeContext,
        map_exception: MapException,
        max_body_bytes: int = MAX_BODY_BYTES,
        response_headers: ResponseHeaders | None = None,
        streams: Streams | None = None,
        profile: HttpProfile = HttpProfile.AUDITED,
    ) -> None:
        self._select_engine: SelectEngine = (lambda _: engine) if isinstance(engine, Engine) else engine
        self._make_context = make_context
        self._map_exception = map_exception
        self._max_body_bytes = max_body_bytes
        self._response_headers = response_headers
        self._streams = streams
        self._profile = profile

    async def __call__(self, request: Request) -> Response:
        """The response to a request. Never raises: errors are JSON too."""
        accept = read_accept(request.headers.getlist("accept"))
        media_type = choose_media_type(accept)
        if media_type is None:
            message = f"Responses are {GRAPHQL_JSON}, {JSON} or {EVENT_STREAM}: accept one of them."
            return self._error_response(ErrorInfo(message, "NOT_ACCEPTABLE", 406), JSON, {})
        context = None
        try:
            graphql_request = await read_request(request, self._max_body_bytes)
            context = await self._make_context(request)
            streams = self._streams if accepts_event_stream(accept) and request.method != "HEAD" else None
            response = await self._execute(request, graphql_request, context, media_type, streams)
        except RequestError as error:
            info = replace(error.info, status=self._status_of(error, media_type))
            response = self._error_response(info, media_type, error.headers)
        except Exception as error:  # noqa: BLE001 - every error becomes a response
            response = self._error_response(mask_error(error, self._map_exception), media_type, {})
        if context is not None and self._response_headers is not None:
            for name, value in self._response_headers(request, context):
                response.headers.append(name, value)
        return response

    async def _execute(
        self, request: Request, graphql_request: GraphQLRequest, context: Any, media_type: str, streams: Streams | None
    ) -> Response:
        engine = self._select_engine(context)
        if streams is None:
            return self._answer_response(await engine.answer(graphql_request, context), media_type)
        answer = await engine.subscribe(graphql_request, context)
        if isinstance(answer, Answer):
            return self._answer_response(answer, media_type)
        return await streams.response(request, context, answer)

    def _answer_response(self, answer: Answer, media_type: str) -> Response:
        if media_type == EVENT_STREAM:
            return single_event(answer)
        status = status_of(self._profile, media_type, answer.outcome, answer.status)
        return self._json_response(answer.body, status, media_type, {})

    def _error_response(self, info: ErrorInfo, media_type: str, headers: dict[str, str]) -> Response:
        answer = answer_of(info)
        if media_type != EVENT_STREAM:
            return self._json_response(answer.body, info.status, media_type, headers)
        # Clients of event streams read JSON only in a response with an error status.
        is_success = info.status < HTTPStatus.BAD_REQUEST
        return single_event(answer) if is_success else self._json_response(answer.body, info.status, JSON, headers)

    def _status_of(self, error: RequestError, media_type: str) -> int:
        if not isinstance(error, MalformedRequest):
            return error.status
        # A rejected request is never answered with a stream.
        response_type = JSON if media_type == EVENT_STREAM else media_type
        return status_of(self._profile, response_type, Outcome.MALFORMED)

    def _json_response(self, body: dict[str, Any], status: int, media_type: str, headers: dict[str, str]) -> Response:
        # Responses have tokens and personal data: caches must not store them.
        all_headers = {"cache-control": "no-store", "vary": "accept", **headers}
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            all_headers["retry-after"] = "1"
        response_type = media_type_of(self._profile, media_type, status)
        return Response(orjson.dumps(body), status, all_headers, f"{response_type}; charset=utf-8")
