"""How a request comes in: who asks, what it carries, and what becomes of its cookies and of its faults."""

from base64 import b64decode
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Depends
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sessionql.graphql.wiring import map_exception
from sessionql.http.authentication import bearer_token, client_of, context_of, credentials_of
from sessionql.http.csrf import CROSS_SITE, PREFLIGHT_HEADERS
from sessionql.http.origins import Origins
from sessionql.http.security_headers import add_headers
from sessionql.http_kit.body import read_bytes, read_json
from sessionql.http_kit.errors import RequestError, mask_error
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.requester import Requester
from sessionql.rest import problems
from sessionql.rest.openapi import DECLARED
from sessionql.rest.problems import FailureRaised, FieldError
from sessionql.schema.browser import CookieJar
from sessionql.schema.context import Context
from sessionql.settings.settings import Settings

Body = TypeVar("Body", bound=BaseModel)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]

FORM = "application/x-www-form-urlencoded"
SIMPLE = "With cookies this request needs the header `GraphQL-Require-Preflight: 1`, which no link and no form sends."
_MOST_FIELDS = 20


class RequestReader:
    """What every door begins with."""

    def __init__(self, settings: Settings, deps: Dependencies) -> None:
        self.deps = deps
        self.settings = settings

    async def context(self, request: Request) -> Context:
        """Who asks, by a token, or by cookies where no other site could have had them sent. Raises CookiesRefused."""
        settings = self.settings
        token, browser = credentials_of(request, settings.cookies, settings.origins, refusal)
        return await self._context(request, token, browser)

    async def bearer_only(self, request: Request) -> Context:
        """Who asks, by a token or a key alone: cookies are not looked at."""
        return await self._context(request, bearer_token(request) or _basic_key(request), CookieJar())

    async def _context(self, request: Request, token: str | None, browser: CookieJar) -> Context:
        sender = client_of(request, self.settings.proxies, truncate=self.deps.policy.truncate_addresses)
        context = await context_of(self.deps, sender, token, browser)
        request.state.rest = context
        return context

    async def requester(self, request: Request) -> tuple[Context, Requester]:
        """Who asks, signed in. Raises Unauthenticated."""
        context = await self.context(request)
        return context, context.require()

    async def body(self, request: Request, model: type[Body]) -> Body:
        """What a JSON body says. Raises RequestError and ValidationError."""
        return model.model_validate(await read_json(request, self.settings.max_body_bytes))

    async def body_if_any(self, request: Request, model: type[Body]) -> Body | None:
        """What a JSON body says, where there may be none. Raises RequestError and ValidationError."""
        if not request.headers.get("content-type") and not await read_bytes(request, 0):
            return None
        return await self.body(request, model)

    async def form(self, request: Request) -> dict[str, str]:
        """The fields of a form. Raises RequestError."""
        if _kind(request) != FORM:
            raise RequestError(415, f"Send a form with `Content-Type: {FORM}`.", "UNSUPPORTED_MEDIA_TYPE")
        raw = await read_bytes(request, self.settings.max_body_bytes)
        try:
            pairs = parse_qsl(
                raw.decode(),
                keep_blank_values=True,
                strict_parsing=bool(raw),
                errors="strict",
                max_num_fields=_MOST_FIELDS,
            )
        except ValueError:
            raise RequestError(400, f"The body is no form in UTF-8 of at most {_MOST_FIELDS} fields.") from None
        if len({name for name, _ in pairs}) < len(pairs):
            raise RequestError(400, "A field of the form is there twice.")
        return dict(pairs)

    def router(self) -> APIRouter:
        """Doors whose faults are problems, wherever they are included."""
        return APIRouter(route_class=route_class(self.settings, self.deps), dependencies=[Depends(DECLARED)])


def has_form(request: Request) -> bool:
    """Whether the body is a form's."""
    return _kind(request) == FORM


def required(form: dict[str, str], name: str) -> str:
    """A field that a form must have. Raises RequestError."""
    if not form.get(name):
        raise RequestError(400, f"The form lacks the field `{name}`.", "INVALID_REQUEST")
    return form[name]


def refusal(request: Request, origins: Origins) -> str | None:
    """Why cookies may not speak for this request; None when they may.

    As at the GraphQL door, but there are other methods, none of which a form or a link can send.
    """
    if not origins.is_same_site(request.headers):
        return CROSS_SITE
    chosen = any(request.headers.get(name) for name in PREFLIGHT_HEADERS)
    foreseen = request.method in ("DELETE", "PATCH") or (
        request.method == "POST" and _kind(request) == "application/json"
    )
    return None if chosen or foreseen else SIMPLE


def route_class(settings: Settings, deps: Dependencies) -> type[APIRoute]:
    """Routes that answer faults by themselves, so that no application around them has to."""

    class Door(APIRoute):
        def get_route_handler(self) -> Handler:
            return partial(_answer, super().get_route_handler(), settings, deps)

    return Door


async def _answer(
    handle: Callable[[Request], Awaitable[Response]], settings: Settings, deps: Dependencies, request: Request
) -> Response:
    try:
        answer = await handle(request)
    except Exception as error:  # noqa: BLE001 - the last line before the client
        answer = _problem(error)
    context: Context | None = getattr(request.state, "rest", None)
    if context is not None and context.cookies.changes:
        # The refresh cookie belongs to the GraphQL door beside these.
        scope = {**request.scope, "path": f"{request.scope.get('root_path', '')}/graphql"}
        for name, value in settings.cookies.write(context.cookies.changes, scope, deps.clock()):
            answer.headers.append(name, value)
    return add_headers(answer)


def _basic_key(request: Request) -> str | None:
    """The service key of an `Authorization: Basic` header, as the password of whichever client (RFC 6749, 2.3.1)."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        _, _, password = b64decode(encoded.strip(" \t"), validate=True).decode().partition(":")
    except ValueError:
        return ""
    # Clients encode both parts as in a form; a key has no character that this would change.
    return unquote_plus(password)


def _problem(error: Exception) -> Response:
    match error:
        case FailureRaised():
            return problems.of_failure(error.failure)
        case RequestError():
            return problems.of_request(error)
        case RequestValidationError():
            mistakes = [FieldError(pointer=str(each["loc"][-1]), detail=str(each["msg"])) for each in error.errors()]
            return problems.invalid(mistakes)
        case ValidationError():
            return problems.of_values(error)
        case HTTPException():
            return problems.problem(error.status_code, "BAD_REQUEST", str(error.detail), headers=error.headers)
        case _:
            return problems.of_fault(mask_error(error, map_exception))


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
