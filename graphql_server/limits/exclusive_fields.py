"""Fields of which an operation may have one, because each is expensive: for example those that hash a password."""

from collections.abc import Collection

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from sessionql.graphql_server.limits.document_size import children_first
from sessionql.graphql_server.limits.limits import LimitExceeded

CODE = "TOO_MANY_EXPENSIVE_FIELDS"


def too_many_exclusive(document: DocumentNode, names: Collection[str]) -> LimitExceeded | None:
    """TOO_MANY_EXPENSIVE_FIELDS of a valid document with an operation that has more than one root field of `names`.

    A field is counted by its response name, in fragments too, and also where `@skip` or `@include` excludes it.
    """
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    keys: dict[str, frozenset[str]] = {}
    roots = {name: _Root(each.selection_set, names) for name, each in fragments.items()}
    for name in children_first({name: root.spreads for name, root in roots.items()}):
        keys[name] = roots[name].all_keys(keys)
    operations = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    most = max((len(_Root(each.selection_set, names).all_keys(keys)) for each in operations), default=0)
    if most <= 1:
        return None
    listed = ", ".join(f"`{name}`" for name in sorted(names))
    message = f"An operation may have 1 of the fields {listed}, and this one has {most}. Send one request for each."
    return LimitExceeded(CODE, message)


class _Root:
    """The response names of the listed fields, and the fragments, that a selection set has beside each other."""

    def __init__(self, selection_set: SelectionSetNode, names: Collection[str]) -> None:
        self.keys, self.spreads = set[str](), set[str]()
        stack = [selection_set]
        while stack:
            for selection in stack.pop().selections:
                if isinstance(selection, FieldNode):
                    if selection.name.value in names:
                        self.keys.add((selection.alias or selection.name).value)
                elif isinstance(selection, InlineFragmentNode):
                    stack.append(selection.selection_set)
                elif isinstance(selection, FragmentSpreadNode):
                    self.spreads.add(selection.name.value)

    def all_keys(self, of_fragments: dict[str, frozenset[str]]) -> frozenset[str]:
        return frozenset(self.keys).union(*(of_fragments.get(name, frozenset()) for name in self.spreads))
