"""The OpenAPI document: names, descriptions and formats for generated clients and readers."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from sessionql import SessionQL, Settings
from sessionql.resolvers.passwords import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from sessionql.resolvers.values.emails import MAX_EMAIL_LENGTH
from sessionql.resolvers.values.names import MAX_NAME_LENGTH
from sessionql.rest.openapi import document
from tests.support.engines import Engines
from tests.test_language import private_words

OPERATIONS = {
    "register",
    "login",
    "getMe",
    "refreshTokens",
    "logout",
    "reauthenticate",
    "resetPassword",
    "listSessions",
    "listLocatedSessions",
    "renameSession",
    "revokeSession",
    "deleteAllSessions",
    "revokeAllSessions",
    "introspectToken",
    "revokeToken",
}


@pytest.fixture
def sessions(engines: Engines, tmp_path: Path) -> SessionQL:
    return SessionQL(Settings(data_dir=tmp_path, database_url=engines.sqlite(tmp_path)))


@pytest.fixture
def api(sessions: SessionQL) -> dict[str, Any]:
    return document(sessions.rest_router)


def operations_of(api: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["operationId"]: each for path in api["paths"].values() for each in path.values()}


def body_of(api: dict[str, Any], operation: str, media_type: str = "application/json") -> dict[str, Any]:
    schema = operations_of(api)[operation]["requestBody"]["content"][media_type]["schema"]
    properties: dict[str, Any] = schema["properties"]
    return properties


def test_operations_have_the_names_that_clients_call(sessions: SessionQL, api: dict[str, Any]) -> None:
    app = FastAPI()
    app.include_router(sessions.rest_router, prefix="/api")
    for each in (api, app.openapi()):
        assert operations_of(each).keys() == OPERATIONS


def test_each_tag_is_described(api: dict[str, Any]) -> None:
    described = {tag["name"] for tag in api["tags"] if tag["description"].endswith(".")}
    assert {tag for each in operations_of(api).values() for tag in each["tags"]} == described


def test_the_rules_of_values_are_those_of_the_resolvers(api: dict[str, Any]) -> None:
    name = body_of(api, "renameSession")["name"]["anyOf"][0]
    assert (name["minLength"], name["maxLength"]) == (1, MAX_NAME_LENGTH)
    assert not re.search(name["pattern"], "  ")
    password, email = (body_of(api, "register")[field] for field in ("password", "email"))
    assert (password["minLength"], password["maxLength"]) == (MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH)
    assert email["maxLength"] == MAX_EMAIL_LENGTH
    assert "minLength" not in body_of(api, "login")["password"], "an old password may be shorter"


def test_the_token_type_hint_lists_the_known_types(api: dict[str, Any]) -> None:
    for operation in ("introspectToken", "revokeToken"):
        hint = body_of(api, operation, "application/x-www-form-urlencoded")["token_type_hint"]
        assert hint["anyOf"][0]["enum"] == ["access_token", "refresh_token"]


def test_it_is_written_in_plain_english(api: dict[str, Any]) -> None:
    text = json.dumps(api)
    assert private_words(text) == []
    assert re.findall(r"\b(refuse[sd]?|grants?)\b", text, re.IGNORECASE) == []
