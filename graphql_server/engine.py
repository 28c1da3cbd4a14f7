"""Executing operations, for no longer than they may take."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from dataclasses import replace
from inspect import isawaitable
from typing import Any, TypeAlias, TypeVar

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    execute,
    get_operation_ast,
)
from graphql.execution import Executor, create_source_event_stream, execute_subscription_event

from sessionql.graphql_server.documents.lru_cache import LRUCache
from sessionql.graphql_server.documents.store import NEGOTIATION, DocumentStore
from sessionql.graphql_server.documents.trusted import TrustedDocuments
from sessionql.graphql_server.documents.validation import SYNTAX, Documents
from sessionql.graphql_server.errors import format_error
from sessionql.graphql_server.limits.limits import Limits, too_many_values, took_too_long
from sessionql.graphql_server.limits.variables import has_more_values
from sessionql.graphql_server.outcome import Answer, Answers, answer_of
from sessionql.graphql_server.request import GraphQLRequest
from sessionql.graphql_server.subscription import each_event
from sessionql.http_kit.errors import MapException, RequestError, mask_error

T = TypeVar("T")
Source: TypeAlias = AsyncIterable[Any] | ExecutionResult

ExecutorClass: TypeAlias = type[Executor[Any]]

BAD_INPUT = "BAD_USER_INPUT"
PERSISTED_CHARACTERS = 1_000_000
"""How many the texts of automatic persisted queries may have together."""
NO_STREAM = (
    "A subscription has many answers: take them with `Accept: text/event-stream`, "
    "or over a WebSocket by the protocol `graphql-transport-ws`."
)


class Engine:
    """A schema that answers requests.

    `conceal` says why questions about the schema itself are refused, and names of it are not suggested
    either; without it they are answered. Who is to be told and who is not are asked of two engines.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        map_exception: MapException,
        executor_class: ExecutorClass | None = None,
        limits: Limits | None = None,
        introspection_error: str | None = None,
        max_cached_documents: int = 500,
        max_cached_characters: int = 300_000,
        trusted_documents: TrustedDocuments | None = None,
        trusted_only: bool = False,
        max_persisted_queries: int = 1_000,
    ) -> None:
        self._schema = schema
        self._translate = map_exception
        self._executor_class = executor_class
        self._limits = limits or Limits()
        self._hide_suggestions = introspection_error is not None
        self._library = DocumentStore(
            Documents(schema, self._limits, max_documents=max_cached_documents, max_characters=max_cached_characters, introspection_error=introspection_error),
            trusted_documents or TrustedDocuments(schema, self._limits),
            persisted=LRUCache(max_persisted_queries, PERSISTED_CHARACTERS) if max_persisted_queries else None,
            trusted_only=trusted_only,
        )

    async def answer(self, request: GraphQLRequest, context: Any) -> Answer:
        """Execute the query or mutation. Raises RequestError when it may not come this way."""
        prepared = self._prepare(request)
        if isinstance(prepared, Answer):
            return prepared
        document, kind = prepared
        if kind is OperationType.SUBSCRIPTION:
            raise RequestError(406, NO_STREAM, "NOT_ACCEPTABLE")
        return await self._execute(document, request, context)

    async def subscribe(self, request: GraphQLRequest, context: Any) -> Answer | Answers:
        """Execute any operation. Who takes the answers of a subscription has to close them too."""
        prepared = self._prepare(request)
        if isinstance(prepared, Answer):
            return prepared
        document, kind = prepared
        if kind is OperationType.SUBSCRIPTION:
            return await self._begin(document, request, context)
        return await self._execute(document, request, context)

    def _prepare(self, request: GraphQLRequest) -> Answer | tuple[DocumentNode, OperationType]:
        """The document and the kind of its operation, or why it cannot be executed."""
        document = self._library.find(request)
        if document.ast is None:
            return self._reject(document.errors, document.code)
        operation = get_operation_ast(document.ast, request.operation_name)
        if operation is None:
            error = GraphQLError("Name one of the document's operations in `operationName`.")
            return self._reject((error,), BAD_INPUT)
        if has_more_values(request.variables, self._limits.values):
            refusal = too_many_values(self._limits)
            return self._reject((refusal.error,), refusal.code)
        if request.safe and operation.operation is OperationType.MUTATION:
            raise RequestError(
                405, "Only queries go by GET: send this one by POST.", "METHOD_NOT_ALLOWED", Allow="POST"
            )
        return document.ast, operation.operation

    async def _execute(self, document: DocumentNode, request: GraphQLRequest, context: Any) -> Answer:
        result = await self._in_time(
            lambda: execute(
                self._schema,
                document,
                context_value=context,
                variable_values=request.variables,
                operation_name=request.operation_name,
                executor_class=self._executor_class,
                hide_suggestions=self._hide_suggestions,
            )
        )
        return result if isinstance(result, Answer) else self._format(result)

    async def _begin(self, document: DocumentNode, request: GraphQLRequest, context: Any) -> Answer | Answers:
        build = (self._executor_class or Executor).build
        executor = build(
            self._schema,
            document,
            context_value=context,
            raw_variable_values=request.variables,
            operation_name=request.operation_name,
            hide_suggestions=self._hide_suggestions,
        )
        if isinstance(executor, list):
            return self._reject(tuple(executor), BAD_INPUT)
        source: Source | Answer = await self._in_time(lambda: create_source_event_stream(executor))
        if isinstance(source, Answer):
            return replace(source, body={"errors": source.body["errors"]}, executed=False)
        if isinstance(source, ExecutionResult):
            return self._failed(source.errors or ())
        return each_event(executor, source, self._execute_event, self._broken)

    async def _execute_event(self, executor: Executor[Any]) -> Answer:
        result = await self._in_time(lambda: execute_subscription_event(executor))
        return result if isinstance(result, Answer) else self._format(result)

    async def _in_time(self, start: Callable[[], Awaitable[T] | T]) -> T | Answer:
        """What comes of it, or the answer that it took too long."""
        result = start()
        if not isawaitable(result):
            return result
        within = asyncio.timeout(self._limits.seconds)
        try:
            async with within:
                return await result
        except TimeoutError:
            if not within.expired():
                raise
            return self._stopped()

    def _stopped(self) -> Answer:
        refusal = took_too_long(self._limits)
        error, _ = format_error(refusal.error, refusal.code, self._translate)
        return Answer({"errors": [error], "data": None}, 503, executed=True)

    def _broken(self, error: Exception) -> Answer:
        if isinstance(error, GraphQLError):
            return self._failed([error])
        return answer_of(mask_error(error, self._translate))

    def _failed(self, errors: Sequence[GraphQLError]) -> Answer:
        pairs = [format_error(error, BAD_INPUT, self._translate) for error in errors]
        body = {"errors": [formatted for formatted, _ in pairs]}
        return Answer(body, max(status for _, status in pairs), executed=False)

    def _reject(self, errors: tuple[GraphQLError, ...], code: str) -> Answer:
        formatted = [format_error(error, code, self._translate)[0] for error in errors]
        status = 200 if code in NEGOTIATION else 400 if code == SYNTAX else 422
        return Answer({"errors": formatted}, status, executed=False)

    def _format(self, result: ExecutionResult) -> Answer:
        if not result.errors:
            return Answer({"data": result.data}, 200, executed=True)
        # Without a path, the errors are about the request: variables that do not fit.
        if result.data is None and all(error.path is None for error in result.errors):
            return self._reject(tuple(result.errors), BAD_INPUT)
        pairs = [format_error(error, BAD_INPUT, self._translate) for error in result.errors]
        body = {"errors": [formatted for formatted, _ in pairs], "data": result.data}
        return Answer(body, max(status for _, status in pairs), executed=True)


SelectEngine: TypeAlias = Callable[[Any], Engine]
"""Which schema answers a request, by its context."""
