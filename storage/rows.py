"""Read the values of a row by column name, at the speed of reading by position.

Rows of both engines are sequences in the order of the selected columns. The position of each name is computed once, so
a change in the order of the columns cannot put a value into the wrong field.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement

from sessionql.storage.database import Row

Columns = Sequence[ColumnElement[Any]]
ReadValues = Callable[[Row], Sequence[Any]]


def values_reader(
    columns: Columns, names: Sequence[str], conversions: Mapping[str, Callable[[Any], Any]] | None = None
) -> ReadValues:
    """Return a function that reads the values of `names` (two or more), in that order, from a row of `columns`.

    `conversions` maps a name to the function that converts its value.

    Raises KeyError when `columns` lacks one of the names.
    """
    positions = {column.key: position for position, column in enumerate(columns)}
    select_values: ReadValues = itemgetter(*(positions[name] for name in names))
    converted = [(names.index(name), convert) for name, convert in (conversions or {}).items()]
    if not converted:
        return select_values

    def read(row: Row) -> Sequence[Any]:
        values = list(select_values(row))
        for index, convert in converted:
            values[index] = convert(values[index])
        return values

    return read


def field_names(record: type[Any], *, without: Sequence[str] = ()) -> list[str]:
    """The names of a dataclass's fields, in the order of its constructor, except `without`."""
    return [field.name for field in fields(record) if field.name not in without]


def enum_from_value(enum: type[Enum]) -> Callable[[Any], Any]:
    """Return a function that converts a stored value to a member of `enum`, and None to None.

    A dictionary, because calling an enum takes several times as long. Raises KeyError for an unknown value.
    """
    members = {member.value: member for member in enum} | {None: None}
    return members.__getitem__
