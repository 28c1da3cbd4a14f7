"""The two schemas, built once at import, and their SDL.

The fields for services and operators are in a schema of their own, so that they do not exist for users at all.
"""

from pathlib import Path

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from sessionql.schema.mutation import Mutation
from sessionql.schema.query import Query
from sessionql.schema.scalars import SCALARS
from sessionql.schema.service_mutation import ServiceMutation
from sessionql.schema.service_query import ServiceQuery
from sessionql.schema.subscription import Subscription

SDL_FILE = Path(__file__).parent / "schema.graphql"
SERVICES_SDL_FILE = Path(__file__).parent / "services.graphql"

_config = StrawberryConfig(scalar_map=SCALARS)
_schema = strawberry.Schema(query=Query, mutation=Mutation, subscription=Subscription, config=_config)
_services_schema = strawberry.Schema(query=ServiceQuery, mutation=ServiceMutation, config=_config)

graphql_schema: GraphQLSchema = _schema._schema  # noqa: SLF001 - Strawberry has no public name for it
services_schema: GraphQLSchema = _services_schema._schema  # noqa: SLF001 - the same
executor_class = _schema.execution_context_class


def sdl() -> str:
    """The schema for users in the schema definition language (SDL)."""
    return _schema.as_str() + "\n"


def services_sdl() -> str:
    """The schema for services and operators in the schema definition language (SDL)."""
    return _services_schema.as_str() + "\n"
