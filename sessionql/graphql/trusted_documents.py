"""Loads the trusted documents: manifests for the schema of users, and in the subfolder `services` for services."""

import logging
from dataclasses import dataclass
from pathlib import Path

from graphql import parse, validate

from sessionql.graphql.introspection import REJECTIONS
from sessionql.graphql.limits import document_limits
from sessionql.graphql_server.documents.manifests import ManifestEntry, ManifestError, read_manifests
from sessionql.graphql_server.documents.trusted import TrustedDocuments, UnusableDocument
from sessionql.page import page_documents
from sessionql.schema.build import services_schema_of, users_schema_of
from sessionql.settings.settings import Settings

log = logging.getLogger("sessionql")

SERVICES = "services"
MAX_LOGGED = 10
"""Unusable documents that are logged one by one at start: some tools keep every old document in their manifest."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """The trusted documents of each schema."""

    users: TrustedDocuments
    services: TrustedDocuments

    @property
    def unusable(self) -> tuple[UnusableDocument, ...]:
        """The documents that are not valid."""
        return self.users.unusable + self.services.unusable


def read_folder(folder: Path | None) -> tuple[list[ManifestEntry], list[ManifestEntry]]:
    """The entries for users and for services. Raises ManifestError with what to do."""
    if folder is None:
        return [], []
    folders = [each for each in (folder, folder / SERVICES) if each.is_dir()]
    if not any(any(each.glob("*.json")) for each in folders):
        raise ManifestError(f"There is no manifest (*.json) in {folder}, the folder of SESSIONQL_TRUSTED_DOCUMENTS.")
    return read_manifests(folder), read_manifests(folder / SERVICES) if len(folders) > 1 else []


def load_trusted(settings: Settings) -> Trusted:
    """The documents of the folder and of the page, validated against their schema. Raises ManifestError."""
    users, services = read_folder(settings.trusted_documents)
    schema, accounts = users_schema_of(settings.allowed_accounts), settings.allowed_accounts
    if settings.trusted_documents_only and settings.page:
        # Without those of accounts that the operator turned off.
        users += [each for each in page_documents() if not validate(schema, parse(each.text))]
    limits, conceal = document_limits(settings), REJECTIONS.get(settings.introspectors)
    return Trusted(
        TrustedDocuments(schema, limits, users, conceal),
        TrustedDocuments(services_schema_of(accounts), limits, services, conceal),
    )


def report(trusted: Trusted) -> None:
    """Log which documents cannot be run, and why. The server starts all the same: old apps may have some of them."""
    for unusable in trusted.unusable[:MAX_LOGGED]:
        log.warning("%s", describe_unusable(unusable))
    if len(trusted.unusable) > MAX_LOGGED:
        log.warning("And %d more: `sessionql check-documents` lists all", len(trusted.unusable) - MAX_LOGGED)


def describe_unusable(unusable: UnusableDocument) -> str:
    """A line for the log: which document cannot be run, and why."""
    entry = unusable.entry
    return f'Trusted document "{entry.id}" of {entry.file} cannot be run: {unusable.reason}'
