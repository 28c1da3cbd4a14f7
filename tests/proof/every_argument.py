"""Every place of a schema where a client's value goes, and an operation that sends one there."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_required_argument,
    is_required_input_field,
)

SOME_ID = "019ab000-0000-7000-8000-0000000000a1"
FITTING: dict[str, Any] = {
    "ID": SOME_ID,
    "String": "laptop@example.com",
    "Int": 2,
    "Float": 0.5,
    "Boolean": True,
    "DateTime": "2026-11-23T11:16:10Z",
    "IPAddress": "192.0.2.1",
    "JWT": "a.b.c",
}
"""By the name of the scalar."""
NOBODYS: Mapping[str, str] = {}

ODD: list[Any] = [
    *(None, True, False, 0, -1, 1, 101, 2**31 - 1, 2**31, -(2**31), 2**53, 2**63, 2**64 - 1, 1.5, -0.0, 1e308),
    *("", " ", "x", "\0", "\n", "\x7f", "\u202e", "\ufffe", "\U0010ffff", "é" * 300, "🦊" * 64, "a" * 20_000),
    *("null", "[]", "{}", "$", "%", "_", "\\", "'; DROP TABLE users; --", "../../etc/passwd", "${jndi:ldap://x}"),
    *(SOME_ID, SOME_ID.upper(), SOME_ID.replace("-", ""), f"{{{SOME_ID}}}", f" {SOME_ID}", "0" * 36, "a@b.c", "a@\0.c"),
    *("2026-11-23T11:16:10Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"),
    *("0001-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-23", "1e400", "NaN", "٠١٢", "192.0.2.1", "::1%eth0"),
    *("::ffff:192.0.2.1", "256.0.0.1", "2001:db8::/32", "ACTIVE", "LAST_ACTIVE", "COOKIE", "DESKTOP", "BEARER"),
    *("a.b.c", "sqlr_" + "A" * 92, "sqls_" + "A" * 64, "A" * 36, "=" * 36),
    *([], [None], [[]], [0], [""], ["x", None], ["ACTIVE"] * 200, [SOME_ID] * 101, [["x"]] * 3, [True, 1.5, {}]),
    *({}, {"": None}, {"a": 1}, {"__proto__": {}}, {"__typename": "User"}, {"id": SOME_ID, "email": "a@b.c"}),
]
"""What nobody means to send, and for some place each of them is right."""


@dataclass(frozen=True)
class Place:
    """Where a value goes: an argument, or a field of its input. `names` lead from the root to the field."""

    operation: str
    names: tuple[str, ...]
    argument: str
    path: tuple[str, ...]
    field: GraphQLField

    def __str__(self) -> str:
        return f"{'.'.join(self.names)}({'.'.join((self.argument, *self.path))})"

    def request(self, value: Any, known: Mapping[str, str] = NOBODYS) -> dict[str, Any]:
        """The body of a request that is good but for this value. `known` are ids of the caller's own."""
        sent = {name: each for name, each in self.field.args.items() if self._is_sent(name, each)}
        variables = {name: fitting(each.type, name, known) for name, each in sent.items()}
        variables[self.argument] = self._with(sent[self.argument].type, self.path, value, known)
        document = f"{self.names[-1]}({', '.join(f'{name}: ${name}' for name in sent)}){_selection(self.field)}"
        for name in reversed(self.names[:-1]):
            document = f"{name} {{ {document} }}"
        declared = ", ".join(f"${name}: {each.type}" for name, each in sent.items())
        return {"query": f"{self.operation}({declared}) {{ {document} }}", "variables": variables}

    def _is_sent(self, name: str, argument: GraphQLArgument) -> bool:
        return name == self.argument or is_required_argument(argument)

    def _with(self, type_: GraphQLInputType, path: tuple[str, ...], value: Any, known: Mapping[str, str]) -> Any:
        if not path:
            return value
        named = get_named_type(type_)
        assert isinstance(named, GraphQLInputObjectType)
        others = {} if named.is_one_of else fitting(named, "", known)
        return {**others, path[0]: self._with(named.fields[path[0]].type, path[1:], value, known)}


def places(schema: GraphQLSchema) -> Iterator[Place]:
    """Every place, on the shortest way to it."""
    seen: set[str] = set()
    for operation, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        if root is not None:
            for names, field in _fields(root, seen):
                for name, argument in field.args.items():
                    for path in _paths(argument.type):
                        yield Place(operation, names, name, path, field)


def fitting(type_: GraphQLInputType, name: str, known: Mapping[str, str]) -> Any:
    """A value that the type takes, for something of this name."""
    if isinstance(type_, GraphQLNonNull):
        return fitting(type_.of_type, name, known)
    if isinstance(type_, GraphQLList):
        return [fitting(type_.of_type, name, known)]
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if not isinstance(type_, GraphQLInputObjectType):
        return known.get(name, FITTING[type_.name])
    if type_.is_one_of:
        name, field = next(iter(type_.fields.items()))
        return {name: fitting(field.type, name, known)}
    required = {name: each for name, each in type_.fields.items() if is_required_input_field(each)}
    return {name: fitting(each.type, name, known) for name, each in required.items()}


def _fields(root: GraphQLObjectType, seen: set[str]) -> Iterator[tuple[tuple[str, ...], GraphQLField]]:
    """The fields that have arguments, each once, wherever they can be reached without any before."""
    seen.add(root.name)
    queue: deque[tuple[tuple[str, ...], GraphQLObjectType]] = deque([((), root)])
    while queue:
        names, type_ = queue.popleft()
        for name, field in type_.fields.items():
            if field.args:
                yield (*names, name), field
            inner = get_named_type(field.type)
            if isinstance(inner, GraphQLObjectType) and inner.name not in seen and not _needs(field.args):
                seen.add(inner.name)
                queue.append(((*names, name), inner))


def _needs(arguments: dict[str, GraphQLArgument]) -> bool:
    return any(map(is_required_argument, arguments.values()))


def _paths(type_: GraphQLInputType) -> Iterator[tuple[str, ...]]:
    yield ()
    named = get_named_type(type_)
    if isinstance(named, GraphQLInputObjectType):
        for name, field in named.fields.items():
            yield from ((name, *rest) for rest in _paths(field.type))


def _selection(field: GraphQLField) -> str:
    return " { __typename }" if is_composite_type(get_named_type(field.type)) else ""
