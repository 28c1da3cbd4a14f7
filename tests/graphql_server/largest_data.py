"""A schema whose every list is as long, and every value as large, as its limits say."""

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from sessionql.graphql_server.limits.limits import Limits

VALUES: dict[str, Any] = {"ID": "i" * 10, "String": "é" * 24, "Int": -(2**31), "Boolean": False, "Float": -1.5e300}
LIMITS = Limits(
    cost=2_000,
    response_bytes=40_000,
    name_length=20,
    value_bytes={"ID": 12, "String": 50, "Item.codes": 100},
    list_size=10,
    page_size=4,
    nested_list_size=3,
)
CODES = ["c" * 17] * 5

schema = build_schema('''
    interface Thing { id: ID! }
    enum Color { RED, ULTRAMARINE }
    """A thing that can be bought, and whose description is long enough to be noticed where it is often repeated."""
    type Item implements Thing {
        id: ID! name: String size: Int weight: Float sold: Boolean color: Color
        tags: [String!]! codes: [String!]! parts: [Item!] items(first: Int, last: Int): Page!
    }
    type Shop implements Thing { id: ID! owner: String! }
    union Any = Item | Shop
    type Page { nodes: [Item!]! edges: [Edge!]! total: Int! }
    type Edge { cursor: String! node: Item! }
    type Query {
        one: Item thing: Thing any: Any all: [Item!]! names: [String!]!
        items(first: Int, last: Int): Page! listed(first: Int!): [Item!]!
    }
    type Payload { item: Item query: Query! }
    type Mutation { sell(id: ID, first_name: String): Payload! }
    type Subscription { sold: Item! }
''')


def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    """The largest value of a field."""
    named = get_named_type(info.return_type)
    value: Any = named if isinstance(named, GraphQLObjectType | GraphQLUnionType) else VALUES.get(named.name, "")
    if isinstance(named, GraphQLEnumType):
        value = max(named.values, key=len)
    if named.name in ("Thing", "Any"):
        value = schema.type_map["Item"]
    size: int | None = arguments.get("last") or arguments.get("first")
    if named.name == "Page":
        return (named, size or LIMITS.page_size)
    if info.field_name == "codes":
        return CODES
    if not is_list_type(get_nullable_type(info.return_type)):
        return value
    if isinstance(source, tuple):
        return [value] * int(source[1])
    unpaged = LIMITS.list_size if info.parent_type is schema.query_type else LIMITS.nested_list_size
    return [value] * (size or unpaged or 0)


def type_of(value: Any, *_: Any) -> str:
    """The name of the type of an object of an interface or union."""
    return str(value)
