"""The schemas, built once at import, and their SDL.

Two of them, so that what only services and operators may ask is not there at all for anybody else.
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

graphql_schema: GraphQLSchema = _schema._schema  # noqa: SLF001 - it has no public name
services_schema: GraphQLSchema = _services_schema._schema  # noqa: SLF001 - the same
executor_class = _schema.execution_context_class


def sdl() -> str:
    """The schema definition language text that clients generate their code from."""
    return _schema.as_str() + "\n"


def services_sdl() -> str:
    """The same for services and operators."""
    return _services_schema.as_str() + "\n"
