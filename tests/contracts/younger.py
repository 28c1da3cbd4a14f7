"""A schema as it was before one of its failures came."""

from typing import Any

from graphql import REMOVE, EnumValueDefinitionNode, NamedTypeNode, ObjectTypeDefinitionNode, Visitor, parse, visit
from graphql import print_ast as text_of


def without_failure(sdl: str, type_name: str, code: str) -> str:
    """The text of a schema without the type, where unions name it, and its code."""
    younger = text_of(visit(parse(sdl), _Forget({type_name, code})))
    assert type_name not in younger
    return younger


class _Forget(Visitor):
    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self._names = names

    def enter_object_type_definition(self, node: ObjectTypeDefinitionNode, *_: Any) -> Any:
        return self._unless_forgotten(node)

    def enter_enum_value_definition(self, node: EnumValueDefinitionNode, *_: Any) -> Any:
        return self._unless_forgotten(node)

    def enter_named_type(self, node: NamedTypeNode, *_: Any) -> Any:
        return self._unless_forgotten(node)

    def _unless_forgotten(self, node: ObjectTypeDefinitionNode | EnumValueDefinitionNode | NamedTypeNode) -> Any:
        return REMOVE if node.name.value in self._names else None
