"""The settings of trusted documents: which are there, and whether anything else is run."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from sessionql.settings.limits import MAX_LIMIT
from sessionql.settings.mode import ModeSettings


class TrustedSettings(ModeSettings):
    """Documents that clients ask for by id."""

    trusted_documents: Annotated[Path | None, BeforeValidator(lambda given: given or None)] = Field(
        default=None,
        description="A folder of manifests (`*.json`): clients ask for their documents by id. Those of services are in "
        "its subfolder `services`. Read at the start; see [trusted-documents.md](trusted-documents.md).",
    )
    trusted_documents_only: bool = Field(
        default=False,
        description="Whether nothing but trusted documents is run, introspection and GraphiQL included. Services and "
        "operators, who have keys, may go on asking what they like.",
    )
    persisted_queries: int = Field(
        default=1_000,
        ge=0,
        le=MAX_LIMIT,
        description="Apollo's automatic persisted queries that each worker remembers, at most; 0 for none.",
    )

    @model_validator(mode="after")
    def _have_documents(self) -> Self:
        if self.trusted_documents_only and self.trusted_documents is None:
            raise ValueError("trusted_documents_only runs nothing without documents: set trusted_documents too")
        return self

    @property
    def serves_graphiql(self) -> bool:
        """Whether the GraphiQL page is served. What people type there is no trusted document."""
        return super().serves_graphiql and not self.trusted_documents_only
