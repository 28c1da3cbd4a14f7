"""The settings that bound what one request may ask for. They come late in `docs/settings.md`."""

from datetime import timedelta

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from sessionql.settings.durations import Duration

MAX_LIMIT = 1_000_000
"""Larger limits than this limit nothing, and databases cannot count to every number."""
MAX_DEPTH = 50
"""Executing recurses as deep as documents nest: deeper ones could overflow the stack."""


class LimitsSettings(BaseSettings):
    """How large a request may be, and how long it may take."""

    max_body_bytes: int = Field(default=256 * 1024, ge=1024, description="The largest body of a request, in bytes.")
    max_characters: int = Field(
        default=32_000,
        ge=1,
        le=MAX_LIMIT,
        description="Characters of a document, at most. Long texts belong in variables.",
    )
    max_tokens: int = Field(
        default=600, ge=1, le=MAX_LIMIT, description="Tokens (names, signs, values, comments) of a document, at most."
    )
    max_depth: int = Field(default=20, ge=1, le=MAX_DEPTH, description="How deep selections may nest.")
    max_aliases: int = Field(default=100, ge=0, le=MAX_LIMIT, description="Aliases of a document, at most.")
    max_root_fields: int = Field(
        default=100,
        ge=1,
        le=MAX_LIMIT,
        description="Fields of `Query` and `Mutation` that a document selects, at most.",
    )
    max_directives: int = Field(default=50, ge=0, le=MAX_LIMIT, description="Directives of a document, at most.")
    max_comparisons: int = Field(
        default=1_000,
        ge=0,
        le=MAX_LIMIT,
        description="Pairs of fields under one name in one place of a document, at most: each has to be compared.",
    )
    max_validation_errors: int = Field(
        default=5, ge=1, le=MAX_LIMIT, description="After so many errors in a document, the rest is not looked at."
    )
    max_cost: int = Field(
        default=50_000, ge=1, le=MAX_LIMIT**2, description="Fields that an answer may have: pages and lists multiply."
    )
    max_values: int = Field(
        default=2_000,
        ge=1,
        le=MAX_LIMIT,
        description="Values of the variables, at most, those in lists and objects too.",
    )
    max_list_size: int = Field(
        default=100,
        ge=20,
        le=1_000,
        description="Items of a page (`first`, `last`) and entries of `ids`, at most. At least 20, the size of a page "
        "that nobody asked a size for.",
    )
    execution_timeout: Duration = Field(
        default=timedelta(seconds=10), description="How long an operation may take, at least `1s`."
    )

    @field_validator("execution_timeout")
    @classmethod
    def _long_enough(cls, value: timedelta) -> timedelta:
        if value < timedelta(seconds=1):
            raise ValueError("execution_timeout is at least 1s")
        return value
