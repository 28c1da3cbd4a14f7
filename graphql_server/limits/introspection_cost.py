"""How many items the lists of an introspection have, and how long its texts are.

Both are known, because the schema does not change: lists that contain each other, as in `types { fields { type {
fields } } }`, multiply by what the schema has.
"""

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any, NamedTuple

import orjson
from graphql import GraphQLField, GraphQLSchema, get_named_type, introspection_types, is_leaf_type

PREFIX = "__"
"""The first characters of the names of introspection types and fields."""
ROOTS = {"__schema": "__Schema", "__type": "__Type"}
"""The types of the fields of `Query` with which an introspection begins."""
_WITH_EACH_ONCE = frozenset({"types", "directives", "fields", "inputFields", "enumValues", "args"})


class Size(NamedTuple):
    """The number of items of a list or the bytes of a text: on average of all objects, and the largest."""

    mean: float
    most: float


class IntrospectionSizes:
    """The sizes of one schema.

    `each`: whether an object is reached once, together with all others of its kind, as in `__schema { types }`. Then
    the mean is exact. Any other object, as in `type { ofType }`, may be the largest.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        info = SimpleNamespace(schema=schema)
        self._sizes: dict[tuple[str, str], Size] = {}
        for type_name, lists in _objects(schema).items():
            for name, field in _fields(type_name).items():
                measured = [[_measure(field, each, info) for each in objects] for objects in lists if objects]
                mean = max((sum(sizes) / len(sizes) for sizes in measured), default=0)
                # At least one: wrapping types, like `[Int!]`, are not measured, and have an `ofType`.
                self._sizes[type_name, name] = Size(mean, max([1, *map(max, measured)]))

    def of(self, type_name: str, field_name: str, *, each: bool) -> float:
        """The items of a list, the bytes of a leaf, or 1 for another object."""
        size = self._sizes.get((type_name, field_name), Size(0, 0))
        return size.mean if each else size.most

    @staticmethod
    def keeps_each(field_name: str) -> bool:
        """Whether a field of an object that is reached once reaches its own objects once too."""
        return field_name in _WITH_EACH_ONCE


def _fields(type_name: str) -> dict[str, GraphQLField]:
    fields: dict[str, GraphQLField] = introspection_types[type_name].fields  # type: ignore[attr-defined]
    return fields


def _objects(schema: GraphQLSchema) -> dict[str, list[list[Any]]]:
    """The objects of each introspection type, in one list for each field that lists them."""
    types, directives = list(schema.type_map.values()), list(schema.directives)
    fields = _all(types, "__Type", "fields")
    return {
        "__Schema": [[schema]],
        "__Type": [types],
        "__Field": [fields],
        "__InputValue": [
            _all(fields, "__Field", "args"),
            _all(directives, "__Directive", "args"),
            _all(types, "__Type", "inputFields"),
        ],
        "__EnumValue": [_all(types, "__Type", "enumValues")],
        "__Directive": [directives],
    }


def _all(sources: list[Any], type_name: str, name: str) -> list[Any]:
    """What a list field of these objects has, together."""
    field = _fields(type_name)[name]
    return [item for source in sources for item in _resolve(field, source, None) or ()]


def _resolve(field: GraphQLField, source: Any, info: Any) -> Any:
    assert field.resolve is not None  # noqa: S101 - graphql-core defines one for each field of introspection
    return field.resolve(source, info, **({"includeDeprecated": True} if "includeDeprecated" in field.args else {}))


def _measure(field: GraphQLField, source: Any, info: Any) -> int:
    value = _resolve(field, source, info)
    if is_leaf_type(get_named_type(field.type)):
        return len(orjson.dumps(value, default=str))
    return len(value) if isinstance(value, Collection) else int(value is not None)
