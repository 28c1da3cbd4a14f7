"""The mode of the server, and the settings whose default depends on it."""

import os
from typing import Literal, get_args

from dotenv import dotenv_values
from pydantic import Field
from pydantic_settings import BaseSettings

from sessionql.resolvers.dependencies import Accounts

Mode = Literal["production", "development"]
Introspection = Literal["public", "operators", "off"]

MODES: tuple[Mode, ...] = get_args(Mode)
VARIABLE = "SESSIONQL_MODE"


class ModeSettings(BaseSettings):
    """`development` or `production`, and a setting for each thing that the mode decides."""

    mode: Mode = Field(
        default="production",
        description="`development` turns on GraphiQL, the REST documentation and public "
        "introspection; in `production` only "
        "operators' keys may introspect. `make serve` uses `development` unless this is set.",
    )
    accounts: Accounts | None = Field(
        default=None,
        description="Accounts with a password: `open` (every visitor may register), `closed` (operators create users "
        "and issue tokens with which they set their password) or `off` (none: services create the sessions of their "
        "users); if unset, `open` in `development` and `closed` in `production`. See "
        "[services-and-operators.md](services-and-operators.md#accounts).",
    )
    page: bool = Field(
        default=True,
        description='Whether to serve the page "Your devices" at `/` and its custom element at '
        "`/my-sessions.js`: `on` or "
        "`off`.",
    )
    graphiql: bool | None = Field(
        default=None, description="Whether to serve the GraphiQL page; if unset, only in `development`."
    )
    rest: bool = Field(
        default=True, description="Whether to serve the REST routes (`/login`, `/sessions`, …) beside `/graphql`."
    )
    rest_docs: bool | None = Field(
        default=None,
        description="Whether to serve the OpenAPI document (`/openapi.json`) and Swagger UI "
        "(`/docs`); if unset, only in "
        "`development`.",
    )
    introspection: Introspection | None = Field(
        default=None,
        description="Which requests may read the schema (introspection, `/schema.graphql`) and receive suggestions for "
        "misspelt names: `public` (all), `operators` (service keys with the scope OPERATOR) or `off` (none); if unset, "
        "`public` in `development` and `operators` in `production`.",
    )

    @property
    def allowed_accounts(self) -> Accounts:
        """The accounts with a password, set or default."""
        return self.accounts or ("open" if self.mode == "development" else "closed")

    @property
    def serves_graphiql(self) -> bool:
        """Whether the GraphiQL page is served."""
        return self.mode == "development" if self.graphiql is None else self.graphiql

    @property
    def serves_rest_docs(self) -> bool:
        """Whether the OpenAPI document and Swagger UI are served."""
        return self.rest and (self.mode == "development" if self.rest_docs is None else self.rest_docs)

    @property
    def introspectors(self) -> Introspection:
        """The introspection policy, set or default."""
        return self.introspection or ("public" if self.mode == "development" else "operators")


def set_default_mode(mode: Mode) -> None:
    """Set the mode of this process and its workers, unless the environment or `.env` sets it."""
    given = {name.upper() for name in (*os.environ, *dotenv_values(".env"))}
    if VARIABLE not in given:
        os.environ[VARIABLE] = mode
