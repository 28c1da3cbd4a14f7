"""Every position of a schema that takes a value of the client, and an operation that sends a value there."""

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

UNKNOWN_ID = "019ab000-0000-7000-8000-0000000000a1"
VALID_VALUES: dict[str, Any] = {
    "ID": UNKNOWN_ID,
    "String": "laptop@example.com",
    "Int": 2,
    "Float": 0.5,
    "Boolean": True,
    "DateTime": "2026-11-23T11:16:10Z",
    "IPAddress": "192.0.2.1",
    "JWT": "a.b.c",
}
"""Valid values by the name of the scalar."""
NO_IDS: Mapping[str, str] = {}

UNUSUAL_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1, 101, 2**31 - 1, 2**31, -(2**31), 2**53, 2**63, 2**64 - 1, 1.5, -0.0, 1e308),
    *("", " ", "x", "\0", "\n", "\x7f", "\u202e", "\ufffe", "\U0010ffff", "é" * 300, "🦊" * 64, "a" * 20_000),
    *("null", "[]", "{}", "$", "%", "_", "\\", "'; DROP TABLE users; --", "../../etc/passwd", "${jndi:ldap://x}"),
    *(
        UNKNOWN_ID,
        UNKNOWN_ID.upper(),
        UNKNOWN_ID.replace("-", ""),
        f"{{{UNKNOWN_ID}}}",
        f" {UNKNOWN_ID}",
        "0" * 36,
        "a@b.c",
        "a@\0.c",
    ),
    *("2026-11-23T11:16:10Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"),
    *("0001-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-23", "1e400", "NaN", "٠١٢", "192.0.2.1", "::1%eth0"),
    *("::ffff:192.0.2.1", "256.0.0.1", "2001:db8::/32", "ACTIVE", "LAST_ACTIVE", "COOKIE", "DESKTOP", "BEARER"),
    *("a.b.c", "sqlr_" + "A" * 92, "sqls_" + "A" * 64, "A" * 36, "=" * 36),
    *([], [None], [[]], [0], [""], ["x", None], ["ACTIVE"] * 200, [UNKNOWN_ID] * 101, [["x"]] * 3, [True, 1.5, {}]),
    *({}, {"": None}, {"a": 1}, {"__proto__": {}}, {"__typename": "User"}, {"id": UNKNOWN_ID, "email": "a@b.c"}),
]
"""Values that clients rarely send; each is valid for some position."""


@dataclass(frozen=True)
class ArgumentPosition:
    """An argument, or a field of its input. `names` is the path of fields from the root."""

    operation: str
    names: tuple[str, ...]
    argument: str
    path: tuple[str, ...]
    field: GraphQLField

    def __str__(self) -> str:
        return f"{'.'.join(self.names)}({'.'.join((self.argument, *self.path))})"

    def request(self, value: Any, known: Mapping[str, str] = NO_IDS) -> dict[str, Any]:
        """Build the body of a request that is valid except for `value`. `known` maps arguments to IDs of the caller."""
        sent = {name: each for name, each in self.field.args.items() if self._is_sent(name, each)}
        variables = {name: valid_value(each.type, name, known) for name, each in sent.items()}
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
        others = {} if named.is_one_of else valid_value(named, "", known)
        return {**others, path[0]: self._with(named.fields[path[0]].type, path[1:], value, known)}


def argument_positions(schema: GraphQLSchema) -> Iterator[ArgumentPosition]:
    """Yield every position, on the shortest path from the root."""
    seen: set[str] = set()
    for operation, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        if root is not None:
            for names, field in _fields(root, seen):
                for name, argument in field.args.items():
                    for path in _paths(argument.type):
                        yield ArgumentPosition(operation, names, name, path, field)


def valid_value(type_: GraphQLInputType, name: str, known: Mapping[str, str]) -> Any:
    """Return a value that the type accepts for an argument called `name`."""
    if isinstance(type_, GraphQLNonNull):
        return valid_value(type_.of_type, name, known)
    if isinstance(type_, GraphQLList):
        return [valid_value(type_.of_type, name, known)]
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if not isinstance(type_, GraphQLInputObjectType):
        return known.get(name, VALID_VALUES[type_.name])
    if type_.is_one_of:
        name, field = next(iter(type_.fields.items()))
        return {name: valid_value(field.type, name, known)}
    required = {name: each for name, each in type_.fields.items() if is_required_input_field(each)}
    return {name: valid_value(each.type, name, known) for name, each in required.items()}


def _fields(root: GraphQLObjectType, seen: set[str]) -> Iterator[tuple[tuple[str, ...], GraphQLField]]:
    """Yield fields with arguments, each once, that are reachable without required arguments on the path."""
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
