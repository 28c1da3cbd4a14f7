"""The two schemas, each in the variants that the setting `accounts` selects, and their SDL.

The fields for services and operators are in a schema of their own, so that they do not exist for users at all. In the
same way, a mutation that the operator turned off does not exist. Each variant is built once.
"""

from functools import cache
from pathlib import Path
from typing import get_args

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import create_type

from sessionql.resolvers.dependencies import Accounts
from sessionql.schema.mutation import Mutation
from sessionql.schema.query import Query
from sessionql.schema.scalars import SCALARS
from sessionql.schema.service_mutation import ServiceMutation
from sessionql.schema.service_query import ServiceQuery
from sessionql.schema.subscription import Subscription

SDL_FILE = Path(__file__).parent / "schema.graphql"
SERVICES_SDL_FILE = Path(__file__).parent / "services.graphql"

ACCOUNTS: tuple[Accounts, ...] = get_args(Accounts)

_OPEN_ONLY = frozenset({"register"})
_WITH_PASSWORDS = frozenset({"login", "reauthenticate", "change_password", "reset_password"})
_BY_OPERATORS = frozenset({"create_user", "issue_password_reset"})

_config = StrawberryConfig(scalar_map=SCALARS)


def users_schema_of(accounts: Accounts) -> GraphQLSchema:
    """The schema for users."""
    return _users(accounts)._schema  # noqa: SLF001 - Strawberry has no public name for it


def services_schema_of(accounts: Accounts) -> GraphQLSchema:
    """The schema for services and operators."""
    return _services(accounts != "off")._schema  # noqa: SLF001 - the same


def sdl(accounts: Accounts = "open") -> str:
    """The schema for users in the schema definition language (SDL)."""
    return _users(accounts).as_str() + "\n"


def services_sdl(accounts: Accounts = "open") -> str:
    """The schema for services and operators in the schema definition language (SDL)."""
    return _services(accounts != "off").as_str() + "\n"


@cache
def _users(accounts: Accounts) -> strawberry.Schema:
    absent: dict[Accounts, frozenset[str]] = {
        "open": frozenset(),
        "closed": _OPEN_ONLY,
        "off": _OPEN_ONLY | _WITH_PASSWORDS,
    }
    mutation = _without(Mutation, absent[accounts])
    return strawberry.Schema(query=Query, mutation=mutation, subscription=Subscription, config=_config)


@cache
def _services(with_accounts: bool) -> strawberry.Schema:
    mutation = _without(ServiceMutation, frozenset() if with_accounts else _BY_OPERATORS)
    return strawberry.Schema(query=ServiceQuery, mutation=mutation, config=_config)


def _without(root: type, names: frozenset[str]) -> type:
    """The root type without these fields. Types that only these fields use are not in the schema either."""
    definition = root.__strawberry_definition__  # type: ignore[attr-defined]
    fields = [field for field in definition.fields if field.python_name not in names]
    return create_type(definition.name, fields, description=definition.description) if names else root


graphql_schema = users_schema_of("open")
services_schema = services_schema_of("open")
executor_class = _users("open").execution_context_class
