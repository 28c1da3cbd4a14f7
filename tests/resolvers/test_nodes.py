"""Nodes by ID: own objects in the requested order, none of other users."""

import pytest
from uuid_utils.compat import uuid7

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import ListTooLong
from sessionql.resolvers.nodes import Node, find_nodes
from tests.resolvers.builders import LAPTOP, as_requester, events_of, sign_in, sign_up


def ids_of(nodes: list[Node | None]) -> list[str]:
    """Return the IDs of the nodes as text."""
    return [str(node.id) for node in nodes if node]


async def test_own_nodes_are_returned_in_the_requested_order(deps: Dependencies) -> None:
    ana, phone = await sign_up(deps), await sign_in(deps)
    user = phone.user
    _, logged_in, registered = await events_of(deps, ana.user.id)
    wanted: list[Node | None] = [registered, phone.session, user, logged_in, ana.session, phone.session]

    assert await find_nodes(deps, as_requester(ana), ids_of(wanted)) == wanted
    backwards = wanted[::-1]
    assert await find_nodes(deps, as_requester(ana), ids_of(backwards)) == backwards


async def test_nodes_of_other_users_are_not_found(deps: Dependencies) -> None:
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com", LAPTOP)
    [his] = await events_of(deps, bob.user.id)
    ids = [bob.user.id, bob.session.id, his.id, uuid7()]

    assert await find_nodes(deps, as_requester(ana), [str(id_) for id_ in ids]) == [None] * 4
    assert await find_nodes(deps, as_requester(bob), [str(id_) for id_ in ids]) == [
        bob.user,
        bob.session,
        his,
        None,
    ]


async def test_an_invalid_id_is_none_and_does_not_affect_the_others(deps: Dependencies) -> None:
    ana = await sign_up(deps)
    id_ = str(ana.session.id)
    ids = ["", "x", id_.upper(), id_, id_.replace("-", ""), f"{{{id_}}}", f"urn:uuid:{id_}", "\ud800", "\0"]

    assert await find_nodes(deps, as_requester(ana), ids) == [None, None, None, ana.session] + [None] * 5


async def test_no_ids_return_no_nodes(deps: Dependencies) -> None:
    assert await find_nodes(deps, as_requester(await sign_up(deps)), []) == []


@pytest.mark.parametrize("id_", ["x", None])
async def test_a_hundred_ids_are_accepted_and_one_more_is_rejected(deps: Dependencies, id_: str | None) -> None:
    ana = await sign_up(deps)
    ids = [id_ or str(uuid7()) for _ in range(99)]

    assert await find_nodes(deps, as_requester(ana), [*ids, str(ana.user.id)]) == [None] * 99 + [ana.user]
    with pytest.raises(ListTooLong, match="Send at most 100 IDs in one request, not 101"):
        await find_nodes(deps, as_requester(ana), [*ids, "x", "y"])
