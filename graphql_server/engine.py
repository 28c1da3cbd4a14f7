"""Executing operations: each document is parsed and validated once, then remembered."""

from collections import OrderedDict
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
    parse,
    validate,
)
from graphql.execution import Executor

from graphql_server.cost import Costs
from graphql_server.depth import depth_of
from graphql_server.faults import RequestError, Translate, format_error
from graphql_server.request import GraphQLRequest

ExecutorClass: TypeAlias = type[Executor[Any]]

SYNTAX = "GRAPHQL_PARSE_FAILED"
INVALID = "GRAPHQL_VALIDATION_FAILED"
TOO_DEEP = "QUERY_TOO_DEEP"
TOO_COSTLY = "QUERY_TOO_COSTLY"
BAD_INPUT = "BAD_USER_INPUT"


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document, or why it cannot be executed."""

    ast: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    code: str = ""


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
        max_tokens: int = 2_000,
        max_depth: int = 20,
        max_cost: int = 50_000,
        cached_documents: int = 500,
        cached_characters: int = 300_000,
    ) -> None:
        self._schema = schema
        self._translate = translate
        self._executor_class = executor_class
        self._max_tokens = max_tokens
        self._max_depth = max_depth
        self._max_cost = max_cost
        self._costs = Costs(schema)
        self._most = cached_documents
        # A parsed document takes some hundred times the memory of its text, and anybody may send any.
        self._most_characters = cached_characters
        self._characters = 0
        self._documents: OrderedDict[str, Document] = OrderedDict()

    async def answer(self, request: GraphQLRequest, context: Any) -> Answer:
        """Execute the operation. Raises RequestError when it may not come this way."""
        document = self.document(request.query)
        if document.ast is None:
            return self._refuse(document.errors, document.code)
        operation = get_operation_ast(document.ast, request.operation_name)
        if operation is None:
            error = GraphQLError("Name one of the document's operations in `operationName`.")
            return self._refuse((error,), BAD_INPUT)
        if request.safe and operation.operation is not OperationType.QUERY:
            raise RequestError(405, "Only queries go by GET: send this one by POST.", Allow="POST")
        result = execute(
            self._schema,
            document.ast,
            context_value=context,
            variable_values=request.variables,
            operation_name=request.operation_name,
            executor_class=self._executor_class,
        )
        return self._format(await result if isawaitable(result) else result)

    def document(self, source: str) -> Document:
        """The document of this source, from memory where it was seen before."""
        found = self._documents.get(source)
        if found is not None:
            self._documents.move_to_end(source)
            return found
        document = self._documents[source] = self._read(source)
        self._characters += len(source)
        while len(self._documents) > self._most or self._characters > self._most_characters:
            oldest, _ = self._documents.popitem(last=False)
            self._characters -= len(oldest)
        return document

    def _read(self, source: str) -> Document:
        try:
            ast = parse(source, max_tokens=self._max_tokens)
        except GraphQLError as error:
            return Document(None, (error,), SYNTAX)
        except RecursionError:
            return Document(None, (GraphQLError("The document is nested too deeply."),), TOO_DEEP)
        depth = depth_of(ast)
        if depth > self._max_depth:
            message = f"The document is nested too deeply: {depth} levels, and {self._max_depth} are allowed."
            return Document(None, (GraphQLError(message),), TOO_DEEP)
        if errors := validate(self._schema, ast):
            return Document(None, tuple(errors), INVALID)
        cost = self._costs.of(ast)
        if cost > self._max_cost:
            message = (
                f"The document asks for too much: up to {cost} fields, and {self._max_cost} are allowed. "
                "Ask for smaller pages (`first`), or for less in each."
            )
            return Document(None, (GraphQLError(message),), TOO_COSTLY)
        return Document(ast)

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
