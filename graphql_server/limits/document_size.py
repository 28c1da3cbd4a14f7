"""Counts aliases, root fields, directives and nesting of a document, each selection once.

A fragment counts as often as it is spread, and yet it is read once: without recursion, in linear time.
"""

import re
from collections.abc import Collection, Iterator, Mapping
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
    TokenKind,
)

SATURATED = 10**12
"""The largest count: fragments that double reach numbers of any length."""


@dataclass(frozen=True, slots=True)
class DocumentSize:
    """Counts are those of all operations together, depths those of the deepest one."""

    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    depth: int = 0
    """Levels of selection sets, as the response nests. Execution recurses by it."""
    validation_depth: int = 0
    """The same with one more level for each spread, and fragments without a spread too. Validation recurses by it."""


@dataclass(slots=True)
class _Spreads:
    """How often and how deep a definition spreads one fragment."""

    count: int = 0
    at_root: int = 0
    depth: int = 0


@dataclass(slots=True)
class _Own:
    """The size of a definition without the fragments that it spreads."""

    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    depth: int = 0
    spreads: dict[str, _Spreads] = field(default_factory=dict)


_Definition: TypeAlias = OperationDefinitionNode | FragmentDefinitionNode
_UNKNOWN = DocumentSize(depth=1)
"""The size of a fragment that is not defined, or that spreads itself."""


def size_of(document: DocumentNode) -> DocumentSize:
    """The size of a document. A fragment that spreads itself counts once."""
    fragments: dict[str, _Own] = {}
    operations: list[_Own] = []
    other_directives = 0
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            fragments[definition.name.value] = _own_size(definition)
        elif isinstance(definition, OperationDefinitionNode):
            operations.append(_own_size(definition))
        else:
            other_directives += _directives(definition)
    totals: dict[str, DocumentSize] = {}
    for name in children_first({name: own.spreads for name, own in fragments.items()}):
        totals[name] = _total(fragments[name], totals)
    sizes = [_total(own, totals) for own in operations]
    # Fragments that no operation spreads are validated too.
    directives = max(sum(each.directives for each in sizes), sum(own.directives for own in fragments.values()))
    return DocumentSize(
        _capped(sum(each.aliases for each in sizes)),
        _capped(sum(each.root_fields for each in sizes)),
        _capped(other_directives + directives),
        max((each.depth for each in sizes), default=0),
        max((each.validation_depth for each in (*sizes, *totals.values())), default=0),
    )


def longest_name(document: DocumentNode, source: str, limit: int) -> int:
    """The characters of the longest name in the source of a document; 0 if there is surely none beyond the limit."""
    # Texts and comments have long words too, and nearly all documents have none.
    token = document.loc.start_token if document.loc and re.search(rf"\b\w{{{limit + 1}}}", source, re.ASCII) else None
    longest = 0
    while token is not None:
        if token.kind is TokenKind.NAME:
            longest = max(longest, token.end - token.start)
        token = token.next
    return longest


def children_first(spreads: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Every fragment once, after those that it spreads. One that spreads itself comes before itself."""
    done: set[str] = set()
    for start in spreads:
        stack, open_ = [(start, False)], set[str]()
        while stack:
            name, children_done = stack.pop()
            if name in done:
                continue
            if children_done:
                done.add(name)
                yield name
                continue
            open_.add(name)
            stack.append((name, True))
            stack += [(child, False) for child in spreads[name] if child in spreads and child not in open_]


def _own_size(definition: _Definition) -> _Own:
    own = _Own(directives=_directives(definition))
    own.directives += sum(map(_directives, definition.variable_definitions or ()))
    stack: list[tuple[SelectionSetNode, int, bool]] = [(definition.selection_set, 1, True)]
    while stack:
        selection_set, depth, at_root = stack.pop()
        own.depth = max(own.depth, depth)
        for selection in selection_set.selections:
            _add(own, selection, depth, at_root=at_root)
            inner: SelectionSetNode | None = getattr(selection, "selection_set", None)
            if inner is not None:
                stack.append((inner, depth + 1, at_root and not isinstance(selection, FieldNode)))
    return own


def _add(own: _Own, selection: SelectionNode, depth: int, *, at_root: bool) -> None:
    own.directives += len(selection.directives or ())
    if isinstance(selection, FieldNode):
        own.aliases += selection.alias is not None
        own.root_fields += at_root
    elif isinstance(selection, FragmentSpreadNode):
        spreads = own.spreads.setdefault(selection.name.value, _Spreads())
        spreads.count += 1
        spreads.at_root += at_root
        spreads.depth = max(spreads.depth, depth)


def _directives(node: Node) -> int:
    return len(getattr(node, "directives", None) or ())


def _total(own: _Own, totals: Mapping[str, DocumentSize]) -> DocumentSize:
    spread = [(totals.get(name, _UNKNOWN), each) for name, each in own.spreads.items()]
    return DocumentSize(
        _capped(own.aliases + sum(each.count * size.aliases for size, each in spread)),
        _capped(own.root_fields + sum(each.at_root * size.root_fields for size, each in spread)),
        _capped(own.directives + sum(each.count * size.directives for size, each in spread)),
        # The selections of a fragment are on the level of its spread.
        max([own.depth, *(each.depth + size.depth - 1 for size, each in spread)]),
        max([own.depth, *(each.depth + size.validation_depth for size, each in spread)]),
    )


def _capped(count: int) -> int:
    return min(count, SATURATED)
