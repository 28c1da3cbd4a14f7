"""The 61 audits of graphql-http: what a server for GraphQL over HTTP must, should and may do.

Some of them use introspection (`__type`), others send a query by a link. Production allows both to operators only, so
the audits run with the key of an operator. For a user, exactly those audits fail.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contracts.build_workspace import BuildWorkspace
from tests.contracts.conftest import Production, new_user_token
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


def audit(workspace: BuildWorkspace, url: str, token: str, **headers: str) -> list[Any]:
    """Run the audits with this token; returns their results."""
    headers["Authorization"] = f"Bearer {token}"
    results: list[Any] = workspace.node(AUDITS, url, json.dumps(headers))
    return results


def expect_all(results: list[Any]) -> None:
    assert [f"{each['status']}: {each['name']}: {each['reason']}" for each in results if each["status"] != "ok"] == []
    assert Counter(each["name"].split()[0] for each in results) == {"MUST": 13, "SHOULD": 23, "MAY": 25}


def rejected(results: list[Any]) -> set[str]:
    return {each["id"] for each in results if each["status"] != "ok"}


@pytest.mark.contract("GraphQL over HTTP (graphql-http)")
def test_every_audit_passes_in_production_with_an_operators_key(
    workspace: BuildWorkspace, production: Production, subtests: pytest.Subtests
) -> None:
    results = audit(workspace, f"{production.url}/graphql", production.operator)
    for each in results:
        with subtests.test(each["name"]):
            assert each["status"] == "ok", each["reason"]
    expect_all(results)


def test_every_audit_passes_in_development_for_a_user(workspace: BuildWorkspace, server_url: str) -> None:
    """With the header that marks requests that no link can send."""
    token = new_user_token(server_url)
    expect_all(audit(workspace, f"{server_url}/graphql", token, **{"GraphQL-Require-Preflight": "1"}))


def test_audits_of_a_user_in_production_fail_only_where_operators_are_required(
    workspace: BuildWorkspace, production: Production
) -> None:
    """Runs against the same process as the test above."""
    results = audit(workspace, f"{production.url}/graphql", production.user())
    assert len(results) == 61
    assert rejected(results) == BY_LINK | ABOUT_THE_SCHEMA | BOTH


def test_audits_fail_against_another_endpoint(workspace: BuildWorkspace, server_url: str) -> None:
    """Checks that the tests above can fail."""
    assert "error" in {each["status"] for each in audit(workspace, f"{server_url}/healthz", "")}
    assert httpx.get(f"{server_url}/healthz").is_success


def test_audits_of_the_draft_profile_fail_only_where_the_draft_differs(
    engines: Engines, tmp_path: Path, workspace: BuildWorkspace
) -> None:
    with Server(engines.sqlite(tmp_path), tmp_path, HTTP_PROFILE="draft", MODE="development") as server:
        token = new_user_token(server.url)
        results = audit(workspace, f"{server.url}/graphql", token, **{"GraphQL-Require-Preflight": "1"})

    failed = {each["id"]: each["name"] for each in results if each["status"] != "ok"}
    assert failed.keys() == NOT_IN_THE_DRAFT.keys()
    assert not [name for name in failed.values() if name.startswith("MUST")]
