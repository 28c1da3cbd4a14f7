"""A strategy of random documents of any schema: aliases of any length, fragments, pages in pages, names of types."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from graphql import (
    GraphQLAbstractType,
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
)
from hypothesis import strategies as st

MAX_ALIAS = 60
"""Letters."""

Choices: TypeAlias = Mapping[str, Sequence[str]]
Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]


@st.composite
def documents(
    draw: Draw, schema: GraphQLSchema, *, arguments: Choices, required: Choices | None = None, depth: int = 5
) -> str:
    """A query. `arguments` are values of optional arguments; `required` are the arguments of fields that need some."""
    assert schema.query_type is not None
    return _Writer(schema, draw, arguments, required or {}).selections(schema.query_type, depth)


class _Writer:
    """Writes one document. Each field has another alias, so that none conflict."""

    def __init__(self, schema: GraphQLSchema, draw: Draw, arguments: Choices, required: Choices) -> None:
        self._schema = schema
        self._draw = draw
        self._arguments = arguments
        self._required = required
        self._fields = 0

    def selections(self, type_: GraphQLNamedType, depth: int) -> str:
        names = ["__typename", *self._usable(type_, depth)]
        chosen = [self._field(type_, name, depth) for name in self._choose(names)]
        if is_abstract_type(type_):
            chosen.append(self._fragment(type_, depth))
        return "{ " + " ".join(chosen) + " }"

    def _choose(self, names: Sequence[str]) -> list[str]:
        found: list[str] = self._draw(st.lists(st.sampled_from(names), min_size=1, max_size=4))
        return found

    def _usable(self, type_: Any, depth: int) -> list[str]:
        return [
            name
            for name, field in getattr(type_, "fields", {}).items()
            if (depth or is_leaf_type(get_named_type(field.type)))
            and (name in self._required or not any(is_required_argument(arg) for arg in field.args.values()))
        ]

    def _field(self, type_: Any, name: str, depth: int) -> str:
        self._fields += 1
        alias = f"{'a' * self._draw(st.integers(0, MAX_ALIAS))}{self._fields}_" if self._draw(st.booleans()) else None
        alias = f"f{self._fields}" if alias is None else f"a{alias}"
        if name == "__typename":
            return f"{alias}: {name}"
        field, inside = type_.fields[name], ""
        if not is_leaf_type(get_named_type(field.type)):
            inside = self.selections(get_named_type(field.type), depth - 1)
        return f"{alias}: {name}{self._given(name, field)} {inside}"

    def _given(self, name: str, field: Any) -> str:
        if name in self._required:
            return f"({self._draw(st.sampled_from(self._required[name]))})"
        known = [f"{arg}: {value}" for arg in field.args for value in self._arguments.get(arg, ())]
        chosen = self._draw(st.sampled_from(["", *known]))
        return f"({chosen})" if chosen else ""

    def _fragment(self, type_: GraphQLAbstractType, depth: int) -> str:
        possible = self._draw(st.sampled_from(self._schema.get_possible_types(type_)))
        return f"... on {possible.name} {self.selections(possible, depth)}"
