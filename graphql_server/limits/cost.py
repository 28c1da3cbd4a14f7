"""The cost of a document: the number of fields and of bytes that its response may have.

Both are multiplied by the sizes of the pages and lists around them. They are computed before execution and without the
variables: a page whose size is a variable counts as the largest one.
"""

from collections.abc import Mapping
from functools import cached_property
from math import ceil
from typing import NamedTuple, TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NamedTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    get_named_type,
    get_nullable_type,
    introspection_types,
    is_list_type,
)

from sessionql.graphql_server.limits.document_size import SATURATED, children_first
from sessionql.graphql_server.limits.introspection_cost import PREFIX, ROOTS, IntrospectionSizes
from sessionql.graphql_server.limits.limits import Limits
from sessionql.graphql_server.limits.rules import TYPENAME
from sessionql.graphql_server.limits.value_sizes import ValueSizes

_ENVELOPE = 100
"""Bytes around the data: `{"data":…}`, and the message of a WebSocket."""
_OBJECT = len("{},")
_LIST = len("[]")
_KEY = len('"":,')


class Cost(NamedTuple):
    """The largest response to an operation: its fields, and the bytes of its JSON without errors."""

    fields: int
    bytes: int


class _Sum(NamedTuple):
    """A cost that may have parts of fields: lists of introspections multiply with their mean length."""

    fields: float
    bytes: float


class _Result(NamedTuple):
    """What one field returns: objects of a type, or leaves. `each` as for IntrospectionSizes."""

    type_: GraphQLNamedType | None
    items: float
    each: bool = False


_Fragments: TypeAlias = Mapping[tuple[str, bool], _Sum]
"""The costs of fragments by name, and by whether each of their objects is reached once."""
_NONE = _Sum(0, 0)


