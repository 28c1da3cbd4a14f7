"""Auditors find nothing in production: neither as nobody nor as an ordinary user. And they would, if there were."""

from collections.abc import Callable

import pytest
from starlette.types import ASGIApp

from tests.contracts.careless import homemade, serving, stock
from tests.contracts.conftest import Production, token_of_somebody
from tests.contracts.probes import PROBES, findings

pytestmark = pytest.mark.contract("The checks of graphql-cop")

ABOUT_THE_SCHEMA = {"introspection", "circles", "suggestions"}
# Which mutations it takes by GET and what forms post are things that Strawberry got right by itself.
STOCK = PROBES.keys() - {"mutations_by_get", "forms", "innards"}
HOMEMADE = PROBES.keys() - {"page", "tracing"}


def test_nobody_finds_anything_in_production(production: Production) -> None:
    assert findings(production.url) == set()


def test_a_user_finds_nothing_in_production(production: Production) -> None:
    assert findings(production.url, production.user()) == set()


def test_keys_find_what_is_for_them(production: Production) -> None:
    """Programs send queries by GET as they like; what the schema is made of is for operators."""
    assert findings(production.url, production.key) == {"queries_by_get"}
    assert findings(production.url, production.operator) == {"queries_by_get", *ABOUT_THE_SCHEMA}


def test_in_development_everybody_finds_what_is_there_for_them(server_url: str) -> None:
    for token in (None, token_of_somebody(server_url)):
        assert findings(server_url, token) == {"page", *ABOUT_THE_SCHEMA}


@pytest.mark.parametrize(("careless", "found"), [(stock, STOCK), (homemade, HOMEMADE)])
def test_with_the_careless_the_probes_find_plenty(careless: Callable[[], ASGIApp], found: set[str]) -> None:
    with serving(careless()) as url:
        assert findings(url) == found


def test_each_probe_finds_something_somewhere() -> None:
    assert PROBES.keys() == STOCK | HOMEMADE
