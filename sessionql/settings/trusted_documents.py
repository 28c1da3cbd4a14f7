"""The settings of trusted documents and persisted queries."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from sessionql.settings.limits import MAX_LIMIT
from sessionql.settings.mode import ModeSettings


class TrustedSettings(ModeSettings):
    """Documents that clients run by their id."""

    trusted_documents: Annotated[Path | None, BeforeValidator(lambda given: given or None)] = Field(
        default=None,
        description="A folder of manifests (`*.json`), whose documents clients run by id. Manifests of services are in "
        "its subfolder `services`. Read at start; see [trusted-documents.md](trusted-documents.md).",
    )
    trusted_documents_only: bool = Field(
        default=False,
        description="Whether users may run only trusted documents, which turns off introspection "
        "and GraphiQL for them. "
        "Services and operators, which have keys, may run any document.",
    )
    persisted_queries: int = Field(
        default=1_000,
        ge=0,
        le=MAX_LIMIT,
        description="The maximum number of Apollo's automatic persisted queries in each worker; 0 for none.",
    )

    @model_validator(mode="after")
    def _have_documents(self) -> Self:
        if self.trusted_documents_only and self.trusted_documents is None:
            raise ValueError("trusted_documents_only runs nothing without documents: set trusted_documents too")
        return self

    @property
    def serves_graphiql(self) -> bool:
        """Whether the GraphiQL page is served. Never with `trusted_documents_only`: it runs other documents."""
        return super().serves_graphiql and not self.trusted_documents_only
