"""The settings that say how much the server tells of itself: to everybody while developing, to operators later."""

import os
from typing import Literal, get_args

from dotenv import dotenv_values
from pydantic import Field
from pydantic_settings import BaseSettings

Mode = Literal["production", "development"]
Introspection = Literal["public", "operators", "off"]

MODES: tuple[Mode, ...] = get_args(Mode)
VARIABLE = "SESSIONQL_MODE"


class ModeSettings(BaseSettings):
    """The mode, and one setting for each thing that it decides."""

    mode: Mode = Field(
        default="production",
        description="`development` has GraphiQL and introspection for everybody, `production` introspection for "
        "operators' keys alone. `make serve` takes `development` when nothing else is set.",
    )
    page: bool = Field(
        default=True,
        description='Whether to serve the page "Your devices" at `/`, and `/my-sessions.js`, of which it is made: `on` '
        "or `off`.",
    )
    graphiql: bool | None = Field(
        default=None, description="Whether to serve the GraphiQL page; unset for in `development` alone."
    )
    rest: bool = Field(
        default=True, description="Whether there are REST doors (`/login`, `/sessions`, …) beside `/graphql`."
    )
    rest_docs: bool | None = Field(
        default=None,
        description="Whether to serve the OpenAPI document (`/openapi.json`) and its page (`/docs`); unset for in "
        "`development` alone.",
    )
    introspection: Introspection | None = Field(
        default=None,
        description="Who may ask for the schema (introspection, `/schema.graphql`) and is told names like a mistyped "
        "one: `public`, `operators` (service keys with that scope) or `off`; unset for `public` in "
        "`development`, `operators` in `production`.",
    )

    @property
    def serves_graphiql(self) -> bool:
        """Whether the GraphiQL page is served."""
        return self.mode == "development" if self.graphiql is None else self.graphiql

    @property
    def serves_rest_docs(self) -> bool:
        """Whether the REST doors are described."""
        return self.rest and (self.mode == "development" if self.rest_docs is None else self.rest_docs)

    @property
    def introspectors(self) -> Introspection:
        """Who may ask for the schema."""
        return self.introspection or ("public" if self.mode == "development" else "operators")


def take_by_default(mode: Mode) -> None:
    """Have this process and its workers be in a mode, unless the environment or `.env` says in which."""
    given = {name.upper() for name in (*os.environ, *dotenv_values(".env"))}
    if VARIABLE not in given:
        os.environ[VARIABLE] = mode
