"""GraphQL over HTTP as its own auditors see it: all 61 audits of what a server must, should and may do.

Some of them ask about the schema (`__type`), others send a query as a link would. In production that is
for operators, so that theirs is the key to audit with; a user gets just that refused and all the rest.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contracts.conftest import Production, token_of_somebody
from tests.contracts.workshop import Workshop
from tests.support.engines import Engines
from tests.support.server import Server

AUDITS = "tests/clients/audits.mjs"

pytestmark = pytest.mark.node

# The audits were written for an earlier draft: 400 where today's says 422, and 200 in the older media type where it
# says 400 or 422.
NOT_IN_THE_DRAFT = {
    "423L": "no query: 422",
    "LKJ0": "a query that is no string: 422",
    "LKJ1": "a query that is no string: 422",
    "LKJ2": "a query that is no string: 422",
    "LKJ3": "a query that is no string: 422",
    "6C00": "an operation name that is no string: 422",
    "6C01": "an operation name that is no string: 422",
    "6C02": "an operation name that is no string: 422",
    "6C03": "an operation name that is no string: 422",
    "4760": "variables that are no object: 422",
    "4761": "variables that are no object: 422",
    "4762": "variables that are no object: 422",
    "4763": "variables that are no object: 422",
    "58B0": "extensions that are no object: 422",
    "58B1": "extensions that are no object: 422",
    "58B2": "extensions that are no object: 422",
    "58B3": "extensions that are no object: 422",
    "3E3A": "a typing mistake for `query`: 422",
    "572B": "no GraphQL, in the older type: 400",
    "FDE2": "its field begins with a digit, in the older type: 400",
    "7B9B": "variables that do not fit, in the older type: 422",
    "86EE": "variables that do not fit: 422",
}

BY_LINK = {"5A70"}
ABOUT_THE_SCHEMA = {"2EA1", "28B9"}
BOTH = {"D6D5", "6A70"}


def audit(workshop: Workshop, url: str, token: str, **headers: str) -> list[Any]:
    """The results of the audits, asked with this token."""
    headers["Authorization"] = f"Bearer {token}"
    results: list[Any] = workshop.node(AUDITS, url, json.dumps(headers))
    return results


def expect_all(results: list[Any]) -> None:
    assert [f"{each['status']}: {each['name']}: {each['reason']}" for each in results if each["status"] != "ok"] == []
    assert Counter(each["name"].split()[0] for each in results) == {"MUST": 13, "SHOULD": 23, "MAY": 25}


def refused(results: list[Any]) -> set[str]:
    return {each["id"] for each in results if each["status"] != "ok"}


@pytest.mark.contract("GraphQL over HTTP (graphql-http)")
def test_every_audit_passes_in_production_with_an_operators_key(
    workshop: Workshop, production: Production, subtests: pytest.Subtests
) -> None:
    results = audit(workshop, f"{production.url}/graphql", production.operator)
    for each in results:
        with subtests.test(each["name"]):
            assert each["status"] == "ok", each["reason"]
    expect_all(results)


def test_every_audit_passes_in_development_for_a_user(workshop: Workshop, server_url: str) -> None:
    """Who has clients say that no link sends their queries."""
    token = token_of_somebody(server_url)
    expect_all(audit(workshop, f"{server_url}/graphql", token, **{"GraphQL-Require-Preflight": "1"}))


def test_in_production_a_user_is_refused_what_is_for_operators_and_nothing_else(
    workshop: Workshop, production: Production
) -> None:
    """From the very same process."""
    results = audit(workshop, f"{production.url}/graphql", production.user())
    assert len(results) == 61
    assert refused(results) == BY_LINK | ABOUT_THE_SCHEMA | BOTH


def test_a_server_that_is_none_fails_them(workshop: Workshop, server_url: str) -> None:
    """The tests above can fail."""
    assert "error" in {each["status"] for each in audit(workshop, f"{server_url}/healthz", "")}
    assert httpx.get(f"{server_url}/healthz").is_success


def test_the_draft_passes_but_for_what_it_says_otherwise(engines: Engines, tmp_path: Path, workshop: Workshop) -> None:
    with Server(engines.sqlite(tmp_path), tmp_path, HTTP_PROFILE="draft", MODE="development") as server:
        token = token_of_somebody(server.url)
        results = audit(workshop, f"{server.url}/graphql", token, **{"GraphQL-Require-Preflight": "1"})

    failed = {each["id"]: each["name"] for each in results if each["status"] != "ok"}
    assert failed.keys() == NOT_IN_THE_DRAFT.keys()
    assert not [name for name in failed.values() if name.startswith("MUST")]
