"""Schemathesis generates valid and invalid operations for a running server: every response is well-formed JSON."""

import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.graphql import nodes

from tests.invariants.rounds import LONG, rounds
from tests.support.cli import run
from tests.support.client import Device
from tests.support.constants import FIREFOX, NO_ATTEMPT_LIMITS
from tests.support.engines import Engines
from tests.support.server import Server

schemathesis.graphql.scalar("DateTime", st.datetimes().map(lambda at: f"{at.isoformat()}Z").map(nodes.String))
schemathesis.graphql.scalar("IPAddress", st.ip_addresses().map(str).map(nodes.String))
schemathesis.graphql.scalar("JWT", st.text().map(nodes.String))

# Generated log-ins fail more often than the rate limits allow.
UNCOUNTED = NO_ATTEMPT_LIMITS
DEVELOPMENT = {"MODE": "development"}
HYPOTHESIS_SETTINGS = settings(
    max_examples=rounds(6),
    derandomize=not LONG,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
NEVER = {"INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "EXECUTION_TIMEOUT"}


class Asked(NamedTuple):
    """A server and the key of an operator."""

    server: Server
    key: str


@pytest.fixture(scope="module")
def asked(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("schemathesis")
    url = engines.sqlite(folder)
    scopes = [f"--scope={name}" for name in ("introspect", "create-sessions", "reauthenticate", "operator")]
    made = run(folder, "service-keys", "create", "Support", *scopes, DATABASE_URL=url)
    with Server(url, folder, **UNCOUNTED, **DEVELOPMENT) as server:
        yield Asked(server, made.out.strip())
        assert "ERROR" not in server.log
        assert "Traceback" not in server.log


def proof_of(who: str, asked: Asked) -> dict[str, str]:
    """Return the headers of a new user, of the operator, or none."""
    if who == "off":
        return {}
    if who == "operator":
        return {"Authorization": f"Bearer {asked.key}"}
    device = Device(asked.server.url, FIREFOX).register(f"{secrets.token_hex(8)}@example.com")
    device.close()
    return {"Authorization": f"Bearer {device.access_token}"}


def codes_in(response: Any) -> set[str]:
    """Return the error codes of a response, which must be well-formed."""
    assert response.status_code < 500, response.text
    assert response.headers["content-type"] == ["application/json; charset=utf-8"], response.headers
    codes = {error["extensions"]["code"] for error in response.json().get("errors", ())}
    assert not codes & NEVER, response.text
    return codes


def ask_about(operation: Any, mode: GenerationMode, send: Callable[[Any], None]) -> None:
    """Send the cases that Schemathesis generates for a field."""

    @HYPOTHESIS_SETTINGS
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        send(case)

    ask()


@pytest.mark.contract("Schemathesis")
@pytest.mark.parametrize("who", ["off", "user", "operator"])
def test_every_field_returns_a_well_formed_response(who: str, asked: Asked) -> None:
    seen = Counter[str]()
    with requests.Session() as session:
        schema = schemathesis.graphql.from_url(f"{asked.server.url}/graphql", headers=proof_of(who, asked))

        def send(case: Any) -> None:
            response = case.call(session=session)
            seen.update(codes_in(response) or {"answered"})
            schema.validate_response(case.operation, response, case=case)

        for operation in [schema[type_][field] for type_ in schema for field in schema[type_]]:
            session.headers.update(proof_of(who, asked))
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                ask_about(operation, mode, send)
    assert seen["answered"] >= 20, seen
    assert seen["GRAPHQL_VALIDATION_FAILED"] >= 20, seen


class Answer(NamedTuple):
    """A response, as far as the checks read it."""

    status_code: int
    headers: dict[str, list[str]]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


def test_a_malformed_response_is_found() -> None:
    """Proves that the test above can fail."""
    good = Answer(200, {"content-type": ["application/json; charset=utf-8"]}, '{"data": {}}')
    assert codes_in(good) == set()
    masked = '{"data": {}, "errors": [{"message": "", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}'
    for wrong in (
        good._replace(status_code=500),
        good._replace(headers={"content-type": ["text/plain"]}),
        good._replace(text=masked),
    ):
        with pytest.raises(AssertionError):
            codes_in(wrong)