class Costs:
    """Computes the costs of documents of one schema."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._max_page_size = limits.list_size
        self._default_page_size = limits.page_size or limits.list_size
        self._unpaged_list_size = max(limits.unpaged_list_size or 0, limits.list_size)
        self._nested_list_size = limits.nested_list_size or limits.list_size
        self._values = ValueSizes(
            schema,
            limits.value_bytes,
            root_list_size=self._unpaged_list_size,
            list_size=self._nested_list_size,
        )
        # The lists of a page do not multiply: the page did.
        pages = (field.type for field in _fields(schema) if _is_page(field) and not _is_list(field))
        self._pages = set(map(get_named_type, pages))

    def of(self, document: DocumentNode) -> Cost:
        """The highest cost of an operation of a valid document, each number at most SATURATED."""
        fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
        costs: dict[tuple[str, bool], _Sum] = {}
        for name in children_first({name: _spreads(each.selection_set) for name, each in fragments.items()}):
            type_, selections = self._named(fragments[name].type_condition), fragments[name].selection_set
            costs[name, False] = self._cost(selections, type_, costs)
            if type_ is not None and type_.name.startswith(PREFIX):
                costs[name, True] = self._cost(selections, type_, costs, each=True)
        operations = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
        roots = ((each.selection_set, self._schema.get_root_type(each.operation)) for each in operations)
        found = [self._cost(selections, root, costs) for selections, root in roots]
        fields = max((each.fields for each in found), default=0)
        return Cost(ceil(fields), _ENVELOPE + ceil(max((each.bytes for each in found), default=0)))

    def _cost(
        self,
        selection_set: SelectionSetNode,
        parent: GraphQLNamedType | None,
        fragments: _Fragments,
        *,
        each: bool = False,
    ) -> _Sum:
        # Recursion is safe: the depth of the document has been checked.
        fields, bytes_ = 0.0, 0.0
        for selection in selection_set.selections:
            cost = _NONE
            if isinstance(selection, FragmentSpreadNode):
                cost = fragments.get((selection.name.value, each), _NONE)
            elif isinstance(selection, InlineFragmentNode):
                inner = self._named(selection.type_condition) if selection.type_condition else parent
                cost = self._cost(selection.selection_set, inner, fragments, each=each)
            elif isinstance(selection, FieldNode):
                cost = self._cost_of_field(selection, parent, fragments, each)
            fields, bytes_ = fields + cost.fields, bytes_ + cost.bytes
        return _Sum(min(fields, SATURATED), min(bytes_, SATURATED))

    def _cost_of_field(
        self, node: FieldNode, parent: GraphQLNamedType | None, fragments: _Fragments, each: bool
    ) -> _Sum:
        key, name = len((node.alias or node.name).value) + _KEY, node.name.value
        introspected = parent if parent is not None and parent.name.startswith(PREFIX) else None
        if node.selection_set is None:
            if introspected is None or name == TYPENAME:
                return _Sum(1, key + self._values.of(parent, name))
            return _Sum(1, key + self._introspection.of(introspected.name, name, each=each))
        result = self._introspected(name, introspected, each) if introspected else self._returned(node, parent)
        inside = self._cost(node.selection_set, result.type_, fragments, each=result.each)
        return _Sum(1 + result.items * inside.fields, key + _LIST + result.items * (_OBJECT + inside.bytes))

    def _returned(self, node: FieldNode, parent: GraphQLNamedType | None) -> _Result:
        """The objects that a field may return."""
        name = node.name.value
        if name in ROOTS:
            return _Result(introspection_types[ROOTS[name]], 1, each=name == "__schema")
        fields = parent.fields if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else {}
        field = fields.get(name)
        return _Result(get_named_type(field.type), self._size(node, field, parent)) if field else _Result(None, 1)

    def _introspected(self, name: str, parent: GraphQLNamedType, each: bool) -> _Result:
        """The objects that a field of an introspection type may return."""
        type_ = get_named_type(parent.fields[name].type)  # type: ignore[attr-defined]
        items = self._introspection.of(parent.name, name, each=each)
        return _Result(type_, items, each=each and self._introspection.keeps_each(name))

    @cached_property
    def _introspection(self) -> IntrospectionSizes:
        return IntrospectionSizes(self._schema)

    def _size(self, node: FieldNode, field: GraphQLField, parent: GraphQLNamedType | None) -> int:
        """The number of objects that a field may return."""
        if _is_page(field):
            sizes = [each.value for each in node.arguments or () if each.name.value in ("first", "last")]
            known = [self._known_size(each) for each in sizes]
            # At least one: a negative size, which resolvers reject, must not lower the cost of the document.
            return min(max(1, *known), self._max_page_size) if known else self._default_page_size
        if parent in self._pages or not _is_list(field):
            return 1
        return self._unpaged_list_size if parent is self._schema.query_type else self._nested_list_size

    def _known_size(self, value: ValueNode) -> int:
        # Python converts no integer of more than 4300 digits.
        if isinstance(value, IntValueNode) and len(value.value) < len(str(SATURATED)):
            return int(value.value)
        return self._max_page_size

    def _named(self, condition: NamedTypeNode) -> GraphQLNamedType | None:
        return self._schema.type_map.get(condition.name.value)


def _is_page(field: GraphQLField) -> bool:
    return "first" in field.args


def _is_list(field: GraphQLField) -> bool:
    return is_list_type(get_nullable_type(field.type))


def _fields(schema: GraphQLSchema) -> list[GraphQLField]:
    types = (each for each in schema.type_map.values() if isinstance(each, GraphQLObjectType | GraphQLInterfaceType))
    return [field for type_ in types for field in type_.fields.values()]


def _spreads(root: SelectionSetNode) -> set[str]:
    found, stack = set[str](), [root]
    while stack:
        for selection in stack.pop().selections:
            if isinstance(selection, FragmentSpreadNode):
                found.add(selection.name.value)
            elif isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                stack.append(selection.selection_set)
    return found
