"""`node` and `nodes`: an object of another user is null, like one that does not exist."""

import pytest

from tests.schema.graphql_client import GraphQLClient

NODE = "query($id: ID!) { node(id: $id) { __typename id ... on User { email } ... on SecurityEvent { kind } } }"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
IDS = "{ me { id securityEvents { nodes { id } } currentSession { id } } }"
MALFORMED = {
    "nothing": "",
    "a word": "session",
    "a number": 7,
    "a huge number": 10**18,
    "no such": "00000000-0000-7000-8000-000000000000",
    "braces": "{00000000-0000-7000-8000-000000000000}",
    "urn": "urn:uuid:00000000-0000-7000-8000-000000000000",
    "NUL": "\0" * 36,
    "other digits": "٠" * 32,
    "long": "0" * 100_000,
    "sql": "' OR ''='",
}


async def ids_of(caller: GraphQLClient) -> dict[str, str]:
    me = (await caller.get(IDS))["me"]
    (event,) = me["securityEvents"]["nodes"]
    return {"User": me["id"], "SecurityEvent": event["id"], "Session": me["currentSession"]["id"]}


async def test_every_type_of_node_is_found_by_its_id(ana: GraphQLClient) -> None:
    for kind, id_ in (await ids_of(ana)).items():
        node = (await ana.get(NODE, id=id_))["node"]
        assert (node["__typename"], node["id"]) == (kind, id_)
    assert (await ana.get(NODE, id=(await ids_of(ana))["User"]))["node"]["email"] == "ana@example.com"


async def test_another_users_objects_are_null(ana: GraphQLClient, eve: GraphQLClient) -> None:
    theirs = await ids_of(eve)
    for id_ in theirs.values():
        assert (await ana.get(NODE, id=id_))["node"] is None
    assert (await ana.get(NODES, ids=list(theirs.values())))["nodes"] == [None] * 3
    assert (await ana.get("query($id: ID!) { session(id: $id) { id } }", id=theirs["Session"]))["session"] is None


async def test_an_invalid_id_is_null(ana: GraphQLClient) -> None:
    for name, id_ in MALFORMED.items():
        assert (await ana.get(NODE, id=id_))["node"] is None, name
        assert (await ana.get("query($id: ID!) { session(id: $id) { id } }", id=id_))["session"] is None, name


async def test_an_id_in_another_spelling_is_null(ana: GraphQLClient) -> None:
    for other in (ana.session_id.upper(), ana.session_id.replace("-", ""), f" {ana.session_id}"):
        assert (await ana.get(NODE, id=other))["node"] is None


async def test_nodes_are_in_the_order_of_the_ids_with_duplicates(ana: GraphQLClient, eve: GraphQLClient) -> None:
    mine = await ids_of(ana)
    requested = [mine["Session"], eve.session_id, mine["User"], "x", mine["SecurityEvent"], mine["Session"]]
    found = (await ana.get(NODES, ids=requested))["nodes"]
    assert [node and node["__typename"] for node in found] == [
        "Session",
        None,
        "User",
        None,
        "SecurityEvent",
        "Session",
    ]


@pytest.mark.parametrize(("count", "answered"), [(0, True), (1, True), (100, True), (101, False), (1000, False)])
async def test_a_request_may_select_at_most_a_hundred_nodes(ana: GraphQLClient, count: int, answered: bool) -> None:
    ids = [ana.session_id] * count
    if answered:
        assert len((await ana.get(NODES, ids=ids))["nodes"]) == count
    else:
        error = await ana.error(NODES, ids=ids)
        assert error["extensions"]["code"] == "LIST_TOO_LONG"
        assert f"Send at most 100 IDs in one request, not {count}" in error["message"]


async def test_a_hundred_unknown_ids_are_null(ana: GraphQLClient) -> None:
    ids = [f"00000000-0000-7000-8000-{n:012}" for n in range(100)]
    assert (await ana.get(NODES, ids=ids))["nodes"] == [None] * 100
