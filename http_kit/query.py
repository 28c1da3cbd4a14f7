"""A bound on the parameters of a query string, which frameworks parse into lists of any length."""

from starlette.requests import Request

from sessionql.http_kit.errors import RequestError

MAX_PARAMETERS = 100
"""The number of parameters of a request. No route has more than twenty."""


def has_too_many_parameters(request: Request) -> bool:
    """Whether the query string has more than MAX_PARAMETERS parameters. Does not parse it."""
    query: bytes = request.scope["query_string"]
    return query.count(b"&") >= MAX_PARAMETERS


def check_parameters(request: Request) -> None:
    """Raises RequestError (400) when there are too many parameters."""
    if has_too_many_parameters(request):
        raise RequestError(400, f"The query string has too many parameters: at most {MAX_PARAMETERS} are allowed.")
