"""Reads a REST request: its authentication, and its body as JSON or as a form."""

from typing import TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel
from starlette.requests import Request

from sessionql.http.authentication import Authenticator, basic_password
from sessionql.http.csrf import check_rest, content_type
from sessionql.http_kit.body import read_bytes, read_json
from sessionql.http_kit.budgets import Budgets
from sessionql.http_kit.errors import RequestError
from sessionql.http_kit.media_types import FORM
from sessionql.resolvers.request_context import RequestContext
from sessionql.resolvers.requester import Requester

Body = TypeVar("Body", bound=BaseModel)

MAX_FORM_FIELDS = 20


class RequestReader:
    """Reads the requests of all REST routes of a server."""

    def __init__(self, authenticator: Authenticator, max_body_bytes: int, budgets: Budgets) -> None:
        self.authenticator = authenticator
        self.budgets = budgets
        self.deps = authenticator.deps
        self._max_body_bytes = max_body_bytes

    async def context(self, request: Request) -> RequestContext:
        """The context of a request with a token or cookies. Raises CookiesRejected, and RequestError (429)."""
        return self._remember(request, await self.authenticator.by_bearer_or_cookie(request, check_rest))

    async def bearer_only(self, request: Request) -> RequestContext:
        """The context of a request with a token or a service key. Cookies are not read. Raises RequestError (429)."""
        return self._remember(request, await self.authenticator.by_bearer(request, basic_password(request)))

    async def requester(self, request: Request) -> tuple[RequestContext, Requester]:
        """The context of a signed-in request, and its user. Raises Unauthenticated or CookiesRejected."""
        context = await self.context(request)
        return context, context.require()

    async def body(self, request: Request, model: type[Body]) -> Body:
        """The JSON body. Raises RequestError and ValidationError."""
        return model.model_validate(await read_json(request, self._max_body_bytes))

    async def optional_body(self, request: Request, model: type[Body]) -> Body | None:
        """The JSON body, or None without a body. Raises RequestError and ValidationError."""
        if not request.headers.get("content-type") and not await read_bytes(request, 0):
            return None
        return await self.body(request, model)

    async def form(self, request: Request) -> dict[str, str]:
        """The fields of a form. Raises RequestError."""
        if not has_form(request):
            raise RequestError(415, f"Send a form with `Content-Type: {FORM}`.", "UNSUPPORTED_MEDIA_TYPE")
        raw = await read_bytes(request, self._max_body_bytes)
        try:
            pairs = parse_qsl(
                raw.decode(),
                keep_blank_values=True,
                strict_parsing=bool(raw),
                errors="strict",
                max_num_fields=MAX_FORM_FIELDS,
            )
        except ValueError:
            raise RequestError(400, f"Send a form in UTF-8 with at most {MAX_FORM_FIELDS} fields.") from None
        if len({name for name, _ in pairs}) < len(pairs):
            raise RequestError(400, "Send each field of the form only once.")
        return dict(pairs)

    def _remember(self, request: Request, context: RequestContext) -> RequestContext:
        request.state.sessionql_context = context
        self.budgets.begin(context)
        return context


def context_of(request: Request) -> RequestContext | None:
    """The context that a RequestReader created for the request; None if there is none yet."""
    context: RequestContext | None = getattr(request.state, "sessionql_context", None)
    return context


def has_form(request: Request) -> bool:
    """Whether the body is a form."""
    return content_type(request) == FORM


def required(form: dict[str, str], name: str) -> str:
    """A field of a form. Raises RequestError when it is missing or empty."""
    if not form.get(name):
        raise RequestError(400, f"The form lacks the field `{name}`.", "INVALID_REQUEST")
    return form[name]
