"""Relay's global object identification, and what all connections share."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from sessionql.resolvers.values.paging import PageRequest, Slice
from sessionql.storage.filters import Page


@strawberry.interface(description="An object with a globally unique, opaque ID (Relay Global Object Identification).")
class Node:
    id: strawberry.ID = strawberry.field(description="The globally unique, opaque ID of the object.")


def unset_to_none(value: Any) -> Any:
    """The value of an optional argument: null and absent both mean None."""
    return None if value is strawberry.UNSET else value


def page_of(list_: str, first: Any, after: Any, last: Any, before: Any, *, max_size: int) -> Page:
    """The page that the arguments of a connection select. Raises InvalidArgument, e.g. above `max_size` items."""
    return PageRequest(unset_to_none(first), unset_to_none(after), unset_to_none(last), unset_to_none(before)).to_page(
        list_, max_size
    )


@strawberry.type(description="The position of a page in its list.")
class PageInfo:
    start_cursor: str | None = strawberry.field(
        description="The cursor of the first item of this page; null when the page is empty."
    )
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last item of this page; null when the page is empty."
    )
    next: strawberry.Private[Callable[[], Awaitable[bool]]]
    previous: strawberry.Private[Callable[[], Awaitable[bool]]]

    @strawberry.field(description="Whether there are items after this page.")
    async def has_next_page(self) -> bool:
        return await self.next()

    @strawberry.field(description="Whether there are items before this page.")
    async def has_previous_page(self) -> bool:
        return await self.previous()


@strawberry.type
class Connection:
    """The fields that all connections share. Not a type of the schema."""

    page_info: PageInfo = strawberry.field(description="The position of this page in the list.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="The number of items on all pages.")
    async def total_count(self) -> int:
        return await self.count()


def page_info(
    slice_: Slice[Any],
    cursor: Callable[[Any], str],
    list_: str,
    read: Callable[[Page], Awaitable[Slice[Any]]],
) -> PageInfo:
    """The `PageInfo` of a page. Runs a further query only when a client selects a field that needs it."""
    page, items = slice_.page, slice_.items
    start = cursor(items[0]) if items else None
    end = cursor(items[-1]) if items else None

    async def has_items_beyond(edge: str | None, *, forwards: bool) -> bool:
        if edge is None:
            return False
        request = PageRequest(first=1, after=edge) if forwards else PageRequest(last=1, before=edge)
        return bool((await read(request.to_page(list_))).items)

    async def next_() -> bool:
        if not page.from_end:
            return slice_.has_more
        return page.before is not None and await has_items_beyond(end, forwards=True)

    async def previous() -> bool:
        if page.from_end:
            return slice_.has_more
        return page.after is not None and await has_items_beyond(start, forwards=False)

    return PageInfo(start_cursor=start, end_cursor=end, next=next_, previous=previous)
