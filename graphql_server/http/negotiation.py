"""Content negotiation of responses (RFC 9110 section 12.5.1, GraphQL over HTTP)."""

from collections.abc import Iterable

from sessionql.http_kit.media_types import EVENT_STREAM, GRAPHQL_JSON, JSON

# In the order of preference among types that a client weights equally.
_OFFERED = (GRAPHQL_JSON, JSON, EVENT_STREAM)

MAX_ACCEPT_CHARACTERS = 2048
"""The longest `Accept` that is parsed. Browsers send about 150 characters."""


def read_accept(values: Iterable[str]) -> str:
    """The headers `Accept` as one list. Empty when it is too long: a server may disregard it (RFC 9110 12.5.1)."""
    accept = ", ".join(values)
    return accept if len(accept) <= MAX_ACCEPT_CHARACTERS else ""


def choose_media_type(accept: str) -> str | None:
    """The offered media type that the header `Accept` weights highest; None when it accepts none of them."""
    if not accept.strip():
        return JSON
    ranges = [_parse(part) for part in accept.split(",")]
    best, best_weight = None, 0.0
    for offer in _OFFERED if _names(EVENT_STREAM, ranges) else _OFFERED[:2]:
        weight = _weight(offer, ranges)
        if weight > best_weight:
            best, best_weight = offer, weight
    # A client that accepts everything knows JSON, and perhaps not the newer type.
    return JSON if best == GRAPHQL_JSON and not _names(GRAPHQL_JSON, ranges) else best


def accepts_event_stream(accept: str) -> bool:
    """Whether `Accept` names event streams. `*/*` is not enough: other clients would wait for the end of a stream."""
    return any(name == EVENT_STREAM and weight > 0 for name, weight in map(_parse, accept.split(",")))


def _parse(part: str) -> tuple[str, float]:
    range_, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weight = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = min(1.0, max(0.0, float(value)))
            except ValueError:
                weight = 0.0
    return range_, weight


def _weight(offer: str, ranges: list[tuple[str, float]]) -> float:
    """The weight of an offered type, by the most specific media range that matches it."""
    kind = offer.partition("/")[0]
    for range_ in (offer, f"{kind}/*", "*/*"):
        matching = [weight for name, weight in ranges if name == range_]
        if matching:
            return max(matching)
    return 0.0


def _names(offer: str, ranges: list[tuple[str, float]]) -> bool:
    return any(name == offer for name, _ in ranges)
