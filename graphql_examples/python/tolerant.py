"""A plugin for ariadne-codegen: clients take union members, types and enum values that a server adds later.

Without it pydantic refuses every answer that holds one.
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
    """Leaves open what the generator closes."""

    def generate_enum(self, class_def: ast.ClassDef, enum_type: GraphQLEnumType) -> ast.ClassDef:
        """An enum that keeps a value it does not know."""
        class_def.body += ast.parse(ADDED_VALUE.format(name=enum_type.name)).body
        return class_def

    def generate_result_types_module(
        self,
        module: ast.Module,
        operation_definition: ExecutableDefinitionNode,  # noqa: ARG002 - the hook's signature
    ) -> ast.Module:
        """Unions with one more member, for any type that they do not know."""
        return _Opener(self.schema, module).open()

    def generate_fragments_module(
        self,
        module: ast.Module,
        fragments_definitions: dict[str, FragmentDefinitionNode],  # noqa: ARG002 - the same
    ) -> ast.Module:
        """The same, in fragments."""
        return _Opener(self.schema, module).open()


class _Opener(ast.NodeTransformer):
    """Walks through the classes of one operation's answer."""

    def __init__(self, schema: GraphQLSchema, module: ast.Module) -> None:
        self._schema = schema
        self._module = module
        self._classes = {each.name: each for each in module.body if isinstance(each, ast.ClassDef)}
        self._types = {name: self._type(each) for name, each in self._classes.items()}

    def open(self) -> ast.Module:
        """The same module, changed."""
        for each in list(self._module.body):
            self.visit(each)
        return self._module

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """`__typename` of a class that stands for several types: any."""
        if _name(node) == "typename__" and self._type_of(node) is None:
            node.annotation = ast.Name("str")
        return self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """A union told apart by `__typename`: those it knows still are, and one more takes all others."""
        text = ast.unparse(node)
        if not (text.startswith("Annotated[Union[") and text.endswith(f", {BY_TYPENAME}]")):
            return self.generic_visit(node)
        members = [name for name in self._classes if f'"{name}"' in text]
        known = [name for name in members if self._types[name]]
        others = [name for name in members if not self._types[name]] or [self._add(known)]
        closed = f"Annotated[Union[{_quoted(known)}], {BY_TYPENAME}]" if len(known) > 1 else _quoted(known)
        in_turn = ", ".join(filter(None, [closed, _quoted(others)]))
        return ast.parse(f'Annotated[Union[{in_turn}], Field(union_mode="left_to_right")]', mode="eval").body

    def _add(self, known: list[str]) -> str:
        """The class of all other members. It holds what is asked through the interfaces that all known ones share."""
        types = [type_ for name in known if (type_ := self._types[name])]
        shared = [each for each in types[0].interfaces if all(each in type_.interfaces for type_ in types)]
        promised = {str_to_snake_case(field) for interface in shared for field in interface.fields}
        for each in known:
            promised &= {_name(field) for field in self._classes[each].body}
        fields = [ast.unparse(field) for field in self._classes[known[0]].body if _name(field) in promised]
        name = known[0].removesuffix(types[0].name) + (shared[0].name if shared else "Other")
        place = self._module.body.index(self._classes[known[-1]]) + 1
        self._module.body[place:place] = ast.parse("\n    ".join([ADDED_MEMBER.format(name=name), *fields])).body
        return name

    def _type(self, class_: ast.ClassDef) -> GraphQLObjectType | None:
        """The one type that a class stands for."""
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
