"""Which media type to answer in (RFC 9110 section 12.5.1, GraphQL over HTTP)."""

from sessionql.http_kit.media_types import EVENT_STREAM, GRAPHQL_JSON, JSON

# Preferred first, where a client likes several equally.
_OFFERED = (GRAPHQL_JSON, JSON, EVENT_STREAM)


def choose_media_type(accept: str) -> str | None:
    """The media type that a client likes best; None when it likes none of ours."""
    if not accept.strip():
        return JSON
    liked = [_parse(part) for part in accept.split(",")]
    best, best_weight = None, 0.0
    for offer in _OFFERED if _names(EVENT_STREAM, liked) else _OFFERED[:2]:
        weight = _weight(offer, liked)
        if weight > best_weight:
            best, best_weight = offer, weight
    # A client that takes anything knows JSON, and perhaps not the newer type.
    return JSON if best == GRAPHQL_JSON and not _names(GRAPHQL_JSON, liked) else best


def accepts_event_stream(accept: str) -> bool:
    """Whether a client can read a stream. It has to say so: one that takes anything would wait for its end."""
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


def _weight(offer: str, liked: list[tuple[str, float]]) -> float:
    """How much an offer is liked: the most specific range that fits it decides."""
    kind = offer.partition("/")[0]
    for range_ in (offer, f"{kind}/*", "*/*"):
        fitting = [weight for name, weight in liked if name == range_]
        if fitting:
            return max(fitting)
    return 0.0


def _names(offer: str, liked: list[tuple[str, float]]) -> bool:
    return any(name == offer for name, _ in liked)
