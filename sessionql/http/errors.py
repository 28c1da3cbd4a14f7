"""Errors over HTTP: what the exceptions of resolvers mean to clients, and the status of each error code."""

from collections.abc import Mapping
from types import MappingProxyType

from sessionql.http.csrf import PreflightRequired
from sessionql.http_kit.errors import ErrorInfo
from sessionql.resolvers.cookie_jar import CookiesRejected
from sessionql.resolvers.errors import InvalidArgument, ListTooLong, ServerBusy
from sessionql.resolvers.requester import Unauthenticated
from sessionql.resolvers.service_keys import Forbidden
from sessionql.storage import StorageUnavailable

STATUSES: Mapping[str, int] = MappingProxyType(
    {
        "UNAUTHENTICATED": 401,
        "INVALID_CREDENTIALS": 401,
        "REFRESH_TOKEN_INVALID": 401,
        "RESET_TOKEN_INVALID": 401,
        "FORBIDDEN": 403,
        "ACCOUNT_DISABLED": 403,
        "CSRF_REFUSED": 403,
        "REAUTHENTICATION_REQUIRED": 403,
        "SESSION_NOT_FOUND": 404,
        "EMAIL_TAKEN": 409,
        "SESSION_ENDED": 409,
        "BAD_USER_INPUT": 422,
        "INVALID_INPUT": 422,
        "LIST_TOO_LONG": 422,
        "RATE_LIMITED": 429,
        "SERVICE_UNAVAILABLE": 503,
    }
)
"""The HTTP status of each code outside GraphQL, where a field error leaves the status of the response as it is."""

RETRY_AFTER: Mapping[str, str] = MappingProxyType({"Retry-After": "1"})
"""The header of a 503 response: seconds until the database or the hashing of passwords may be available again."""

UNAVAILABLE = "The server cannot reach its database. Try again in a moment."

# The status of a field error in GraphQL is 200: the response is complete.
_FIELD_ERRORS: Mapping[type[BaseException], str] = MappingProxyType(
    {
        Unauthenticated: "UNAUTHENTICATED",
        Forbidden: "FORBIDDEN",
        InvalidArgument: "BAD_USER_INPUT",
        ListTooLong: "LIST_TOO_LONG",
    }
)


def map_exception(error: BaseException) -> ErrorInfo | None:
    """The ErrorInfo of an exception that resolvers, storage or the request checks raise; None for any other."""
    if code := _FIELD_ERRORS.get(type(error)):
        return ErrorInfo(str(error), code)
    match error:
        case CookiesRejected() | PreflightRequired():
            return _with_status(str(error), "CSRF_REFUSED")
        case ServerBusy():
            return _with_status(str(error), "SERVICE_UNAVAILABLE")
        case StorageUnavailable():
            return _with_status(UNAVAILABLE, "SERVICE_UNAVAILABLE")
        case _:
            return None


def bearer_challenge(*, rejected: bool, realm: str = "sessionql") -> str:
    """The `WWW-Authenticate` header of a 401 response (RFC 6750 section 3).

    `rejected`: the request has a token that is not valid, or whose session has ended. Without a token there is no
    error code in it.
    """
    challenge = f'Bearer realm="{realm}"'
    return f'{challenge}, error="invalid_token"' if rejected else challenge


def reauthentication_challenge(max_age_seconds: int) -> str:
    """The `WWW-Authenticate` header for a log-in that is too old (RFC 9470 section 3)."""
    challenge = bearer_challenge(rejected=False)
    return f'{challenge}, error="insufficient_user_authentication", max_age="{max_age_seconds}"'


def _with_status(message: str, code: str) -> ErrorInfo:
    return ErrorInfo(message, code, STATUSES[code])
