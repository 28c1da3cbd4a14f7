"""`SESSIONQL_ACCOUNTS` removes mutations from the schemas, and nothing else."""

from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate, validate_schema

from sessionql.graphql.examples import load_examples
from sessionql.page import page_documents
from sessionql.resolvers.dependencies import Accounts
from sessionql.schema.build import ACCOUNTS, sdl, services_schema_of, services_sdl, users_schema_of

EXAMPLES = Path(__file__).parents[2] / "graphql_examples"
REGISTRATION = {"register"}
PASSWORDS = {"login", "reauthenticate", "changePassword", "resetPassword"}
BY_OPERATORS = {"createUser", "issuePasswordReset"}
ABSENT: dict[Accounts, set[str]] = {"open": set(), "closed": REGISTRATION, "off": REGISTRATION | PASSWORDS}


def mutations(schema: GraphQLSchema) -> set[str]:
    assert schema.mutation_type is not None
    return {*schema.mutation_type.fields}


def documents() -> dict[str, str]:
    """The operations of users in the examples and on the page, by their text."""
    texts = [each.query for each in load_examples(EXAMPLES)] + [each.text for each in page_documents()]
    assert len(texts) > 30
    return {text: text for text in texts}


@pytest.mark.parametrize("accounts", ACCOUNTS)
def test_the_mutations_of_users_are_those_that_the_setting_allows(accounts: Accounts) -> None:
    complete, schema = users_schema_of("open"), users_schema_of(accounts)
    assert mutations(complete) - mutations(schema) == ABSENT[accounts]
    assert mutations(schema) <= mutations(complete)
    for root in ("query_type", "subscription_type"):
        assert getattr(schema, root).fields.keys() == getattr(complete, root).fields.keys()


@pytest.mark.parametrize("accounts", ACCOUNTS)
def test_operators_create_users_unless_accounts_are_off(accounts: Accounts) -> None:
    absent = mutations(services_schema_of("open")) - mutations(services_schema_of(accounts))
    assert absent == (BY_OPERATORS if accounts == "off" else set())


@pytest.mark.parametrize("accounts", ACCOUNTS)
def test_each_schema_and_its_sdl_are_valid(accounts: Accounts) -> None:
    for schema, text in (
        (users_schema_of(accounts), sdl(accounts)),
        (services_schema_of(accounts), services_sdl(accounts)),
    ):
        assert validate_schema(schema) == []
        assert mutations(build_schema(text)) == mutations(schema)


def test_a_smaller_sdl_adds_nothing() -> None:
    """So that a client which was generated for a smaller schema also works with a larger one."""
    smaller, larger = sdl("off").splitlines(), sdl("closed").splitlines()
    assert {*smaller} <= {*larger} <= {*sdl("open").splitlines()}


@pytest.mark.parametrize("accounts", ACCOUNTS)
@pytest.mark.parametrize("text", documents())
def test_an_operation_is_valid_unless_it_uses_what_is_off(accounts: Accounts, text: str) -> None:
    errors = validate(users_schema_of(accounts), parse(text))
    uses = {name for name in ABSENT[accounts] if f"{name}(" in text}
    assert bool(errors) is bool(uses)


def test_no_type_of_an_absent_mutation_remains() -> None:
    words = ("Register", "Login", "Password", "Reauthenticate", "Reset")
    remaining = {name for name in users_schema_of("off").type_map if any(word in name for word in words)}
    assert remaining == set()


def test_each_variant_is_built_once() -> None:
    for accounts in ACCOUNTS:
        assert users_schema_of(accounts) is users_schema_of(accounts)
    assert services_schema_of("open") is services_schema_of("closed")
