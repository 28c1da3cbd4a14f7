"""Executing operations, for no longer than they may take."""

import asyncio
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, TypeAlias

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    execute,
    get_operation_ast,
)
from graphql.execution import Executor

from graphql_server.documents import Documents
from graphql_server.faults import RequestError, Translate, format_error
from graphql_server.limits import Limits, took_too_long
from graphql_server.request import GraphQLRequest

ExecutorClass: TypeAlias = type[Executor[Any]]

BAD_INPUT = "BAD_USER_INPUT"


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of a response. `executed` is False when the request never came to that."""

    body: dict[str, Any]
    status: int
    executed: bool


class Engine:
    """A schema that answers requests."""

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        translate: Translate,
        executor_class: ExecutorClass | None = None,
        limits: Limits | None = None,
        cached_documents: int = 500,
        cached_characters: int = 300_000,
    ) -> None:
        self._schema = schema
        self._translate = translate
        self._executor_class = executor_class
        self._limits = limits or Limits()
        self._documents = Documents(schema, self._limits, most=cached_documents, most_characters=cached_characters)

    async def answer(self, request: GraphQLRequest, context: Any) -> Answer:
        """Execute the operation. Raises RequestError when it may not come this way."""
        document = self._documents.get(request.query)
        if document.ast is None:
            return self._refuse(document.errors, document.code)
        operation = get_operation_ast(document.ast, request.operation_name)
        if operation is None:
            error = GraphQLError("Name one of the document's operations in `operationName`.")
            return self._refuse((error,), BAD_INPUT)
        if request.safe and operation.operation is not OperationType.QUERY:
            raise RequestError(405, "Only queries go by GET: send this one by POST.", Allow="POST")
        return await self._execute(document.ast, request, context)

    async def _execute(self, document: DocumentNode, request: GraphQLRequest, context: Any) -> Answer:
        within = asyncio.timeout(self._limits.seconds)
        try:
            async with within:
                result = execute(
                    self._schema,
                    document,
                    context_value=context,
                    variable_values=request.variables,
                    operation_name=request.operation_name,
                    executor_class=self._executor_class,
                )
                return self._format(await result if isawaitable(result) else result)
        except TimeoutError:
            if not within.expired():
                raise
            return self._stopped()

    def _stopped(self) -> Answer:
        refusal = took_too_long(self._limits)
        error, _ = format_error(refusal.error, refusal.code, self._translate)
        return Answer({"errors": [error], "data": None}, 503, executed=True)

    def _refuse(self, errors: tuple[GraphQLError, ...], code: str) -> Answer:
        formatted = [format_error(error, code, self._translate)[0] for error in errors]
        return Answer({"errors": formatted}, 400, executed=False)

    def _format(self, result: ExecutionResult) -> Answer:
        if not result.errors:
            return Answer({"data": result.data}, 200, executed=True)
        # Without a path, the errors are about the request: variables that do not fit.
        if result.data is None and all(error.path is None for error in result.errors):
            return self._refuse(tuple(result.errors), BAD_INPUT)
        pairs = [format_error(error, BAD_INPUT, self._translate) for error in result.errors]
        body = {"errors": [formatted for formatted, _ in pairs], "data": result.data}
        return Answer(body, max(status for _, status in pairs), executed=True)
