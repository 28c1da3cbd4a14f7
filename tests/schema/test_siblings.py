"""Fields of one request are resolved concurrently; each has its own result."""

import asyncio

import httpx

from tests.schema.graphql_client import GraphQLClient

MANY = 4


async def test_the_same_list_with_two_aliases(ana: GraphQLClient) -> None:
    data = await ana.get("{ a: mySessions { id } b: mySessions { id } }")
    assert data["a"] == data["b"] == [{"id": ana.session_id}]


async def test_many_fields_are_resolved_concurrently(http: httpx.AsyncClient, ana: GraphQLClient) -> None:
    await GraphQLClient(http).log_in("ana@example.com")
    fields = [
        f"""l{n}: mySessions {{ id events {{ totalCount nodes {{ session {{ id }} }} }} }}
        m{n}: me {{ sessionStats {{ totalCount }} sessions {{ totalCount pageInfo {{ hasNextPage }} }} }}
        n{n}: node(id: "{ana.session_id}") {{ id }} s{n}: session(id: "{ana.session_id}") {{ device }}"""
        for n in range(MANY)
    ]
    data = await ana.get("{" + " ".join(fields) + "}")
    assert len(data) == 4 * MANY
    assert [data[f"l{n}"] for n in range(MANY)] == [data["l0"]] * MANY
    assert [data[f"m{n}"]["sessionStats"]["totalCount"] for n in range(MANY)] == [2] * MANY
    assert [data[f"n{n}"]["id"] for n in range(MANY)] == [ana.session_id] * MANY


async def test_concurrent_requests_return_their_own_user_only(ana: GraphQLClient, eve: GraphQLClient) -> None:
    callers = [ana, eve] * 30
    answers = await asyncio.gather(*(caller.get("{ me { email } mySessions { id isCurrent } }") for caller in callers))
    for caller, answer in zip(callers, answers, strict=True):
        assert answer["mySessions"] == [{"id": caller.session_id, "isCurrent": True}]
        assert answer["me"]["email"] == ("ana@example.com" if caller is ana else "eve@example.com")


async def test_a_field_that_fails_does_not_affect_the_others(ana: GraphQLClient) -> None:
    answer = await ana.ask("{ me { valid: sessions { totalCount } bad: sessions(first: 0) { totalCount } } }")
    assert [error["path"] for error in answer["errors"]] == [["me", "bad"]]
    alone = await ana.ask('{ bad: nodes(ids: []) { id } session(id: "x") { id } }')
    assert alone == {"data": {"bad": [], "session": None}}


async def test_mutations_of_one_request_are_executed_one_after_the_other(ana: GraphQLClient) -> None:
    renames = " ".join(
        f'r{n}: renameSession(input: {{sessionId: "{ana.session_id}", name: "N{n}"}}) {{ session {{ name }} }}'
        for n in range(20)
    )
    data = await ana.get("mutation {" + renames + "}")
    assert [data[f"r{n}"]["session"]["name"] for n in range(20)] == [f"N{n}" for n in range(20)]
    assert (await ana.get("{ mySessions { name } }"))["mySessions"] == [{"name": "N19"}]
