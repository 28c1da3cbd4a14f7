"""Schemathesis sends random requests to the REST routes: every response is in the OpenAPI document, and none is a
server error.
"""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.support.constants import NO_ATTEMPT_LIMITS
from tests.support.engines import Engines
from tests.support.server import Server

# No schema describes valid passwords, or names of blanks only: `positive_data_acceptance` is left out.
UNCOUNTED = NO_ATTEMPT_LIMITS
HOW_MANY = settings(
    max_examples=8,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
WHO = {"email": "ana@example.com", "password": "correct horse battery"}


@pytest.fixture(scope="module")
def url(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("rest")
    with Server(engines.sqlite(folder), folder, MODE="development", **UNCOUNTED) as server:
        yield server.url
        assert "ERROR" not in server.log
        assert "Traceback" not in server.log


def sending(url: str, operation: Any) -> Callable[[], None]:
    """Sends requests, with a session and without."""
    tokens = list[str]()

    @given(data=st.data(), signed=st.booleans())
    @HOW_MANY
    def ask(data: st.DataObject, signed: bool) -> None:
        case = data.draw(operation.as_strategy())
        headers = {}
        if signed:
            if not tokens:
                tokens.append(httpx.post(f"{url}/login", json=WHO).json()["access_token"])
            headers = {"Authorization": f"Bearer {tokens[0]}"}
        answer = case.call_and_validate(base_url=url, headers=headers, excluded_checks=[positive_data_acceptance])
        if answer.status_code == httpx.codes.UNAUTHORIZED or operation.method == "delete":
            tokens.clear()  # the session of the token may be one of the revoked ones

    return ask


@pytest.mark.contract("Schemathesis (OpenAPI)")
def test_schemathesis_finds_nothing(url: str, subtests: pytest.Subtests) -> None:
    httpx.post(f"{url}/register", json=WHO).raise_for_status()
    schema = schemathesis.openapi.from_dict(httpx.get(f"{url}/openapi.json").json())
    found: list[Any] = list(schema.get_all_operations())
    operations = [each.ok() for each in found]
    assert len(operations) == 15
    for operation in operations:
        with subtests.test(operation.label):
            sending(url, operation)()
