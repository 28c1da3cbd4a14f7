"""How many aliases, root fields and directives a document has, found in one walk.

What a fragment has counts as often as the fragment is spread, and yet each is looked at once.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from sessionql.graphql_server.limits.fragments import children_first

SATURATED = 10**12
"""Counts are not told apart from here on: fragments that double reach numbers of any length."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What all operations of a document have together."""

    aliases: int = 0
    root_fields: int = 0
    directives: int = 0


@dataclass(slots=True)
class _Own:
    """What a definition has by itself, and how often it spreads each fragment: anywhere, and at its root."""

    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    spreads: Counter[str] = field(default_factory=Counter)
    at_root: Counter[str] = field(default_factory=Counter)


_Definition: TypeAlias = OperationDefinitionNode | FragmentDefinitionNode


def counts_of(document: DocumentNode) -> Counts:
    """The counts of a document. Fragments that spread themselves count once; unknown ones have nothing."""
    fragments: dict[str, _Own] = {}
    operations: list[_Own] = []
    other = 0
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            fragments[definition.name.value] = _own(definition)
        elif isinstance(definition, OperationDefinitionNode):
            operations.append(_own(definition))
        else:
            other += _directives(definition)
    whole: dict[str, Counts] = {}
    for name in children_first({name: own.spreads for name, own in fragments.items()}):
        whole[name] = _with(fragments[name], whole)
    totals = [_with(own, whole) for own in operations]
    return Counts(
        _capped(sum(each.aliases for each in totals)),
        _capped(sum(each.root_fields for each in totals)),
        # One that nobody spreads is validated all the same.
        _capped(
            other + max(sum(each.directives for each in totals), sum(own.directives for own in fragments.values()))
        ),
    )


def _own(definition: _Definition) -> _Own:
    own = _Own(directives=_directives(definition))
    own.directives += sum(map(_directives, definition.variable_definitions or ()))
    stack: list[tuple[SelectionSetNode, bool]] = [(definition.selection_set, True)]
    while stack:
        selection_set, at_root = stack.pop()
        for selection in selection_set.selections:
            _add(own, selection, at_root=at_root)
            inner = getattr(selection, "selection_set", None)
            if inner is not None:
                stack.append((inner, at_root and not isinstance(selection, FieldNode)))
    return own


def _add(own: _Own, selection: SelectionNode, *, at_root: bool) -> None:
    own.directives += len(selection.directives or ())
    if isinstance(selection, FieldNode):
        own.aliases += selection.alias is not None
        own.root_fields += at_root
    elif isinstance(selection, FragmentSpreadNode):
        own.spreads[selection.name.value] += 1
        own.at_root[selection.name.value] += at_root


def _directives(node: Node) -> int:
    return len(getattr(node, "directives", None) or ())


def _with(own: _Own, whole: Mapping[str, Counts]) -> Counts:
    spread = [(whole.get(name, Counts()), times, own.at_root[name]) for name, times in own.spreads.items()]
    return Counts(
        _capped(own.aliases + sum(times * each.aliases for each, times, _ in spread)),
        _capped(own.root_fields + sum(times * each.root_fields for each, _, times in spread)),
        _capped(own.directives + sum(times * each.directives for each, times, _ in spread)),
    )


def _capped(count: int) -> int:
    return min(count, SATURATED)
