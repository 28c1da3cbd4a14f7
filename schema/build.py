"""The schema, built once at import, and its SDL."""

from pathlib import Path

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import SCALARS

SDL_FILE = Path(__file__).parent / "schema.graphql"

_schema = strawberry.Schema(query=Query, mutation=Mutation, config=StrawberryConfig(scalar_map=SCALARS))

graphql_schema: GraphQLSchema = _schema._schema  # noqa: SLF001 - it has no public name
executor_class = _schema.execution_context_class


def sdl() -> str:
    """The schema definition language text that clients generate their code from."""
    return _schema.as_str() + "\n"
