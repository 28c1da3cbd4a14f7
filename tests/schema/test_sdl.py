"""The SDL: the contract from which clients generate code."""

from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    is_introspection_type,
    is_specified_scalar_type,
)

from sessionql.schema.build import SDL_FILE, SERVICES_SDL_FILE, graphql_schema, sdl, services_schema, services_sdl

TYPES = {
    f"{whose}{name}": type_
    for whose, schema in (("", graphql_schema), ("services' ", services_schema))
    for name, type_ in schema.type_map.items()
    if not is_introspection_type(type_) and not is_specified_scalar_type(type_)
}
SPECIFICATIONS = {
    "DateTime": "https://scalars.graphql.org/chillicream/date-time.html",  # its examples: test_date_time_vectors.py
    "IPAddress": "https://www.rfc-editor.org/rfc/rfc9911",  # ip-address-no-zone: resolvers/test_client.py
    "JWT": "https://www.rfc-editor.org/rfc/rfc7519",  # resolvers/tokens/test_access.py
}
ERROR_UNIONS = {name: type_ for name, type_ in TYPES.items() if isinstance(type_, GraphQLUnionType)}
ERRORS = {
    name: type_
    for name, type_ in TYPES.items()
    if isinstance(type_, GraphQLObjectType) and type_.name.endswith("Error")
}


def test_the_committed_schema_is_the_served_one() -> None:
    assert SDL_FILE.read_text(encoding="utf-8") == sdl(), "run `sessionql export-schema schema/schema.graphql`"


def test_the_committed_schema_of_services_is_the_served_one() -> None:
    committed = SERVICES_SDL_FILE.read_text(encoding="utf-8")
    assert committed == services_sdl(), "run `sessionql export-schema --services schema/services.graphql`"


def described(type_: object) -> Iterator[tuple[str, str | None]]:
    """All elements of a type that have a description."""
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in type_.fields.items():
            yield name, field.description
            for argument, details in field.args.items():
                yield f"{name}({argument}:)", details.description
    elif isinstance(type_, GraphQLInputObjectType):
        yield from ((name, field.description) for name, field in type_.fields.items())
    elif isinstance(type_, GraphQLEnumType):
        yield from ((name, value.description) for name, value in type_.values.items())


@pytest.mark.contract("Everything in the SDL is described")
@pytest.mark.parametrize("name", TYPES)
def test_everything_has_a_description(name: str) -> None:
    type_ = TYPES[name]
    assert type_.description
    assert not [member for member, text in described(type_) if not (text or "").strip()]


def test_descriptions_are_sentences() -> None:
    texts = [text or "" for type_ in TYPES.values() for _, text in described(type_)]
    assert len(texts) > 150
    assert not [text for text in texts if not text.rstrip().endswith((".", "`."))]


@pytest.mark.contract("Payload errors implement UserError")
@pytest.mark.parametrize("name", ERRORS)
def test_the_interface_has_enough_fields_for_unknown_errors(name: str) -> None:
    assert "UserError" in [each.name for each in ERRORS[name].interfaces]
    assert {"message", "code", "path"} <= ERRORS[name].fields.keys()


@pytest.mark.contract("Payload errors implement UserError")
@pytest.mark.parametrize("name", ERROR_UNIONS)
def test_every_expected_failure_is_a_user_error(name: str) -> None:
    assert name.endswith("Error")
    members = ERROR_UNIONS[name].types
    assert members
    assert all("UserError" in [each.name for each in member.interfaces] for member in members)


def test_every_scalar_has_its_specification() -> None:
    scalars = {name: type_ for name, type_ in TYPES.items() if isinstance(type_, GraphQLScalarType)}
    assert {name: type_.specified_by_url for name, type_ in scalars.items()} == {
        f"{whose}{name}": url for whose in ("", "services' ") for name, url in SPECIFICATIONS.items()
    }


def test_every_payload_that_can_fail_has_errors() -> None:
    without = set[str]()
    for schema in (graphql_schema, services_schema):
        mutations = schema.mutation_type
        assert mutations is not None
        payloads = {name: getattr(field.type, "of_type", None) for name, field in mutations.fields.items()}
        without |= {name for name, payload in payloads.items() if payload and "errors" not in payload.fields}
    assert without == {"logout", "revokeEverySession"}, "which succeed when there is nothing to end"


def test_names_that_clients_use_exist() -> None:
    session = graphql_schema.type_map["Session"]
    assert isinstance(session, GraphQLObjectType)
    assert {"isCurrent", "device", "ipAddress", "userAgent", "lastActive", "createdAt"} <= session.fields.keys()
    root, changes = graphql_schema.query_type, graphql_schema.mutation_type
    assert root is not None
    assert changes is not None
    assert "mySessions" in root.fields
    assert list(changes.fields["revokeSession"].args) == ["sessionId"]
    keep = changes.fields["revokeAllSessions"].args["keepCurrent"]
    assert (str(keep.type), keep.default_value) == ("Boolean!", True)
