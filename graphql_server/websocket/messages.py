"""What clients say over a socket, by the protocol graphql-transport-ws. Anything else is refused with a reason."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from starlette.types import Message as Received

from sessionql.graphql_server.connections.close_codes import malformed
from sessionql.graphql_server.connections.peer import ConnectionRejected
from sessionql.graphql_server.request import GraphQLRequest, from_payload
from sessionql.http_kit.errors import RequestError

MAX_ID_LENGTH = 256
"""Every answer repeats the id, and every operation keeps it."""

Payload: TypeAlias = dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Init:
    """Who the client is."""

    payload: Payload


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks whether we are there."""

    payload: Payload


@dataclass(frozen=True, slots=True)
class Pong:
    """Says that the client is there."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """An operation to execute, of any kind."""

    id: str
    request: GraphQLRequest


@dataclass(frozen=True, slots=True)
class Complete:
    """The client wants no more of an operation."""

    id: str


Message: TypeAlias = Init | Ping | Pong | Subscribe | Complete


def read_message(received: Received, max_bytes: int) -> Message:
    """What a client said. Raises Refused."""
    text = received.get("text")
    if text is None:
        raise ConnectionRejected(malformed("A message is text, not binary."))
    if len(text) > max_bytes or len(data := text.encode()) > max_bytes:
        raise ConnectionRejected(malformed(f"A message has at most {max_bytes} bytes."))
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ConnectionRejected(malformed(f"A message is JSON: {error.msg}.")) from None
    if not isinstance(said, dict):
        raise ConnectionRejected(malformed("A message is a JSON object with a `type`."))
    return _message(said)


def pong(payload: Payload) -> bytes:
    """The answer to a ping, which repeats its payload. Raises Refused."""
    try:
        return orjson.dumps({"type": "pong", "payload": payload} if payload else {"type": "pong"})
    except orjson.JSONEncodeError:
        # More levels can be read than written.
        raise ConnectionRejected(malformed("The payload of `ping` is nested too deeply.")) from None


def _message(said: dict[str, Any]) -> Message:
    match said.get("type"):
        case "connection_init":
            return Init(_payload(said))
        case "ping":
            return Ping(_payload(said))
        case "pong":
            _payload(said)
            return Pong()
        case "subscribe":
            return Subscribe(_id(said), _request(said))
        case "complete":
            return Complete(_id(said))
        case str() as other:
            raise ConnectionRejected(malformed(f"Clients send no messages of type `{other[:40]}`."))
        case _:
            raise ConnectionRejected(malformed("`type` is missing, or is no string."))


def _payload(said: dict[str, Any]) -> Payload:
    payload = said.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise ConnectionRejected(malformed(f"The payload of `{said['type']}` is a JSON object, or null."))
    return payload


def _id(said: dict[str, Any]) -> str:
    id_ = said.get("id")
    if not isinstance(id_, str) or not 0 < len(id_) <= MAX_ID_LENGTH:
        raise ConnectionRejected(malformed(f"`{said['type']}` has an `id`: a string of 1 to {MAX_ID_LENGTH} characters."))
    return id_


def _request(said: dict[str, Any]) -> GraphQLRequest:
    payload = said.get("payload")
    if not isinstance(payload, dict):
        raise ConnectionRejected(malformed("The payload of `subscribe` is a JSON object with `query`."))
    try:
        return from_payload(payload)
    except RequestError as error:
        raise ConnectionRejected(malformed(str(error))) from None
