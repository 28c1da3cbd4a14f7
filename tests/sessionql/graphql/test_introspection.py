"""Suggestions contain names that the client did not send. In production only operators receive them."""

import re

import httpx
import pytest
from fastapi import FastAPI
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    is_specified_scalar_type,
)

from sessionql.schema.build import graphql_schema, services_schema
from sessionql.storage.records import Scope
from tests.conftest import developing
from tests.schema.graphql_client import GraphQLClient
from tests.schema.service_keys import service_client
from tests.sessionql.suggestions import ELSEWHERE, SERVICES, USERS, Mistake, suggesting_functions

pytestmark = [
    pytest.mark.usefixtures("cheap_hashing"),
    # These tests do not depend on the database.
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]


def names_of(schema: GraphQLSchema) -> set[str]:
    """All names that a schema defines."""
    found = {name for name, type_ in schema.type_map.items() if not is_specified_scalar_type(type_)}
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            found |= type_.fields.keys() | {name for field in type_.fields.values() for name in field.args}
        elif isinstance(type_, GraphQLInputObjectType):
            found |= type_.fields.keys()
        elif isinstance(type_, GraphQLEnumType):
            found |= type_.values.keys()
    return found


NAMES = names_of(graphql_schema) | names_of(services_schema)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def named(messages: str) -> set[str]:
    """The names of the schemas that the messages quote. Other quoted words are English."""
    return {name for quoted in re.findall(r"'([^'\n]*)'", messages) for name in words(quoted)} & NAMES


async def messages_of(caller: GraphQLClient, mistake: Mistake) -> str:
    """The messages of the response."""
    answer = await caller.ask(mistake.query, **mistake.variables)
    assert not answer.get("data"), answer
    return "\n".join(error["message"] for error in answer["errors"])


async def expect_nothing_suggested(caller: GraphQLClient, mistake: Mistake) -> None:
    messages = await messages_of(caller, mistake)
    assert "did you mean" not in messages.lower()
    assert named(messages) <= words(mistake.query) | words(str(mistake.variables)), messages


def suggests(messages: str, mistake: Mistake) -> bool:
    return mistake.suggested in messages.partition("Did you mean")[2]


@pytest.mark.usefixtures("engine")
def test_every_function_that_suggests_is_tested_here() -> None:
    for mistakes in (USERS, SERVICES):
        assert {mistake.place for mistake in mistakes} == suggesting_functions() - ELSEWHERE.keys()


@pytest.mark.parametrize("mistake", USERS, ids=lambda mistake: mistake.query)
async def test_users_and_unauthenticated_clients_receive_no_suggestion(
    http: httpx.AsyncClient, mistake: Mistake
) -> None:
    await expect_nothing_suggested(GraphQLClient(http), mistake)
    await expect_nothing_suggested(await GraphQLClient(http).register("ana@example.com"), mistake)


@pytest.mark.parametrize("mistake", SERVICES, ids=lambda mistake: mistake.query)
async def test_of_service_keys_only_operators_receive_suggestions(
    app: FastAPI, http: httpx.AsyncClient, mistake: Mistake
) -> None:
    others = [scope for scope in Scope if scope is not Scope.OPERATOR]
    await expect_nothing_suggested(await service_client(app, http, *others), mistake)
    assert suggests(await messages_of(await service_client(app, http, Scope.OPERATOR), mistake), mistake)


@developing
@pytest.mark.parametrize("mistake", USERS, ids=lambda mistake: mistake.query)
async def test_in_development_all_clients_receive_suggestions(http: httpx.AsyncClient, mistake: Mistake) -> None:
    """Shows also that the library has a suggestion for each document above."""
    assert suggests(await messages_of(GraphQLClient(http), mistake), mistake)
