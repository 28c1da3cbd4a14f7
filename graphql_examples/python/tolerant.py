"""A plugin for ariadne-codegen: generated clients accept union members, types and enum values that they do not know.

Without it pydantic rejects every response of a newer server that contains one.
"""

import ast
import re

from ariadne_codegen.plugins.base import Plugin
from ariadne_codegen.utils import str_to_snake_case
from graphql import ExecutableDefinitionNode, FragmentDefinitionNode, GraphQLEnumType, GraphQLObjectType, GraphQLSchema

ADDED_VALUE = """
@classmethod
def _missing_(cls, value: object) -> "{name} | None":
    if not isinstance(value, str):
        return None
    added = str.__new__(cls, value)
    added._name_ = added._value_ = value
    return added
"""
ADDED_MEMBER = 'class {name}(BaseModel):\n    typename__: str = Field(alias="__typename")'
BY_TYPENAME = "Field(discriminator='typename__')"


class Tolerant(Plugin):
    """Generates enums and unions that accept unknown values."""

    def generate_enum(self, class_def: ast.ClassDef, enum_type: GraphQLEnumType) -> ast.ClassDef:
        """Make the enum accept unknown values."""
        class_def.body += ast.parse(ADDED_VALUE.format(name=enum_type.name)).body
        return class_def

    def generate_result_types_module(
        self,
        module: ast.Module,
        operation_definition: ExecutableDefinitionNode,  # noqa: ARG002 - the hook's signature
    ) -> ast.Module:
        """Add a member for unknown types to each union."""
        return _Opener(self.schema, module).open()

    def generate_fragments_module(
        self,
        module: ast.Module,
        fragments_definitions: dict[str, FragmentDefinitionNode],  # noqa: ARG002 - the same
    ) -> ast.Module:
        """Add a member for unknown types to each union of a fragment."""
        return _Opener(self.schema, module).open()


class _Opener(ast.NodeTransformer):
    """Transforms the classes of the response of one operation."""

    def __init__(self, schema: GraphQLSchema, module: ast.Module) -> None:
        self._schema = schema
        self._module = module
        self._classes = {each.name: each for each in module.body if isinstance(each, ast.ClassDef)}
        self._types = {name: self._type(each) for name, each in self._classes.items()}

    def open(self) -> ast.Module:
        """Transform the module and return it."""
        for each in list(self._module.body):
            self.visit(each)
        return self._module

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """Make `__typename` a string in a class that represents several types."""
        if _name(node) == "typename__" and self._type_of(node) is None:
            node.annotation = ast.Name("str")
        return self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Add a member to a union that is discriminated by `__typename`: it accepts all other types."""
        text = ast.unparse(node)
        if not (text.startswith("Annotated[Union[") and text.endswith(f", {BY_TYPENAME}]")):
            return self.generic_visit(node)
        members = [name for name in self._classes if f'"{name}"' in text]
        known = [name for name in members if self._types[name]]
        others = [name for name in members if not self._types[name]] or [self._add(known)]
        closed = f"Annotated[Union[{_quoted(known)}], {BY_TYPENAME}]" if len(known) > 1 else _quoted(known)
        ordered = ", ".join(filter(None, [closed, _quoted(others)]))
        return ast.parse(f'Annotated[Union[{ordered}], Field(union_mode="left_to_right")]', mode="eval").body

    def _add(self, known: list[str]) -> str:
        """Add a class for all other members. It has the fields of the interfaces that all known members share."""
        types = [type_ for name in known if (type_ := self._types[name])]
        shared = [each for each in types[0].interfaces if all(each in type_.interfaces for type_ in types)]
        shared_fields = {str_to_snake_case(field) for interface in shared for field in interface.fields}
        for each in known:
            shared_fields &= {_name(field) for field in self._classes[each].body}
        fields = [ast.unparse(field) for field in self._classes[known[0]].body if _name(field) in shared_fields]
        name = known[0].removesuffix(types[0].name) + (shared[0].name if shared else "Other")
        index = self._module.body.index(self._classes[known[-1]]) + 1
        self._module.body[index:index] = ast.parse("\n    ".join([ADDED_MEMBER.format(name=name), *fields])).body
        return name

    def _type(self, class_: ast.ClassDef) -> GraphQLObjectType | None:
        """The GraphQL type that a class represents, or None if it represents several."""
        fields = [field for field in class_.body if isinstance(field, ast.AnnAssign)]
        return next((self._type_of(field) for field in fields if _name(field) == "typename__"), None)

    def _type_of(self, typename: ast.AnnAssign) -> GraphQLObjectType | None:
        names = re.findall(r'"(\w+)"', ast.unparse(typename.annotation))
        type_ = self._schema.type_map[names[0]] if len(names) == 1 else None
        return type_ if isinstance(type_, GraphQLObjectType) else None


def _name(field: ast.stmt) -> str | None:
    return field.target.id if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) else None


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
