"""`docs/limits.md` names every limit: each is exceeded here, and the response has the code and numbers of the page."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from sessionql.graphql_server.limits.document_size import DocumentSize
from sessionql.graphql_server.limits.limits import (
    LimitExceeded,
    Limits,
    too_deep,
    too_many_field_errors,
    too_many_spreads,
    took_too_long,
)
from sessionql.http_kit.body import body_timeout
from sessionql.http_kit.budgets import OverBudget
from sessionql.http_kit.http_protocol import HEADERS_TOO_LARGE, URL_TOO_LONG
from sessionql.settings.limits import LimitsSettings
from tests.schema.graphql_client import GraphQLClient

ROOT = Path(__file__).parents[3]
ROWS = [
    [cell.strip() for cell in line.replace("`", "").strip("|").split("|")]
    for line in (ROOT / "docs/limits.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| what"))
]
SETTINGS = dict(
    line.strip("| ").replace("`", "").split(" | ")[:2]
    for line in (ROOT / "docs/settings.md").read_text().splitlines()
    if line.startswith("| `")
)


def many(text: str, times: int) -> str:
    return "{" + " ".join(text.format(n) for n in range(times)) + "}"


PAGES = "{ me { sessions(first: 100) { nodes { events(first: 100) { nodes { id kind occurredAt } } } } } }"
PROOF = 'reauthenticate(input: {password: "x"}) { __typename }'
# By the first cell of the page: a request beyond the limit, and the part of the message with the value of the request.
BEYOND: dict[str, tuple[Any, str]] = {
    "operations of a request: batches are off": ([{"query": "{ __typename }"}] * 2, "2"),
    "bytes of a body": ({"query": "{ __typename }".ljust(300_000)}, "300012 bytes"),
    "characters of a document": ({"query": "{ __typename }".ljust(32_001)}, "32001 characters"),
    "tokens of a document, with comments": ({"query": many("__typename", 599)}, "more than 600"),
    "levels of selections": ({"query": "{ me {" + "sessions { nodes {" * 10 + " id }" + "} }" * 10 + "}"}, "22 levels"),
    "characters of an alias or another name": ({"query": "{ " + "n" * 101 + ": __typename }"}, "101 characters"),
    "aliases": ({"query": "{ me " + many("a{}: id", 101) + "}"}, "101"),
    "fields of Query and Mutation": ({"query": many("__typename", 101)}, "101"),
    "fields of Mutation that hash a password": ({"query": f"mutation {{ a: {PROOF} b: {PROOF} }}"}, "has 2"),
    "directives": ({"query": "{ __typename " + "@skip(if: true) " * 51 + "}"}, "51"),
    "pairs of fields with one response name": ({"query": many("__typename", 100)}, "more than 1000"),
    "validation errors that are reported": ({"query": many("a{}", 6)}, "more than 5"),
    "fields that the response may have": ({"query": PAGES}, "up to 40202 fields"),
    "bytes that the response may have": ({"query": many("a{}: mySessions {{ userAgent }}", 30)}, "up to 6"),
    "values of the variables, with those in lists and objects": (
        {"query": "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", "variables": {"ids": ["x"] * 2_000}},
        "more than 2000",
    ),
    "items of a page (first, last), entries of ids": (
        {"query": "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", "variables": {"ids": ["x"] * 101}},
        "not 101",
    ),
}
# Limits that take too long to exceed, that other limits prevent, or that only a real server has (test_raw_requests.py).
NOT_SENT: dict[str, LimitExceeded | None] = {
    "levels of selections and of fragments that spread each other": too_deep(
        Limits(), DocumentSize(depth=1, validation_depth=201)
    ),
    "spreads and variables in fragments that operations share": too_many_spreads(),
    "fields of the responses of a session in a minute": LimitExceeded(
        "COST_LIMITED", str(OverBudget(200_000, 7).error)
    ),
    "errors of fields that are reported": too_many_field_errors(101),
    "time of execution": took_too_long(Limits()),
    "time until a body is received": LimitExceeded(body_timeout().code, str(body_timeout())),
    "bytes of a URL": LimitExceeded(URL_TOO_LONG.code, URL_TOO_LONG.message),
    "bytes of all headers": LimitExceeded(HEADERS_TOO_LARGE.code, HEADERS_TOO_LARGE.message),
}


def test_every_limit_has_a_row_and_every_row_is_tested() -> None:
    settings = {f"SESSIONQL_{name.upper()}" for name in LimitsSettings.model_fields}
    assert {setting for _, setting, _, _ in ROWS if setting} == settings
    assert {counted for counted, *_ in ROWS} == BEYOND.keys() | NOT_SENT.keys()


def test_defaults_are_those_of_the_settings() -> None:
    for _, setting, default, _ in ROWS:
        assert not setting or SETTINGS[setting] == default


@pytest.mark.usefixtures("cheap_hashing")
@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_error_beyond_a_limit_has_its_code_and_both_numbers(http: httpx.AsyncClient) -> None:
    ana = await GraphQLClient(http).register("ana@example.com")
    rows = {counted: (maximum, code) for counted, _, maximum, code in ROWS}
    for counted, (body, value) in BEYOND.items():
        maximum, code = rows[counted]
        response = await http.post("/graphql", json=body, headers={"Authorization": f"Bearer {ana.token}"})
        error = response.json()["errors"][-1]
        assert error["extensions"]["code"] == code, (counted, error)
        assert value in error["message"], error
        assert maximum in error["message"].replace("one operation", "1 operation"), error


def test_errors_of_the_other_limits_have_their_code_and_limit_too() -> None:
    for counted, _, maximum, code in ROWS:
        if error := NOT_SENT.get(counted):
            assert error.code == code
            assert maximum.removesuffix("s") in error.message
