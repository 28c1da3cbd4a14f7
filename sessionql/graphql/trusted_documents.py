"""The folder of trusted documents: those of apps for the schema of users, in `services` for that of services."""

import logging
from dataclasses import dataclass
from pathlib import Path

from sessionql.graphql.introspection import REJECTIONS
from sessionql.graphql_server.documents.manifests import ManifestEntry, ManifestError, read_manifests
from sessionql.graphql_server.documents.trusted import TrustedDocuments, UnusableDocument
from sessionql.page import page_documents
from sessionql.schema.build import graphql_schema, services_schema
from sessionql.settings.settings import Settings

log = logging.getLogger("sessionql")

SERVICES = "services"
MAX_LOGGED = 10
"""So many unusable documents are told of at a start, one by one: the manifests of some tools keep all that ever was."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """The trusted documents of each schema."""

    users: TrustedDocuments
    services: TrustedDocuments

    @property
    def unusable(self) -> tuple[UnusableDocument, ...]:
        """Those that cannot be run."""
        return self.users.unusable + self.services.unusable


def read_folder(folder: Path | None) -> tuple[list[ManifestEntry], list[ManifestEntry]]:
    """What the manifests have for users and for services. Raises ManifestError with what to do."""
    if folder is None:
        return [], []
    parts = [each for each in (folder, folder / SERVICES) if each.is_dir()]
    if not any(any(each.glob("*.json")) for each in parts):
        raise ManifestError(f"There is no manifest (*.json) in {folder}, the folder of SESSIONQL_TRUSTED_DOCUMENTS.")
    return read_manifests(folder), read_manifests(folder / SERVICES) if len(parts) > 1 else []


def load_trusted(settings: Settings) -> Trusted:
    """The documents of the folder and of our own page, each checked against its schema. Raises ManifestError."""
    users, services = read_folder(settings.trusted_documents)
    if settings.trusted_documents_only and settings.page:
        users = [*users, *page_documents()]
    conceal = REJECTIONS.get(settings.introspectors)
    return Trusted(
        TrustedDocuments(graphql_schema, settings.limits, users, conceal),
        TrustedDocuments(services_schema, settings.limits, services, conceal),
    )


def report(trusted: Trusted) -> None:
    """Log which documents cannot be run, and why. They stop nobody's log-in: an app of last year may have them."""
    for unusable in trusted.unusable[:MAX_LOGGED]:
        log.warning("%s", describe_unusable(unusable))
    if len(trusted.unusable) > MAX_LOGGED:
        log.warning("And %d more: `sessionql check-documents` tells of all", len(trusted.unusable) - MAX_LOGGED)


def describe_unusable(unusable: UnusableDocument) -> str:
    """Which document it is that cannot be run, and why."""
    entry = unusable.entry
    return f'Trusted document "{entry.id}" of {entry.file} cannot be run: {unusable.reason}'
