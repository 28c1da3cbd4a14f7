"""The cost of a document: the number of fields that its response may have.

Fields are multiplied by the size of the pages and lists around them. The cost is computed before execution and without
the variables: a page whose size is a variable counts as the largest one.
"""

from collections.abc import Mapping

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
    is_list_type,
)

from sessionql.graphql_server.limits.document_size import SATURATED, children_first
from sessionql.graphql_server.limits.limits import Limits


class Costs:
    """Computes the costs of documents of one schema."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._max_page_size = limits.list_size
        self._default_page_size = limits.page_size or limits.list_size
        self._unpaged_list_size = max(limits.unpaged_list_size or 0, limits.list_size)

    def of(self, document: DocumentNode) -> int:
        """The highest cost of an operation of a valid document, at most SATURATED."""
        fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
        costs: dict[str, int] = {}
        for name in children_first({name: _spreads(each.selection_set) for name, each in fragments.items()}):
            fragment = fragments[name]
            costs[name] = self._cost(fragment.selection_set, self._named(fragment.type_condition), costs)
        operations = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
        roots = ((each.selection_set, self._schema.get_root_type(each.operation)) for each in operations)
        return max((self._cost(selection_set, root, costs) for selection_set, root in roots), default=0)

    def _cost(
        self, selection_set: SelectionSetNode, parent: GraphQLNamedType | None, fragments: Mapping[str, int]
    ) -> int:
        # Recursion is safe: the depth of the document has been checked.
        total = 0
        for selection in selection_set.selections:
            if isinstance(selection, FragmentSpreadNode):
                total += fragments.get(selection.name.value, 0)
            elif isinstance(selection, InlineFragmentNode):
                inner = self._named(selection.type_condition) if selection.type_condition else parent
                total += self._cost(selection.selection_set, inner, fragments)
            elif isinstance(selection, FieldNode):
                total += self._cost_of_field(selection, parent, fragments)
        return min(total, SATURATED)

    def _cost_of_field(self, node: FieldNode, parent: GraphQLNamedType | None, fragments: Mapping[str, int]) -> int:
        if node.selection_set is None:
            return 1
        fields = parent.fields if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else {}
        field = fields.get(node.name.value)
        # Introspection is no larger than the schema: its lists do not multiply.
        type_ = get_named_type(field.type) if field else None
        size = self._size(node, field, parent) if field else 1
        return 1 + size * self._cost(node.selection_set, type_, fragments)

    def _size(self, node: FieldNode, field: GraphQLField, parent: GraphQLNamedType | None) -> int:
        """The number of objects that a field may return."""
        if "first" in field.args:
            sizes = [each.value for each in node.arguments or () if each.name.value in ("first", "last")]
            known = [self._known_size(each) for each in sizes]
            # At least one: a negative size, which resolvers reject, must not lower the cost of the document.
            return min(max(1, *known), self._max_page_size) if known else self._default_page_size
        is_root_list = parent is self._schema.query_type and is_list_type(get_nullable_type(field.type))
        return self._unpaged_list_size if is_root_list else 1

    def _known_size(self, value: ValueNode) -> int:
        # Python converts no integer of more than 4300 digits.
        if isinstance(value, IntValueNode) and len(value.value) < len(str(SATURATED)):
            return int(value.value)
        return self._max_page_size

    def _named(self, condition: NamedTypeNode) -> GraphQLNamedType | None:
        return self._schema.type_map.get(condition.name.value)


def _spreads(root: SelectionSetNode) -> set[str]:
    found, stack = set[str](), [root]
    while stack:
        for selection in stack.pop().selections:
            if isinstance(selection, FragmentSpreadNode):
                found.add(selection.name.value)
            elif isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                stack.append(selection.selection_set)
    return found
