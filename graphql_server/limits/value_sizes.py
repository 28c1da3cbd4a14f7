"""How many bytes of JSON a value may have, by its field, scalar or enum."""

from collections.abc import Mapping

from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

UNKNOWN = 1_000
"""Bytes of a value whose scalar is not in the table."""
SCALARS: Mapping[str, int] = {
    "Boolean": len("false"),
    "Int": len("-2147483648"),
    "Float": len("-1.7976931348623157e+308"),
}
_QUOTES = 2


class ValueSizes:
    """The largest values of one schema.

    `table` has the bytes of the values of a scalar by its name, and those of all values of one field by its coordinate
    (`Type.field`). A list without pages has up to `root_list_size` values in `Query`, elsewhere up to `list_size`.
    """

    def __init__(self, schema: GraphQLSchema, table: Mapping[str, int], *, root_list_size: int, list_size: int) -> None:
        self._table = {**SCALARS, **table}
        self._query_type = schema.query_type
        self._root_list_size = root_list_size
        self._list_size = list_size
        objects = [name for name, each in schema.type_map.items() if isinstance(each, GraphQLObjectType)]
        self._typename = _QUOTES + max(map(len, objects), default=0)
        self._known: dict[tuple[str, str], int] = {}

    def of(self, parent: GraphQLNamedType | None, field_name: str) -> int:
        """The bytes of the value, or of all values, of a field without a selection."""
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) or field_name not in parent.fields:
            return self._typename
        place = parent.name, field_name
        if place not in self._known:
            self._known[place] = self._compute(parent, field_name)
        return self._known[place]

    def _compute(self, parent: GraphQLObjectType | GraphQLInterfaceType, field_name: str) -> int:
        if (size := self._table.get(f"{parent.name}.{field_name}")) is not None:
            return size
        field_type = parent.fields[field_name].type
        named = get_named_type(field_type)
        if isinstance(named, GraphQLEnumType):
            value = _QUOTES + max(map(len, named.values))
        else:
            value = self._table.get(named.name, UNKNOWN)
        if not is_list_type(get_nullable_type(field_type)):
            return value
        items = self._root_list_size if parent is self._query_type else self._list_size
        return len("[]") + items * (value + 1)
