"""Security scans find nothing in production, and do find what vulnerable servers have."""

from collections.abc import Callable

import pytest
from starlette.types import ASGIApp

from tests.contracts.conftest import Production, new_user_token
from tests.contracts.security_scans import SCANS, run_scans
from tests.contracts.vulnerable_servers import minimal_server, serving, strawberry_server

pytestmark = pytest.mark.contract("The checks of graphql-cop")

ABOUT_THE_SCHEMA = {"introspection", "circular_introspection", "suggestions"}
# Strawberry protects against mutations by GET and against forms.
STRAWBERRY = SCANS.keys() - {"mutations_by_get", "forms", "internals"}
MINIMAL = SCANS.keys() - {"page", "tracing"}


def test_scans_without_a_token_find_nothing_in_production(production: Production) -> None:
    assert run_scans(production.url) == set()


def test_scans_of_a_user_find_nothing_in_production(production: Production) -> None:
    assert run_scans(production.url, production.user()) == set()


def test_scans_with_service_keys_find_only_what_keys_allow(production: Production) -> None:
    """Services may send queries by GET; introspection is for operators."""
    assert run_scans(production.url, production.key) == {"queries_by_get"}
    assert run_scans(production.url, production.operator) == {"queries_by_get", *ABOUT_THE_SCHEMA}


def test_scans_in_development_find_graphiql_and_introspection(server_url: str) -> None:
    for token in (None, new_user_token(server_url)):
        assert run_scans(server_url, token) == {"page", *ABOUT_THE_SCHEMA}


@pytest.mark.parametrize(("make_app", "found"), [(strawberry_server, STRAWBERRY), (minimal_server, MINIMAL)])
def test_scans_find_the_weaknesses_of_vulnerable_servers(make_app: Callable[[], ASGIApp], found: set[str]) -> None:
    with serving(make_app()) as url:
        assert run_scans(url) == found


def test_each_scan_finds_something_in_a_vulnerable_server() -> None:
    assert SCANS.keys() == STRAWBERRY | MINIMAL
