"""Kinds of documents that are expensive to read, in any size."""

from collections.abc import Callable, Mapping

Make = Callable[[int], str]
"""A document of one kind and this size: the number of repetitions of its expensive part."""


def _many(make: Make, n: int) -> str:
    return " ".join(make(number) for number in range(n))


def _fragments(n: int, body: Make, type_: str = "Query") -> str:
    return _many(lambda i: f"fragment F{i} on {type_}{{{body(i)}}}", n)


def _selected(make: Make) -> Make:
    return lambda n: "{" + _many(make, n) + "}"


def _of_me(make: Make) -> Make:
    return lambda n: "{me{" + _many(make, n) + "}}"


KINDS: Mapping[str, Make] = {
    "one field repeated": _of_me(lambda _: "id"),
    "one object repeated": _selected(lambda _: "me{id email}"),
    "pages repeated": _selected(lambda _: "me{sessions{nodes{id}}}"),
    "one alias for the same": _selected(lambda _: "a:__typename"),
    "one alias for different fields": _selected(lambda i: f"a:x{i}"),
    "one field with other arguments": _selected(lambda i: f'node(id:"{i}"){{id}}'),
    "aliases": _selected(lambda i: f"a{i}:__typename"),
    "aliases deeper down": _of_me(lambda i: f"a{i}:id"),
    "aliased objects": _selected(lambda i: f"a{i}:me{{id email createdAt}}"),
    "unknown fields": _of_me(lambda i: f"a{i}"),
    "unknown fields of known looks": _of_me(lambda i: f"emailVerifiedX{i}"),
    "unknown arguments": lambda n: "{me(" + _many(lambda i: f"a{i}:1", n) + "){id}}",
    "arguments repeated": lambda n: "{me{sessions(" + _many(lambda _: "orderBy:X", n) + "){nodes{id}}}}",
    "unknown fields of an input": lambda n: (
        "mutation{login(input:{" + _many(lambda i: f"a{i}:1", n) + "}){errors{__typename}}}"
    ),
    "a long list": lambda n: "{nodes(ids:[" + _many(lambda _: '"a"', n) + "]){id}}",
    "a long list of wrong values": lambda n: "{nodes(ids:[" + _many(lambda _: "{a:1}", n) + "]){id}}",
    "deep values": lambda n: "{nodes(ids:" + "[" * n + "]" * n + "){id}}",
    "unused variables": lambda n: "query(" + _many(lambda i: f"$v{i}:Int", n) + "){__typename}",
    "variables of unknown types": lambda n: "query(" + _many(lambda i: f"$v{i}:Int{i}", n) + "){__typename}",
    "variables in use": lambda n: (
        "query(" + _many(lambda i: f"$v{i}:ID!", n) + "){nodes(ids:[" + _many(lambda i: f"$v{i}", n) + "]){id}}"
    ),
    "directives": lambda n: "{__typename" + "@skip(if:true)" * n + "}",
    "unknown directives": lambda n: "{__typename" + "@x" * n + "}",
    "operations": lambda n: _many(lambda i: f"query A{i}{{__typename}}", n),
    "operations of one name": lambda n: "query A{__typename}" * n,
    "operations without a name": lambda n: "{__typename}" * n,
    "operations that spread chains": lambda n: (
        _many(lambda i: f"query A{i}($a:ID!){{...F0}}", n)
        + _fragments(n, lambda i: f"...F{i + 1}")
        + f"fragment F{n} on Query{{node(id:$a){{id}}}}"
    ),
    "fragments that double": lambda n: (
        "{...F0}" + _fragments(n, lambda i: f"...F{i + 1} ...F{i + 1}") + f"fragment F{n} on Query{{__typename}}"
    ),
    "fragments that double on User": lambda n: (
        "{me{...F0}}" + _fragments(n, lambda i: f"...F{i + 1} ...F{i + 1}", "User") + f"fragment F{n} on User{{id}}"
    ),
    "fragments in a circle": lambda n: "{...F0}" + _fragments(n, lambda i: f"...F{(i + 1) % n}"),
    "fragments that all spread all": lambda n: (
        "{...F0}" + _fragments(int(n**0.5), lambda _: _many(lambda j: f"...F{j}", int(n**0.5)))
    ),
    "fragments that all spread all that follow": lambda n: (
        "{me{...F0}}"
        + _fragments(int(n**0.5), lambda i: "id " + _many(lambda j: f"...F{j}" if j > i else "", int(n**0.5)), "User")
    ),
    "fragments side by side": lambda n: (
        "{me{" + _many(lambda i: f"...F{i}", n) + "}}" + _fragments(n, lambda _: "id", "User")
    ),
    "fragments side by side, each with other aliases": lambda n: (
        "{me{" + _many(lambda i: f"...F{i}", n) + "}}" + _fragments(n, lambda i: f"a{i}:id", "User")
    ),
    "unused fragments": lambda n: "{__typename}" + _fragments(n, lambda _: "id", "User"),
    "fragments on unknown types": lambda n: "{__typename}" + _many(lambda i: f"fragment F{i} on User{i}{{id}}", n),
    "unknown fragments": _selected(lambda i: f"...F{i}"),
    "inline fragments": _of_me(lambda _: "...{id}"),
    "deep selections": lambda n: "{" + "me{" * n + "id" + "}" * n + "}",
    "a type system": lambda n: _many(lambda i: f"type T{i}{{a:Int}}", n),
    "spaces": lambda n: "{__typename}" + " " * n,
    "lines": lambda n: "{__typename}" + "\n" * n,
    "lines before a mistake": lambda n: "\n" * n + "?",
    "a comment": lambda n: "#" + "x" * n + "\n{__typename}",
    "comments": lambda n: "#\n" * n + "{__typename}",
    "a long name": lambda n: "{" + "n" * n + "}",
    "a long number": lambda n: "{node(id:" + "9" * n + "){id}}",
    "a long string": lambda n: '{node(id:"' + "s" * n + '"){id}}',
    "escapes": lambda n: '{node(id:"' + "\\n" * n + '"){id}}',
    "lines of a block string": lambda n: '{node(id:"""' + "\n a" * n + '"""){id}}',
}
