"""How deep a document nests, found in one walk: each fragment is looked at once.

Executing and writing an answer recurse as deep as it does, so it is bounded before anything else.
"""

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from graphql_server.fragments import children_first

Own = tuple[int, dict[str, int]]
"""The depth of a definition by itself, and how deep it spreads each fragment."""


def depth_of(document: DocumentNode) -> int:
    """The deepest nesting of selection sets of any operation. Fragments that spread themselves end there."""
    fragments: dict[str, Own] = {}
    operations: list[Own] = []
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            fragments[definition.name.value] = _own(definition.selection_set)
        elif isinstance(definition, OperationDefinitionNode):
            operations.append(_own(definition.selection_set))
    depths = _whole(fragments)
    return max((_with(own, depths) for own in operations), default=0)


def _own(root: SelectionSetNode) -> Own:
    deepest, spreads = 0, dict[str, int]()
    stack = [(root, 1)]
    while stack:
        selection_set, depth = stack.pop()
        deepest = max(deepest, depth)
        for selection in selection_set.selections:
            if isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                spreads[name] = max(spreads.get(name, 0), depth)
            elif isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                stack.append((selection.selection_set, depth + 1))
    return deepest, spreads


def _whole(fragments: dict[str, Own]) -> dict[str, int]:
    """The depth of each fragment with what it spreads."""
    depths: dict[str, int] = {}
    for name in children_first({name: spreads.keys() for name, (_, spreads) in fragments.items()}):
        depths[name] = _with(fragments[name], depths)
    return depths


def _with(own: Own, depths: dict[str, int]) -> int:
    deepest, spreads = own
    # A spread stands where a field would: what it brings begins one level up.
    return max([deepest, *(at + depths.get(name, 1) - 1 for name, at in spreads.items())])
