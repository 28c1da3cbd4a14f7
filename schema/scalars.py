"""Scalars whose text form is promised by a specification."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from sessionql.resolvers.client import canonical_address

JWT = NewType("JWT", str)
IPAddress = NewType("IPAddress", str)

_TIME = r"([01]\d|2[0-3]):[0-5]\d"
_RFC_3339 = re.compile(rf"\d{{4}}-\d\d-\d\d[Tt]{_TIME}:[0-5]\d(\.\d{{1,9}})?([Zz]|[+-]{_TIME})", flags=re.ASCII)


def format_instant(value: datetime) -> str:
    """RFC 3339 in UTC with `Z`, to the microsecond where there is one."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_instant(text: object) -> datetime:
    """The instant that RFC 3339 text with an offset names, cut to microseconds. Raises ValueError for other values."""
    if not isinstance(text, str) or not _RFC_3339.fullmatch(text):
        raise ValueError(
            "a DateTime is written like 2026-11-23T11:16:10Z, with an offset and at most nine fraction digits"
        )
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("there is no such DateTime") from None


def parse_address(text: object) -> str:
    """The canonical form of an address. Raises ValueError for other values."""
    found = canonical_address(text) if isinstance(text, str) and "%" not in text else None
    if found is None:
        raise ValueError("an IPAddress is written like 192.0.2.1 or 2001:db8::1, without a zone")
    return found


def _reporting(parse: Callable[[object], object]) -> Callable[[object], object]:
    """`parse`, whose ValueError becomes a GraphQLError: messages of other exceptions are not sent to clients."""

    def parse_value(text: object) -> object:
        try:
            return parse(text)
        except ValueError as error:
            raise GraphQLError(str(error)) from None

    return parse_value


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant in UTC, as an RFC 3339 string with a `Z` offset and at most six "
        "fraction digits, e.g. `2026-11-23T11:16:10.123456Z`. In arguments any offset, and up to nine "
        "fraction digits, of which six count. Years from 0001 to 9999.",
        specified_by_url="https://scalars.graphql.org/chillicream/date-time.html",
        serialize=format_instant,
        parse_value=_reporting(parse_instant),
    ),
    IPAddress: strawberry.scalar(
        name="IPAddress",
        description="An IPv4 or IPv6 address without a zone in its canonical text form, e.g. `192.0.2.1` or "
        "`2001:db8::1`: the type `ip-address-no-zone` of RFC 9911. IPv4-mapped addresses become IPv4.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc9911",
        serialize=str,
        parse_value=_reporting(parse_address),
    ),
    JWT: strawberry.scalar(
        name="JWT",
        description="A signed JSON Web Token (RFC 7519). A secret: never log it, never put it in a URL.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc7519",
        serialize=str,
    ),
}
