"""Generates pages of the site at each build: references of both schemas from their SDL, and the list of decisions."""

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
    "reference.md": ("schema.graphql", "GraphQL reference", "The schema for users."),
    "services-reference.md": (
        "services.graphql",
        "GraphQL reference for services",
        "The schema for service keys and operators.",
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
    """Add the generated pages to the build (an event of mkdocs)."""
    for page, (sdl, title, description) in PAGES.items():
        schema = build_schema((SCHEMA / sdl).read_text(encoding="utf-8"))
        files.append(File.generated(config, page, content="\n".join(reference(schema, title, description))))
    files.append(File.generated(config, "decisions/index.md", content=decisions()))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Replace links to files outside `docs`, which work only in the repository, by their text (an event of mkdocs)."""
    outside = "../" * (page.file.src_uri.count("/") + 1)
    return re.sub(rf"\[([^\]]+)\]\({re.escape(outside)}[^)]+\)", r"\1", markdown)


def decisions() -> str:
    """The page that lists the decisions, as Markdown; a title is the first line of a file."""
    pages = sorted(DECISIONS.glob("0*.md"))
    titles = [page.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ") for page in pages]
    listed = "\n".join(f"- [{title}]({page.name})" for page, title in zip(pages, titles, strict=True))
    return f"# Decisions\n\nWhy SessionQL is built like this, one page for each decision.\n\n{listed}\n"


def reference(schema: GraphQLSchema, title: str, description: str) -> Iterator[str]:
    """The lines of a reference page of all types of a schema, as Markdown."""
    yield f"# {title}\n\n{description} Generated from the SDL.\n"
    for name in ROOTS:
        root = schema.type_map.get(name)
        if isinstance(root, GraphQLObjectType):
            yield f"## {name}\n"
            yield from fields(root.fields)
    for heading, kind in KINDS.items():
        types = [each for each in schema.type_map.values() if isinstance(each, kind) and is_listed(each)]
        if types:
            yield f"## {heading}\n"
        for each in sorted(types, key=lambda named: named.name):
            yield from section(schema, each)


def is_listed(named: GraphQLNamedType) -> bool:
    """Return whether a type has an entry by its kind: built-in types have none, root types have their own section."""
    return not (is_introspection_type(named) or is_specified_scalar_type(named) or named.name in ROOTS)


def section(schema: GraphQLSchema, type_: GraphQLNamedType) -> Iterator[str]:
    """The lines that describe one type."""
    yield f"### {type_.name}\n\n{type_.description or ''}\n"
    if isinstance(type_, GraphQLObjectType) and type_.interfaces:
        yield f"Implements {', '.join(link(each) for each in type_.interfaces)}.\n"
    if isinstance(type_, (GraphQLUnionType, GraphQLInterfaceType)):
        members = schema.get_possible_types(type_)
        yield f"One of {', '.join(link(each) for each in members)}.\n"
    if isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
        yield from fields(type_.fields)
    if isinstance(type_, GraphQLEnumType):
        yield "| value | meaning |\n| --- | --- |"
        yield from (f"| `{name}` | {cell(value.description)} |" for name, value in type_.values.items())
        yield ""
    if isinstance(type_, GraphQLScalarType) and type_.specified_by_url:
        yield f"Specified by <{type_.specified_by_url}>.\n"


def fields(definitions: dict[str, GraphQLField] | dict[str, GraphQLInputField]) -> Iterator[str]:
    """A table of fields, with the arguments of each."""
    yield "| field | type | meaning |\n| --- | --- | --- |"
    for name, field in definitions.items():
        arguments = field.args if isinstance(field, GraphQLField) else {}
        meaning = [cell(field.description), *(argument(*each) for each in arguments.items())]
        yield f"| `{name}` | {link(field.type)} | {'<br>'.join(meaning)} |"
    yield ""


def argument(name: str, definition: GraphQLArgument) -> str:
    """One argument, as part of the cell of its field."""
    return f"`{name}` {link(definition.type)}: {cell(definition.description)}"


def link(type_: Any) -> str:
    """A type reference with its list and non-null marks, linked to its section."""
    named = get_named_type(type_)
    if is_specified_scalar_type(named) or named.name in ROOTS:
        return f"`{type_}`"
    before, _, after = str(type_).partition(named.name)
    return f"{before.replace('[', '&#91;')}[{named.name}](#{named.name.lower()}){after.replace(']', '&#93;')}"


def cell(text: str | None) -> str:
    """A description on one line, with `|` escaped, for a cell of a table."""
    return " ".join((text or "").replace("|", "\\|").split())
