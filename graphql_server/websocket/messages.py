"""Messages of clients by the protocol graphql-transport-ws. All others are rejected with a reason."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from starlette.types import Message as Received

from sessionql.graphql_server.connections.close_codes import malformed
from sessionql.graphql_server.connections.peer import ConnectionRejected, Payload
from sessionql.graphql_server.request import GraphQLRequest, check_request
from sessionql.http_kit.body import json_position
from sessionql.http_kit.errors import RequestError

MAX_ID_LENGTH = 256
"""Characters. Every message about the operation repeats its id."""


@dataclass(frozen=True, slots=True)
class Init:
    """`connection_init`: the payload authenticates the client."""

    payload: Payload


@dataclass(frozen=True, slots=True)
class Ping:
    """`ping`: the client expects a `pong` with the same payload."""

    payload: Payload


@dataclass(frozen=True, slots=True)
class Pong:
    """`pong`: a sign of life without an answer."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """`subscribe`: an operation of any type to execute."""

    id: str
    request: GraphQLRequest


@dataclass(frozen=True, slots=True)
class Complete:
    """`complete`: the client stops an operation."""

    id: str


Message: TypeAlias = Init | Ping | Pong | Subscribe | Complete


def read_message(received: Received, max_bytes: int) -> Message:
    """The message in a received ASGI event. Raises ConnectionRejected."""
    text = received.get("text")
    if text is None:
        raise ConnectionRejected(malformed("A message must be text, not binary."))
    if len(text) > max_bytes or len(data := text.encode()) > max_bytes:
        raise ConnectionRejected(malformed(f"A message has at most {max_bytes} bytes."))
    try:
        message = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ConnectionRejected(malformed(f"A message must be JSON: see {json_position(error)}.")) from None
    if not isinstance(message, dict):
        raise ConnectionRejected(malformed("A message must be a JSON object with a `type`."))
    return _message(message)


def pong(payload: Payload) -> bytes:
    """A `pong` with the payload of the ping. Raises ConnectionRejected."""
    try:
        return orjson.dumps({"type": "pong", "payload": payload} if payload else {"type": "pong"})
    except orjson.JSONEncodeError:
        # orjson parses more levels than it serializes.
        raise ConnectionRejected(malformed("The payload of `ping` is nested too deeply.")) from None


def _message(message: dict[str, Any]) -> Message:
    match message.get("type"):
        case "connection_init":
            return Init(_payload(message))
        case "ping":
            return Ping(_payload(message))
        case "pong":
            _payload(message)
            return Pong()
        case "subscribe":
            return Subscribe(_id(message), _request(message))
        case "complete":
            return Complete(_id(message))
        case str() as other:
            raise ConnectionRejected(malformed(f"Clients cannot send messages of type `{other[:40]}`."))
        case _:
            raise ConnectionRejected(malformed("`type` must be a string."))


def _payload(message: dict[str, Any]) -> Payload:
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise ConnectionRejected(malformed(f"The payload of `{message['type']}` must be a JSON object or null."))
    return payload


def _id(message: dict[str, Any]) -> str:
    id_ = message.get("id")
    if not isinstance(id_, str) or not 0 < len(id_) <= MAX_ID_LENGTH:
        raise ConnectionRejected(
            malformed(f"`{message['type']}` must have an `id`: a string of 1 to {MAX_ID_LENGTH} characters.")
        )
    return id_


def _request(message: dict[str, Any]) -> GraphQLRequest:
    payload = message.get("payload")
    if not isinstance(payload, dict):
        raise ConnectionRejected(malformed("The payload of `subscribe` must be a JSON object with `query`."))
    try:
        return check_request(payload)
    except RequestError as error:
        raise ConnectionRejected(malformed(str(error))) from None
