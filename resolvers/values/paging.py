"""Pages, as the GraphQL Cursor Connections specification asks for them."""

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
    """The four arguments of a connection, as they were sent."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def to_page(self, list_: str, most: int = MAX_PAGE_SIZE) -> Page:
        """The page of this list. Raises InvalidArgument for sizes and cursors that make none."""
        if self.first is not None and self.last is not None:
            raise InvalidArgument("Pass `first` or `last`, not both.")
        for name, size in (("first", self.first), ("last", self.last)):
            if size is not None:
                check_size(name, size, most)
        return Page(
            limit=self.last or self.first or DEFAULT_PAGE_SIZE,
            after=None if self.after is None else decode_cursor(list_, self.after),
            before=None if self.before is None else decode_cursor(list_, self.before),
            from_end=self.last is not None,
        )


def check_size(name: str, size: int, most: int) -> None:
    """Raises InvalidArgument for a size that no page has."""
    if not 1 <= size <= most:
        kind = ListTooLong if size > most else InvalidArgument
        raise kind(f"`{name}` is from 1 to {most}, not {size}.")


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """The items of one page, and whether there are more in the direction it was read."""

    items: Sequence[T]
    page: Page
    has_more: bool


def cut(found: Sequence[T], page: Page) -> Slice[T]:
    """A slice of what was found when one more than the page holds was asked for."""
    more = len(found) > page.limit
    if not more:
        return Slice(found, page, more)
    return Slice(found[1:] if page.from_end else found[: page.limit], page, more)
