"""The limits of one request. They come late in `docs/settings.md`."""

from datetime import timedelta

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from sessionql.resolvers.values import paging
from sessionql.settings.durations import Duration

MAX_LIMIT = 1_000_000
"""A larger limit has no effect, and databases cannot store every integer."""
MAX_DEPTH = 50
"""Execution is recursive: a deeper document could overflow the stack."""


class LimitsSettings(BaseSettings):
    """The maximum size of a request, and the time it may take."""

    max_body_bytes: int = Field(
        default=256 * 1024, ge=1024, description="The maximum size of a request body, in bytes."
    )
    max_characters: int = Field(
        default=32_000,
        ge=1,
        le=MAX_LIMIT,
        description="The maximum number of characters of a document. Long texts belong in variables.",
    )
    max_tokens: int = Field(
        default=600,
        ge=1,
        le=MAX_LIMIT,
        description="The maximum number of tokens (names, punctuation, values, comments) of a document.",
    )
    max_depth: int = Field(default=20, ge=1, le=MAX_DEPTH, description="The maximum nesting depth of selections.")
    max_aliases: int = Field(
        default=100, ge=0, le=MAX_LIMIT, description="The maximum number of aliases of a document."
    )
    max_root_fields: int = Field(
        default=100,
        ge=1,
        le=MAX_LIMIT,
        description="The maximum number of fields of `Query` and `Mutation` that a document selects.",
    )
    max_directives: int = Field(
        default=50, ge=0, le=MAX_LIMIT, description="The maximum number of directives of a document."
    )
    max_comparisons: int = Field(
        default=1_000,
        ge=0,
        le=MAX_LIMIT,
        description="The maximum number of pairs of fields with the same response name: validation compares each pair.",
    )
    max_validation_errors: int = Field(
        default=5,
        ge=1,
        le=MAX_LIMIT,
        description="The maximum number of validation errors of a document: the rest is not validated.",
    )
    max_cost: int = Field(
        default=35_000,
        ge=1,
        le=MAX_LIMIT**2,
        description="The maximum number of fields in a response. Pages and lists multiply it.",
    )
    max_response_bytes: int = Field(
        default=5 * 1024 * 1024,
        ge=1,
        le=MAX_LIMIT**2,
        description="The maximum size of a response in bytes, estimated before execution from the names of its fields, "
        "the largest values that each may have, and the sizes of pages and lists.",
    )
    cost_per_minute: int = Field(
        default=200_000,
        ge=0,
        le=MAX_LIMIT**2,
        description="The maximum number of fields that a session asks for in a minute, in each worker; an address "
        "without a session has ten times as many, and services have no limit; 0 for no limit.",
    )
    max_values: int = Field(
        default=2_000,
        ge=1,
        le=MAX_LIMIT,
        description="The maximum number of values in the variables, with those in lists and objects.",
    )
    max_list_size: int = Field(
        default=paging.MAX_PAGE_SIZE,
        ge=paging.DEFAULT_PAGE_SIZE,
        le=1_000,
        description="The maximum number of items of a page (`first`, `last`) and of entries of `ids`. At least 20, the "
        "default size of a page.",
    )
    execution_timeout: Duration = Field(
        default=timedelta(seconds=10), description="The maximum time of an operation, at least `1s`."
    )

    @field_validator("execution_timeout")
    @classmethod
    def _at_least_one_second(cls, value: timedelta) -> timedelta:
        if value < timedelta(seconds=1):
            raise ValueError("execution_timeout is at least 1s")
        return value
