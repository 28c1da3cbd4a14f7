"""SQL conditions with a variable number of values, limited to few different statements."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, bindparam, false, or_


def any_of(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    """True when at least one condition is true; false when there is no condition."""
    return or_(false(), *conditions)


def one_of(column: Any, size: int) -> ColumnElement[bool]:
    """`column IN (:id_0, :id_1, …)` for `size` ids; parameters from `padded`."""
    names = [bindparam(f"id_{index}", type_=Uuid()) for index in range(size)]
    condition: ColumnElement[bool] = column.in_(names)
    return condition


def padded(ids: list[UUID]) -> dict[str, UUID]:
    """The parameters of `one_of`: the last id is repeated until the number of ids is a power of two."""
    size = 1 << (len(ids) - 1).bit_length()
    filled = ids + [ids[-1]] * (size - len(ids))
    return {f"id_{index}": id_ for index, id_ in enumerate(filled)}
