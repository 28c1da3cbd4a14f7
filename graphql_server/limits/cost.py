"""How much a document may ask for: fields, times the pages and lists that they stand in.

A bound on the answer, found before anything is executed and without the variables: a page whose
size is a variable counts as the largest there is.
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
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from sessionql.graphql_server.limits.fragments import children_first

SATURATED = 10**12
"""Costs are not told apart from here on."""
UNPAGED_LIST_SIZE = 100
"""What a list without pages counts as, if no page is larger."""
DEFAULT_PAGE_SIZE = 20
"""The size of a page that nobody asked a size for."""


class Costs:
    """What documents of one schema may cost, where `largest` is the largest page there is."""

    def __init__(self, schema: GraphQLSchema, largest: int = 100) -> None:
        self._schema = schema
        self._largest = largest
        self._whole = max(UNPAGED_LIST_SIZE, largest)

    def of(self, document: DocumentNode) -> int:
        """The cost of the dearest operation of a valid document."""
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
        # Recursion is safe here: how deep selection sets nest was bounded before.
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
        # What introspection asks of the schema has no end of its own, but is no larger than the schema.
        type_ = get_named_type(field.type) if field else None
        size = self._size(node, field, parent) if field else 1
        return 1 + size * self._cost(node.selection_set, type_, fragments)

    def _size(self, node: FieldNode, field: GraphQLField, parent: GraphQLNamedType | None) -> int:
        """How many objects a field may stand for."""
        if "first" in field.args:
            sizes = [each.value for each in node.arguments or () if each.name.value in ("first", "last")]
            known = [int(each.value) if isinstance(each, IntValueNode) else self._largest for each in sizes]
            # Never less than one: a size that is refused later must not pay for the rest of the document.
            return min(max(1, *known), self._largest) if known else DEFAULT_PAGE_SIZE
        return self._whole if parent is self._schema.query_type and is_list_type(get_nullable_type(field.type)) else 1

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
