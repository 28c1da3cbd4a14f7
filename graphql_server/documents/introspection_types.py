"""Introspection as the GraphQL specification of September 2025 has it.

graphql-core adds what later drafts have: deprecated directives, and two directive locations. Clients that validate the
introspected schema, such as those on graphql-core before 3.2.11, fail on a location that they do not know.
"""

from typing import Any

from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLCompositeType,
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    introspection_types,
)

_NOT_SPECIFIED_LOCATIONS = {DirectiveLocation.DIRECTIVE_DEFINITION, DirectiveLocation.FRAGMENT_VARIABLE_DEFINITION}
_NOT_SPECIFIED_FIELDS = {"__Directive": {"isDeprecated", "deprecationReason"}}
_NOT_SPECIFIED_ARGS = {("__Schema", "directives"): {"includeDeprecated"}}


def specified_introspection(schema: GraphQLSchema) -> GraphQLSchema:
    """The same schema, whose introspection has only what the specification has."""
    return schema if isinstance(schema, _Schema) else _Schema(**schema.to_kwargs())


class _ObjectType(GraphQLObjectType):
    reserved_types = {}  # noqa: RUF012 - graphql-core reserves the names of its own introspection types


class _EnumType(GraphQLEnumType):
    reserved_types = {}  # noqa: RUF012 - the same


class _Schema(GraphQLSchema):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.directives = tuple(map(_directive, self.directives))
        self.type_map.update(_TYPES)

    def get_field(self, parent_type: GraphQLCompositeType, field_name: str) -> GraphQLField | None:
        if field_name in _META_FIELDS:
            return _META_FIELDS[field_name] if parent_type is self.query_type else None
        return super().get_field(parent_type, field_name)


def _directive(directive: GraphQLDirective) -> GraphQLDirective:
    locations = [each for each in directive.locations if each not in _NOT_SPECIFIED_LOCATIONS]
    if len(locations) == len(directive.locations):
        return directive
    kwargs = directive.to_kwargs()
    kwargs["locations"] = tuple(locations)
    return GraphQLDirective(**kwargs)


def _copy(type_: GraphQLNamedType) -> GraphQLNamedType:
    if isinstance(type_, GraphQLEnumType):
        values = {name: each for name, each in type_.values.items() if each.value not in _NOT_SPECIFIED_LOCATIONS}
        return _EnumType(type_.name, values, description=type_.description)
    assert isinstance(type_, GraphQLObjectType)  # noqa: S101 - introspection types are objects and enums
    return _ObjectType(type_.name, lambda: _fields(type_), description=type_.description)


def _fields(type_: GraphQLObjectType) -> dict[str, GraphQLField]:
    removed = _NOT_SPECIFIED_FIELDS.get(type_.name, set())
    return {
        name: _field(field, _NOT_SPECIFIED_ARGS.get((type_.name, name), set()))
        for name, field in type_.fields.items()
        if name not in removed
    }


def _field(field: GraphQLField, removed_args: set[str]) -> GraphQLField:
    args: dict[str, GraphQLArgument] = {name: arg for name, arg in field.args.items() if name not in removed_args}
    kwargs = field.to_kwargs()
    kwargs["type_"], kwargs["args"] = _type(field.type), args
    return GraphQLField(**kwargs)


def _type(type_: Any) -> Any:
    """The type, with copies in place of graphql-core's introspection types."""
    if isinstance(type_, GraphQLNonNull):
        return GraphQLNonNull(_type(type_.of_type))
    if isinstance(type_, GraphQLList):
        return GraphQLList(_type(type_.of_type))
    return _TYPES.get(type_.name, type_)


_TYPES: dict[str, GraphQLNamedType] = {name: _copy(type_) for name, type_ in introspection_types.items()}
_META_FIELDS = {"__schema": _field(SchemaMetaFieldDef, set()), "__type": _field(TypeMetaFieldDef, set())}
