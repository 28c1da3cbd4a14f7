"""Resolves a request to a document: by text, by trusted id, or by Apollo persisted-query hash."""

from graphql import GraphQLError

from sessionql.graphql_server.documents.ids import PREFIX, hash_of, may_identify
from sessionql.graphql_server.documents.lru_cache import LRUCache
from sessionql.graphql_server.documents.trusted import TrustedDocuments
from sessionql.graphql_server.documents.validation import Document, Documents
from sessionql.graphql_server.outcome import Outcome
from sessionql.graphql_server.request import GraphQLRequest


def _error(code: str, message: str, outcome: Outcome = Outcome.INVALID) -> Document:
    return Document(None, (GraphQLError(message),), code, outcome)


# Steps of Apollo's protocol rather than failures: the client continues. It compares these messages.
_NOT_FOUND = _error("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound", Outcome.NOT_EXECUTED)
_NOT_SUPPORTED = _error("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported", Outcome.NOT_EXECUTED)
_UNKNOWN = _error("DOCUMENT_NOT_FOUND", "No document has this id. Send its text as `query`.")
_UNKNOWN_TRUSTED_ONLY = _error(
    "DOCUMENT_NOT_FOUND", "No document has this id, and this server executes only its trusted documents."
)
_NOT_TRUSTED = _error(
    "DOCUMENT_NOT_TRUSTED",
    "This server executes only its trusted documents, and this is not one of them. Send the `documentId` of one.",
)
_MISMATCH = _error(
    "DOCUMENT_ID_MISMATCH",
    "`query` is not the document that the request names: the provided sha does not match the query, "
    "or the id is the id of another document. Send either of the two, or both as they belong together.",
)


class DocumentStore:
    """Trusted documents, persisted queries of clients, and documents that requests contain.

    `persisted` are the texts of Apollo's automatic persisted queries by hash; None disables them.
    """

    def __init__(
        self,
        documents: Documents,
        trusted: TrustedDocuments,
        *,
        persisted: LRUCache[str] | None,
        trusted_only: bool,
    ) -> None:
        self._documents = documents
        self._trusted = trusted
        self._persisted = None if trusted_only else persisted
        self._trusted_only = trusted_only

    @property
    def characters_read(self) -> int:
        """Characters of all documents of clients that were parsed so far."""
        return self._documents.characters_read

    def find(self, request: GraphQLRequest) -> Document:
        """The document of a request, or why it cannot be executed."""
        if request.document_id is None and request.query_hash is None:
            return self._with_text(request.query)
        text = self._text_of(request)
        if not request.query:
            return self._missing(request) if text is None else self._with_text(text)
        if request.query != text and not _is_consistent(request, text):
            return _MISMATCH
        document = self._with_text(request.query)
        if request.query_hash and text is None and self._persisted is not None and document.ast is not None:
            self._persisted.put(request.query_hash, request.query, len(request.query))
        return document

    def _with_text(self, text: str) -> Document:
        trusted = self._trusted.by_text.get(text)
        if trusted is not None:
            return trusted
        return _NOT_TRUSTED if self._trusted_only else self._documents.get(text)

    def _text_of(self, request: GraphQLRequest) -> str | None:
        identifier = request.document_id or request.query_hash or ""
        text = self._trusted.text_of(identifier)
        if text is None and self._persisted is not None:
            return self._persisted.get(identifier.removeprefix(PREFIX))
        return text

    def _missing(self, request: GraphQLRequest) -> Document:
        if self._trusted_only:
            return _UNKNOWN_TRUSTED_ONLY
        if request.query_hash is None:
            return _UNKNOWN
        return _NOT_SUPPORTED if self._persisted is None else _NOT_FOUND


def _is_consistent(request: GraphQLRequest, known_text: str | None) -> bool:
    """Whether the text of a request may have the id of the request, though `known_text` differs from it."""
    if request.query_hash is not None:
        return request.query_hash == hash_of(request.query)
    # An id that is no hash may be new, but it identifies one document only.
    return known_text is None and may_identify(request.document_id or "", request.query)
