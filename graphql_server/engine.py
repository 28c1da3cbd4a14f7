"""Executes operations with a time limit."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from functools import partial
from inspect import isawaitable
from typing import Any, NamedTuple, TypeAlias, TypeVar

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

from sessionql.graphql_server.documents.introspection_types import specified_introspection
from sessionql.graphql_server.documents.lru_cache import LRUCache
from sessionql.graphql_server.documents.store import DocumentStore
from sessionql.graphql_server.documents.trusted import TrustedDocuments
from sessionql.graphql_server.documents.validation import Document, Documents
from sessionql.graphql_server.errors import format_error
from sessionql.graphql_server.limits.limits import (
    MAX_FIELD_ERRORS,
    Limits,
    has_more_values,
    too_many_field_errors,
    too_many_values,
    took_too_long,
)
from sessionql.graphql_server.outcome import Answer, Answers, Outcome, answer_of
from sessionql.graphql_server.request import GraphQLRequest
from sessionql.graphql_server.subscription import each_event
from sessionql.graphql_server.turns import ExecutorClass, Turns, turn_taking
from sessionql.http_kit.budgets import UNLIMITED, Budgets
from sessionql.http_kit.errors import MapException, RequestError, mask_error

T = TypeVar("T")
EventSource: TypeAlias = AsyncIterable[Any] | ExecutionResult

BAD_INPUT = "BAD_USER_INPUT"
MAX_READING = 1_600
"""Units that reading a new document costs at most; otherwise one for each character. Both are about 10 ms."""
MAX_PERSISTED_CHARACTERS = 1_000_000
"""Characters of all automatic persisted queries together."""
SUBSCRIPTION_NOT_ACCEPTABLE = (
    "A subscription has many responses: send `Accept: text/event-stream`, "
    "or use a WebSocket with the protocol `graphql-transport-ws`."
)


class _Prepared(NamedTuple):
    """An operation that can be executed."""

    schema: GraphQLSchema
    document: DocumentNode
    operation_type: OperationType
    fields: int
    """How many the response may have."""


class Engine:
    """Executes requests against a schema.

    `introspection_error` disables introspection and suggestions of names; it is the message for clients that try.
    `map_exception` maps exceptions of resolvers. Operations and events are paid from `budgets`.
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
        budgets: Budgets = UNLIMITED,
    ) -> None:
        self._budgets = budgets
        self._schema = schema
        # Only for documents that need it: each field of an operation costs a call more with it.
        self._introspection_schema = specified_introspection(schema)
        self._map_exception = map_exception
        self._executor_class = turn_taking(executor_class, Turns())
        self._limits = limits or Limits()
        self._hide_suggestions = introspection_error is not None
        self._store = DocumentStore(
            Documents(
                schema,
                self._limits,
                max_documents=max_cached_documents,
                max_characters=max_cached_characters,
                introspection_error=introspection_error,
            ),
            trusted_documents or TrustedDocuments(schema, self._limits),
            persisted=LRUCache(max_persisted_queries, MAX_PERSISTED_CHARACTERS) if max_persisted_queries else None,
            trusted_only=trusted_only,
        )

    async def answer(self, request: GraphQLRequest, context: Any) -> Answer:
        """Execute a query or mutation.

        Raises RequestError: 405 for a mutation by GET, 406 for a subscription, 429 when the budget is spent.
        """
        prepared = self._prepare(request, context)
        if isinstance(prepared, Answer):
            return prepared
        if prepared.operation_type is OperationType.SUBSCRIPTION:
            raise RequestError(406, SUBSCRIPTION_NOT_ACCEPTABLE, "NOT_ACCEPTABLE")
        return await self._execute(prepared, request, context)

    async def subscribe(self, request: GraphQLRequest, context: Any) -> Answer | Answers:
        """Execute an operation of any type. The caller closes the answers of a subscription. Raises RequestError."""
        prepared = self._prepare(request, context)
        if isinstance(prepared, Answer):
            return prepared
        if prepared.operation_type is OperationType.SUBSCRIPTION:
            return await self._subscribe(prepared, request, context)
        return await self._execute(prepared, request, context)

    def _prepare(self, request: GraphQLRequest, context: Any) -> Answer | _Prepared:
        """What is executed for a request, or the answer when nothing can be executed. Spends what it costs."""
        self._budgets.begin(context)
        read_before = self._store.characters_read
        document = self._store.find(request)
        self._budgets.spend(context, min(self._store.characters_read - read_before, MAX_READING))
        if document.ast is None:
            return self._reject(document)
        operation = get_operation_ast(document.ast, request.operation_name)
        if operation is None:
            error = GraphQLError("Name one of the document's operations in `operationName`.")
            return self._reject(Document(None, (error,), BAD_INPUT))
        if request.variables and has_more_values(request.variables, self._limits.values):
            exceeded = too_many_values(self._limits)
            return self._reject(Document(None, (exceeded.error,), exceeded.code))
        if request.safe and operation.operation is OperationType.MUTATION:
            message = "GET is for queries only: send this operation by POST."
            raise RequestError(405, message, "METHOD_NOT_ALLOWED", Allow="POST")
        schema = self._introspection_schema if document.introspects else self._schema
        self._budgets.spend(context, document.fields)
        return _Prepared(schema, document.ast, operation.operation, document.fields)

    async def _execute(self, prepared: _Prepared, request: GraphQLRequest, context: Any) -> Answer:
        result = await self._with_timeout(
            lambda: execute(
                prepared.schema,
                prepared.document,
                context_value=context,
                variable_values=request.variables,
                operation_name=request.operation_name,
                executor_class=self._executor_class,
                hide_suggestions=self._hide_suggestions,
            )
        )
        return self._timed_out(Outcome.FAILED) if result is None else self._format(result)

    async def _subscribe(self, prepared: _Prepared, request: GraphQLRequest, context: Any) -> Answer | Answers:
        executor = self._executor_class.build(
            prepared.schema,
            prepared.document,
            context_value=context,
            raw_variable_values=request.variables,
            operation_name=request.operation_name,
            hide_suggestions=self._hide_suggestions,
        )
        if isinstance(executor, list):
            return self._reject(Document(None, tuple(executor), BAD_INPUT))
        source: EventSource | None = await self._with_timeout(lambda: create_source_event_stream(executor))
        if source is None:
            return self._timed_out(Outcome.NOT_EXECUTED)
        if isinstance(source, ExecutionResult):
            return self._source_failed(source.errors or ())
        return each_event(executor, source, partial(self._execute_event, prepared.fields), self._source_broke)

    async def _execute_event(self, fields: int, executor: Executor[Any]) -> Answer:
        self._budgets.begin(executor.context_value)
        self._budgets.spend(executor.context_value, fields)
        result = await self._with_timeout(lambda: execute_subscription_event(executor))
        return self._timed_out(Outcome.FAILED) if result is None else self._format(result)

    async def _with_timeout(self, start: Callable[[], Awaitable[T] | T]) -> T | None:
        """The result; None when it took longer than the limit."""
        result = start()
        if not isawaitable(result):
            return result
        timeout = asyncio.timeout(self._limits.seconds)
        try:
            async with timeout:
                return await result
        except TimeoutError:
            if not timeout.expired():
                raise
            return None

    def _timed_out(self, outcome: Outcome) -> Answer:
        exceeded = took_too_long(self._limits)
        body: dict[str, Any] = self._errors((exceeded.error,), exceeded.code)[0]
        if outcome is Outcome.FAILED:
            body["data"] = None
        return Answer(body, outcome, 503)

    def _source_broke(self, error: Exception) -> Answer:
        if isinstance(error, GraphQLError):
            return self._source_failed([error])
        if isinstance(error, RequestError):
            return answer_of(error.info)
        return answer_of(mask_error(error, self._map_exception))

    def _source_failed(self, errors: Sequence[GraphQLError]) -> Answer:
        body, status = self._errors(errors)
        return Answer(body, Outcome.NOT_EXECUTED, status)

    def _reject(self, document: Document) -> Answer:
        return Answer(self._errors(document.errors, document.code)[0], document.outcome)

    def _format(self, result: ExecutionResult) -> Answer:
        if not result.errors:
            return Answer({"data": result.data}, Outcome.COMPLETE)
        # Without a path, the errors are about the request: variables that do not fit.
        if result.data is None and all(error.path is None for error in result.errors):
            return self._reject(Document(None, tuple(result.errors), BAD_INPUT))
        body, status = self._errors(result.errors[:MAX_FIELD_ERRORS])
        if len(result.errors) > MAX_FIELD_ERRORS:
            exceeded = too_many_field_errors(len(result.errors))
            body["errors"] += self._errors((exceeded.error,))[0]["errors"]
        outcome = Outcome.FAILED if result.data is None else Outcome.PARTIAL
        return Answer({**body, "data": result.data}, outcome, status)

    def _errors(self, errors: Sequence[GraphQLError], code: str = BAD_INPUT) -> tuple[dict[str, Any], int]:
        """A body with these errors, and the highest HTTP status that they request."""
        formatted = [format_error(error, code, self._map_exception) for error in errors]
        return {"errors": [body for body, _ in formatted]}, max(status for _, status in formatted)


SelectEngine: TypeAlias = Callable[[Any], Engine]
"""Returns the engine of a request by its context."""
