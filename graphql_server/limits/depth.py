"""How deep a document nests, found in one walk: each fragment is looked at once.

Executing and writing an answer recurse as deep as it does, so it is bounded before anything else.
"""

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from sessionql.graphql_server.limits.fragments import children_first

Own = tuple[int, dict[str, int]]
"""The depth of a definition by itself, and how deep it spreads each fragment."""


@dataclass(frozen=True, slots=True)
class Depths:
    """The deepest of all operations: in selection sets, as an answer nests, and with each spread as a level more.

    The latter is what validating recurses by.
    """

    selections: int = 0
    with_spreads: int = 0


_UNKNOWN = Depths(selections=1)


def depths_of(document: DocumentNode) -> Depths:
    """The deepest nesting of a document. Fragments that spread themselves end there, those nobody spreads count too."""
    fragments: dict[str, Own] = {}
    operations: list[Own] = []
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            fragments[definition.name.value] = _own(definition.selection_set)
        elif isinstance(definition, OperationDefinitionNode):
            operations.append(_own(definition.selection_set))
    whole: dict[str, Depths] = {}
    for name in children_first({name: spreads.keys() for name, (_, spreads) in fragments.items()}):
        whole[name] = _with(fragments[name], whole)
    totals = [_with(own, whole) for own in operations]
    return Depths(
        max((each.selections for each in totals), default=0),
        max((each.with_spreads for each in (*totals, *whole.values())), default=0),
    )


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


def _with(own: Own, whole: dict[str, Depths]) -> Depths:
    deepest, spreads = own
    below = [(at, whole.get(name, _UNKNOWN)) for name, at in spreads.items()]
    # A spread stands where a field would: what it brings begins one level up.
    return Depths(
        max([deepest, *(at + each.selections - 1 for at, each in below)]),
        max([deepest, *(at + each.with_spreads for at, each in below)]),
    )
