"""`docs/limits.md` names every limit: each is gone beyond here, and answers as the page says."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from sessionql.graphql_server.limits.document_size import DocumentSize
from sessionql.graphql_server.limits.limits import LimitExceeded, Limits, too_deep, too_many_spreads, took_too_long
from sessionql.http_kit.body import body_timeout
from sessionql.http_kit.http_protocol import HEADERS_TOO_LARGE, URL_TOO_LONG
from sessionql.settings.limits import LimitsSettings
from tests.schema.asking import Caller

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


PAGES = "{ me { sessions(first: 100) { nodes { events(first: 100) { nodes { id kind occurredAt ipAddress } } } } } }"
# A request that goes beyond the limit, by what the page says is counted; and how its message tells what it had.
BEYOND: dict[str, tuple[Any, str]] = {
    "operations of a request: batches are off": ([{"query": "{ __typename }"}] * 2, "2"),
    "bytes of a body": ({"query": "{ __typename }".ljust(300_000)}, "300012 bytes"),
    "characters of a document": ({"query": "{ __typename }".ljust(32_001)}, "32001 characters"),
    "tokens of a document, comments too": ({"query": many("__typename", 599)}, "more than 600"),
    "levels of selections": ({"query": "{ me {" + "sessions { nodes {" * 10 + " id }" + "} }" * 10 + "}"}, "22 levels"),
    "aliases": ({"query": "{ me " + many("a{}: id", 101) + "}"}, "101"),
    "fields of Query and Mutation": ({"query": many("__typename", 101)}, "101"),
    "directives": ({"query": "{ __typename " + "@skip(if: true) " * 51 + "}"}, "51"),
    "pairs of fields under one name in one place": ({"query": many("__typename", 100)}, "more than 1000"),
    "errors that are told of a document": ({"query": many("a{}", 6)}, "more than 5"),
    "fields that the answer may have": ({"query": PAGES}, "up to 50202 fields"),
    "values of the variables, in lists and objects too": (
        {"query": "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", "variables": {"ids": ["x"] * 2_000}},
        "more than 2000",
    ),
    "items of a page (first, last), entries of ids": (
        {"query": "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", "variables": {"ids": ["x"] * 101}},
        "not 101",
    ),
}
# What takes too long to go beyond, other limits forbid before, or only a real server counts (test_raw_requests.py).
FRAGMENTS_TOO_DEEP = too_deep(Limits(), DocumentSize(depth=1, validation_depth=201))
REFUSALS: dict[str, LimitExceeded | None] = {
    "levels of selections and of fragments that spread each other": too_deep(
        Limits(), DocumentSize(depth=1, validation_depth=201)
    ),
    "spreads and variables in fragments that operations share": too_many_spreads(),
    "time of executing": took_too_long(Limits()),
    "time until a body has arrived": LimitExceeded(body_timeout().code, str(body_timeout())),
    "bytes of an address (URL)": LimitExceeded(URL_TOO_LONG.code, URL_TOO_LONG.message),
    "bytes of all headers": LimitExceeded(HEADERS_TOO_LARGE.code, HEADERS_TOO_LARGE.message),
}


def test_every_limit_has_a_row_and_every_row_is_tested() -> None:
    settings = {f"SESSIONQL_{name.upper()}" for name in LimitsSettings.model_fields}
    assert {setting for _, setting, _, _ in ROWS if setting} == settings
    assert {counted for counted, *_ in ROWS} == BEYOND.keys() | REFUSALS.keys()


def test_defaults_are_those_of_the_settings() -> None:
    for _, setting, default, _ in ROWS:
        assert not setting or SETTINGS[setting] == default


@pytest.mark.usefixtures("cheap_hashing")
@pytest.mark.parametrize("engine", ["sqlite"])
async def test_beyond_a_limit_the_answer_has_its_code_and_both_numbers(http: httpx.AsyncClient) -> None:
    ana = await Caller(http).register("ana@example.com")
    rows = {counted: (most, code) for counted, _, most, code in ROWS}
    for counted, (body, had) in BEYOND.items():
        most, code = rows[counted]
        response = await http.post("/graphql", json=body, headers={"Authorization": f"Bearer {ana.token}"})
        error = response.json()["errors"][-1]
        assert error["extensions"]["code"] == code, (counted, error)
        assert had in error["message"], error
        assert most in error["message"].replace("one operation", "1 operation"), error


def test_refusals_that_take_long_have_their_code_and_limit_too() -> None:
    for counted, _, most, code in ROWS:
        if refusal := REFUSALS.get(counted):
            assert refusal.code == code
            assert most.removesuffix("s") in refusal.message
