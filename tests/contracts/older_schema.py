"""An SDL from before an error type was added."""

from typing import Any

from graphql import REMOVE, EnumValueDefinitionNode, NamedTypeNode, ObjectTypeDefinitionNode, Visitor, parse, visit
from graphql import print_ast as text_of


def without_error_type(sdl: str, type_name: str, code: str) -> str:
    """Return the SDL without the type, its memberships in unions, and its code."""
    younger = text_of(visit(parse(sdl), _RemoveNames({type_name, code})))
    assert type_name not in younger
    return younger


class _RemoveNames(Visitor):
    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self._names = names

    def enter_object_type_definition(self, node: ObjectTypeDefinitionNode, *_: Any) -> Any:
        return self._remove(node)

    def enter_enum_value_definition(self, node: EnumValueDefinitionNode, *_: Any) -> Any:
        return self._remove(node)

    def enter_named_type(self, node: NamedTypeNode, *_: Any) -> Any:
        return self._remove(node)

    def _remove(self, node: ObjectTypeDefinitionNode | EnumValueDefinitionNode | NamedTypeNode) -> Any:
        return REMOVE if node.name.value in self._names else None
