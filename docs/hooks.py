"""What the site has beyond the pages that lie here, made at each build.

The references of both schemas, from their SDL, and the list of decisions.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
)
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

SCHEMA = Path(__file__).parents[1] / "schema"
DECISIONS = Path(__file__).parent / "decisions"
PAGES = {
    "reference.md": ("schema.graphql", "GraphQL reference", "What users may ask."),
    "services-reference.md": (
        "services.graphql",
        "GraphQL reference for services",
        "What holders of service keys may ask, and operators.",
    ),
}
ROOTS = ("Query", "Mutation", "Subscription")
KINDS: dict[str, type[GraphQLNamedType]] = {
    "Objects": GraphQLObjectType,
    "Interfaces": GraphQLInterfaceType,
    "Unions": GraphQLUnionType,
    "Inputs": GraphQLInputObjectType,
    "Enums": GraphQLEnumType,
    "Scalars": GraphQLScalarType,
}


def on_files(files: Files, config: Any) -> Files:
    """Add what is made at each build."""
    for page, (sdl, title, about) in PAGES.items():
        schema = build_schema((SCHEMA / sdl).read_text(encoding="utf-8"))
        files.append(File.generated(config, page, content="\n".join(reference(schema, title, about))))
    files.append(File.generated(config, "decisions/index.md", content=decisions()))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Links to what lies beside `docs` work in the repository alone: here their words are left."""
    outside = "../" * (page.file.src_uri.count("/") + 1)
    return re.sub(rf"\[([^\]]+)\]\({re.escape(outside)}[^)]+\)", r"\1", markdown)


def decisions() -> str:
    """The list of decisions, by the first line of each."""
    pages = sorted(DECISIONS.glob("0*.md"))
    titles = [page.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ") for page in pages]
    listed = "\n".join(f"- [{title}]({page.name})" for page, title in zip(pages, titles, strict=True))
    return f"# Decisions\n\nWhy things are as they are, a page each.\n\n{listed}\n"


def reference(schema: GraphQLSchema, title: str, about: str) -> Iterator[str]:
    """A page of everything in a schema, in Markdown."""
    yield f"# {title}\n\n{about} Made of the SDL, which is the same text for programs.\n"
    for name in ROOTS:
        root = schema.type_map.get(name)
        if isinstance(root, GraphQLObjectType):
            yield f"## {name}\n"
            yield from fields(root.fields)
    for heading, kind in KINDS.items():
        types = [each for each in schema.type_map.values() if isinstance(each, kind) and is_ours(each)]
        if types:
            yield f"## {heading}\n"
        for each in sorted(types, key=lambda found: found.name):
            yield from section(schema, each)


def is_ours(found: GraphQLNamedType) -> bool:
    """Neither one of GraphQL's own types nor a root, which has a section of its own."""
    return not (is_introspection_type(found) or is_specified_scalar_type(found) or found.name in ROOTS)


def section(schema: GraphQLSchema, found: GraphQLNamedType) -> Iterator[str]:
    """One type."""
    yield f"### {found.name}\n\n{found.description or ''}\n"
    if isinstance(found, GraphQLObjectType) and found.interfaces:
        yield f"Implements {', '.join(link(each) for each in found.interfaces)}.\n"
    if isinstance(found, (GraphQLUnionType, GraphQLInterfaceType)):
        members = schema.get_possible_types(found)
        yield f"One of {', '.join(link(each) for each in members)}.\n"
    if isinstance(found, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
        yield from fields(found.fields)
    if isinstance(found, GraphQLEnumType):
        yield "| value | meaning |\n| --- | --- |"
        yield from (f"| `{name}` | {cell(value.description)} |" for name, value in found.values.items())
        yield ""
    if isinstance(found, GraphQLScalarType) and found.specified_by_url:
        yield f"Specified by <{found.specified_by_url}>.\n"


def fields(found: dict[str, GraphQLField] | dict[str, GraphQLInputField]) -> Iterator[str]:
    """A table of fields, each with its arguments."""
    yield "| field | type | meaning |\n| --- | --- | --- |"
    for name, field in found.items():
        arguments = field.args if isinstance(field, GraphQLField) else {}
        meaning = [cell(field.description), *(argument(*each) for each in arguments.items())]
        yield f"| `{name}` | {link(field.type)} | {'<br>'.join(meaning)} |"
    yield ""


def argument(name: str, found: GraphQLArgument) -> str:
    """One argument, in the cell of its field."""
    return f"`{name}` {link(found.type)}: {cell(found.description)}"


def link(found: Any) -> str:
    """A type with its brackets and exclamation marks, which leads to its section."""
    named = get_named_type(found)
    if is_specified_scalar_type(named) or named.name in ROOTS:
        return f"`{found}`"
    before, _, after = str(found).partition(named.name)
    return f"{before.replace('[', '&#91;')}[{named.name}](#{named.name.lower()}){after.replace(']', '&#93;')}"


def cell(text: str | None) -> str:
    """A description that stays in its cell."""
    return " ".join((text or "").replace("|", "\\|").split())
