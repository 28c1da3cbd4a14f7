"""Trusted documents: those of the team's own manifests, read at the start and kept while the server runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graphql import GraphQLSchema

from sessionql.graphql_server.documents.ids import PREFIX, hash_of
from sessionql.graphql_server.documents.manifests import ManifestEntry
from sessionql.graphql_server.documents.validation import Document, Documents
from sessionql.graphql_server.limits.limits import Limits


@dataclass(frozen=True, slots=True)
class UnusableDocument:
    """A trusted document that cannot be executed, and why."""

    entry: ManifestEntry
    reason: str


class TrustedDocuments:
    """The documents of manifests, each parsed, validated against one schema and checked against the limits once.

    A document that cannot be executed is stored too: requests for it receive its errors. `introspection_error` as for
    an Engine.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        entries: Iterable[ManifestEntry] = (),
        introspection_error: str | None = None,
    ) -> None:
        documents = Documents(
            schema, limits.for_trusted, max_documents=0, max_characters=0, introspection_error=introspection_error
        )
        self._texts: dict[str, str] = {}
        by_text: dict[str, Document] = {}
        unusable: list[UnusableDocument] = []
        for entry in entries:
            document = by_text.get(entry.text) or documents.get(entry.text)
            by_text[entry.text] = document
            self._texts[entry.id] = entry.text
            if document.ast is None:
                unusable.append(UnusableDocument(entry, document.errors[0].message))
        # Whatever ids a tool chose, the hash of a document identifies it too, with and without the prefix.
        for text in by_text:
            hashed = hash_of(text)
            self._texts.setdefault(PREFIX + hashed, text)
            self._texts.setdefault(hashed, text)
        self.unusable = tuple(unusable)
        self.by_text: Mapping[str, Document] = by_text
        """The documents by their texts."""

    def __len__(self) -> int:
        return len(self.by_text)

    def text_of(self, identifier: str) -> str | None:
        """The text of the document with this id."""
        return self._texts.get(identifier)
