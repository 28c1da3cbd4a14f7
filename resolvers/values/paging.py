"""Page sizes and slices (GraphQL Cursor Connections Specification)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sessionql.resolvers.errors import InvalidArgument, ListTooLong
from sessionql.resolvers.values.cursors import decode_cursor
from sessionql.storage.filters import Page

MAX_PAGE_SIZE = 100
DEFAULT_PAGE_SIZE = 20

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The pagination arguments of a connection, not yet validated."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def to_page(self, list_: str, max_size: int = MAX_PAGE_SIZE) -> Page:
        """Validate the arguments for a list. Raises InvalidArgument for invalid sizes and cursors."""
        if self.first is not None and self.last is not None:
            raise InvalidArgument("Pass `first` or `last`, not both.")
        for name, size in (("first", self.first), ("last", self.last)):
            if size is not None:
                check_size(name, size, max_size)
        return Page(
            limit=self.last or self.first or DEFAULT_PAGE_SIZE,
            after=None if self.after is None else decode_cursor(list_, self.after),
            before=None if self.before is None else decode_cursor(list_, self.before),
            from_end=self.last is not None,
        )


def check_size(name: str, size: int, max_size: int) -> None:
    """Raise ListTooLong for a size over `max_size`, InvalidArgument for a size below 1."""
    if not 1 <= size <= max_size:
        error = ListTooLong if size > max_size else InvalidArgument
        raise error(f"`{name}` must be from 1 to {max_size}, not {size}.")


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """The items of one page, and whether more items follow in the direction of reading."""

    items: Sequence[T]
    page: Page
    has_more: bool


def slice_page(found: Sequence[T], page: Page) -> Slice[T]:
    """Build the slice of a page from a query for one item more than the page has."""
    has_more = len(found) > page.limit
    if not has_more:
        return Slice(found, page, has_more)
    return Slice(found[1:] if page.from_end else found[: page.limit], page, has_more)
