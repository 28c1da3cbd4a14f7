"""Objects by their ids alone; what is not the caller's is as null as what never existed."""

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


async def test_every_kind_of_object_is_found_by_its_id(ana: GraphQLClient) -> None:
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


async def test_what_is_no_id_is_null(ana: GraphQLClient) -> None:
    for name, id_ in MALFORMED.items():
        assert (await ana.get(NODE, id=id_))["node"] is None, name
        assert (await ana.get("query($id: ID!) { session(id: $id) { id } }", id=id_))["session"] is None, name


async def test_an_id_has_one_spelling(ana: GraphQLClient) -> None:
    for other in (ana.session_id.upper(), ana.session_id.replace("-", ""), f" {ana.session_id}"):
        assert (await ana.get(NODE, id=other))["node"] is None


async def test_nodes_come_in_the_order_asked_for_and_as_often(ana: GraphQLClient, eve: GraphQLClient) -> None:
    mine = await ids_of(ana)
    asked = [mine["Session"], eve.session_id, mine["User"], "x", mine["SecurityEvent"], mine["Session"]]
    found = (await ana.get(NODES, ids=asked))["nodes"]
    assert [node and node["__typename"] for node in found] == [
        "Session",
        None,
        "User",
        None,
        "SecurityEvent",
        "Session",
    ]


@pytest.mark.parametrize(("count", "answered"), [(0, True), (1, True), (100, True), (101, False), (1000, False)])
async def test_at_most_a_hundred_nodes_at_a_time(ana: GraphQLClient, count: int, answered: bool) -> None:
    ids = [ana.session_id] * count
    if answered:
        assert len((await ana.get(NODES, ids=ids))["nodes"]) == count
    else:
        error = await ana.error(NODES, ids=ids)
        assert error["extensions"]["code"] == "LIST_TOO_LONG"
        assert f"Send at most 100 IDs in one request, not {count}" in error["message"]


async def test_a_hundred_different_ids_without_an_object(ana: GraphQLClient) -> None:
    ids = [f"00000000-0000-7000-8000-{n:012}" for n in range(100)]
    assert (await ana.get(NODES, ids=ids))["nodes"] == [None] * 100
