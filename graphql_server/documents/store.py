"""Which document a request asks for, by its text or by what it is called: the one place that knows."""

from graphql import GraphQLError

from sessionql.graphql_server.documents.ids import PREFIX, hash_of, may_name
from sessionql.graphql_server.documents.lru_cache import LRUCache
from sessionql.graphql_server.documents.trusted import TrustedDocuments
from sessionql.graphql_server.documents.validation import Document, Documents
from sessionql.graphql_server.request import GraphQLRequest

NEGOTIATION = frozenset({"PERSISTED_QUERY_NOT_FOUND", "PERSISTED_QUERY_NOT_SUPPORTED"})
"""Steps of Apollo's protocol rather than failures: the client goes on by itself. It looks for the very words."""


def _refusal(code: str, message: str) -> Document:
    return Document(None, (GraphQLError(message),), code)


_ASK_AGAIN = _refusal("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
_NOT_SUPPORTED = _refusal("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")
_UNKNOWN = _refusal("DOCUMENT_NOT_FOUND", "No document is called so here. Send its text as `query`.")
_UNKNOWN_TO_US = _refusal(
    "DOCUMENT_NOT_FOUND", "No document is called so here, and this server runs its trusted documents alone."
)
_NOT_TRUSTED = _refusal(
    "DOCUMENT_NOT_TRUSTED",
    "This server runs its trusted documents alone, and this is none of them. Name one by its `documentId`.",
)
_MISNAMED = _refusal(
    "DOCUMENT_ID_MISMATCH",
    "`query` is not the document that the request names: the provided sha does not match the query, "
    "or the id stands for another. Send either of the two, or both as they belong together.",
)


class DocumentStore:
    """The documents that may be asked for: trusted ones, those that clients made known, and any that is sent.

    `persisted` are the texts of Apollo's automatic persisted queries by their hash; None when there are none.
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

    def find(self, request: GraphQLRequest) -> Document:
        """The document of a request, or why there is none to execute."""
        if request.document_id is None and request.query_hash is None:
            return self._with_text(request.query)
        text = self._text_of(request)
        if not request.query:
            return self._missing(request) if text is None else self._with_text(text)
        if request.query != text and not _is_named_rightly(request, text):
            return _MISNAMED
        document = self._with_text(request.query)
        if request.query_hash and text is None and self._persisted is not None and document.ast is not None:
            self._persisted.put(request.query_hash, request.query, len(request.query))
        return document

    def _with_text(self, text: str) -> Document:
        trusted = self._trusted.of_text(text)
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
            return _UNKNOWN_TO_US
        if request.query_hash is None:
            return _UNKNOWN
        return _NOT_SUPPORTED if self._persisted is None else _ASK_AGAIN


def _is_named_rightly(request: GraphQLRequest, known: str | None) -> bool:
    """Whether a request may call its text what it does, though that is not the text that is known by the name."""
    if request.query_hash is not None:
        return request.query_hash == hash_of(request.query)
    # A name that is only a name may be new here, but it stands for one document.
    return known is None and may_name(request.document_id or "", request.query)
