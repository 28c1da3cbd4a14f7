"""Relay's global object identification, and what every connection has in common."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from sessionql.resolvers.values.paging import PageRequest, Slice
from sessionql.storage.filters import Page


@strawberry.interface(description="An object with a globally unique, opaque ID (Relay Global Object Identification).")
class Node:
    id: strawberry.ID = strawberry.field(description="The globally unique, opaque ID of the object.")


def unset_to_none(value: Any) -> Any:
    """An optional argument: absent and null are the same to us."""
    return None if value is strawberry.UNSET else value


def page_of(list_: str, first: Any, after: Any, last: Any, before: Any, *, most: int) -> Page:
    """The page that a connection's arguments ask for, of `most` items at most. Raises InvalidArgument."""
    return PageRequest(unset_to_none(first), unset_to_none(after), unset_to_none(last), unset_to_none(before)).to_page(
        list_, most
    )


@strawberry.type(description="Which page of a connection this is.")
class PageInfo:
    start_cursor: str | None = strawberry.field(
        description="The cursor of the first item here; null when there is none."
    )
    end_cursor: str | None = strawberry.field(description="The cursor of the last item here; null when there is none.")
    next: strawberry.Private[Callable[[], Awaitable[bool]]]
    previous: strawberry.Private[Callable[[], Awaitable[bool]]]

    @strawberry.field(description="True when there are items after the last one here.")
    async def has_next_page(self) -> bool:
        return await self.next()

    @strawberry.field(description="True when there are items before the first one here.")
    async def has_previous_page(self) -> bool:
        return await self.previous()


def page_info(
    slice_: Slice[Any],
    cursor: Callable[[Any], str],
    list_: str,
    read: Callable[[Page], Awaitable[Slice[Any]]],
) -> PageInfo:
    """What a page says of its neighbours. The far one is looked for only when asked for."""
    page, items = slice_.page, slice_.items
    start = cursor(items[0]) if items else None
    end = cursor(items[-1]) if items else None

    async def beyond(edge: str | None, *, forwards: bool) -> bool:
        if edge is None:
            return False
        request = PageRequest(first=1, after=edge) if forwards else PageRequest(last=1, before=edge)
        return bool((await read(request.to_page(list_))).items)

    async def next_() -> bool:
        if not page.from_end:
            return slice_.has_more
        return page.before is not None and await beyond(end, forwards=True)

    async def previous() -> bool:
        if page.from_end:
            return slice_.has_more
        return page.after is not None and await beyond(start, forwards=False)

    return PageInfo(start_cursor=start, end_cursor=end, next=next_, previous=previous)
