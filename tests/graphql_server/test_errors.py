"""Errors in responses: expected errors keep their message, unexpected errors are masked."""

import logging
import re

import httpx
import pytest

from tests.graphql_server.minimal_schema import SECRET

ID = re.compile(r"\b[0-9a-f]{16}\b")


async def errors(
    client: httpx.AsyncClient, query: str, **headers: str
) -> tuple[httpx.Response, list[dict[str, object]]]:
    response = await client.post("/graphql", json={"query": query}, headers=headers)
    found: list[dict[str, object]] = response.json()["errors"]
    return response, found


def assert_masked(response: httpx.Response, logged: list[logging.LogRecord]) -> None:
    assert not [word for word in ("hunter2", "RuntimeError", "Traceback", "minimal_schema.py") if word in response.text]
    error = response.json()["errors"][0]
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    (record,) = logged
    (error_id,) = ID.findall(error["message"])
    assert error_id in record.getMessage(), "the operator finds what the client was error_id"
    assert record.exc_info
    assert SECRET in str(record.exc_info[1])


@pytest.mark.parametrize("field", ["boom", "deepBoom"])
async def test_an_unexpected_error_is_masked_and_logged_once(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, field: str
) -> None:
    response, (error,) = await errors(client, "{ hello " + field + " }")
    assert_masked(response, caplog.records)
    assert error["path"] == [field]
    assert response.json()["data"] == {"hello": "world", field: None}
    assert response.status_code == 200, "there is data"


async def test_without_any_data_the_status_is_that_of_an_error(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    response, _ = await errors(client, "{ hello surelyBoom }")
    assert_masked(response, caplog.records)
    assert (response.status_code, response.json()["data"]) == (500, None)


async def test_an_unexpected_error_before_execution_is_masked_too(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    response, _ = await errors(client, "{ hello }", authorization="unforeseen")
    assert_masked(response, caplog.records)
    assert response.status_code == 500
    assert "data" not in response.json()


async def test_every_unexpected_error_has_its_own_id(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    _, found = await errors(client, "{ a: boom b: boom }")
    error_id = {ID.findall(str(error["message"]))[0] for error in found}
    assert len(error_id) == len(caplog.records) == 2


async def test_an_expected_error_keeps_its_message(client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    response, (error,) = await errors(client, "{ self { rejected } }")
    assert response.status_code == 200
    assert (error["message"], error["extensions"]) == ("You may not.", {"code": "FORBIDDEN"})
    assert error["path"] == ["self", "rejected"]
    assert caplog.records == []


async def test_an_expected_error_before_execution_keeps_its_status(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    response, (error,) = await errors(client, "{ hello }", authorization="wrong")
    assert response.status_code == 401
    assert (error["message"], error["extensions"]) == ("Who are you?", {"code": "UNAUTHENTICATED"})
    assert caplog.records == []


async def test_unavailable_has_a_retry_after_header(client: httpx.AsyncClient) -> None:
    response, (error,) = await errors(client, "{ surelyAway }")
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert error["extensions"] == {"code": "SERVICE_UNAVAILABLE"}
    assert "hunter2" not in response.text


async def test_null_for_a_non_null_field_is_a_masked_server_error(client: httpx.AsyncClient) -> None:
    response, (error,) = await errors(client, "{ sure }")
    assert response.status_code < 600
    assert "Traceback" not in str(error["message"])
    assert response.json()["data"] is None


async def test_a_result_that_does_not_fit_the_schema_is_masked(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    response, (error,) = await errors(client, "{ wrongList }")
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    assert "Iterable" not in response.text
    assert len(caplog.records) == 1


@pytest.mark.parametrize("field", ["set", "huge", "surrogate"])
async def test_a_value_that_json_cannot_represent_is_an_error_response(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, field: str
) -> None:
    response, (error,) = await errors(client, "{" + field + "}")
    assert response.status_code == 500
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    assert len(caplog.records) == 1
