"""The schema for services: a key may use the fields of its scopes, and for other callers they do not exist."""

import json
import re

import httpx
import pytest
from fastapi import FastAPI
from graphql import GraphQLObjectType, build_schema, parse, validate

from sessionql.resolvers.service_keys import revoke_key
from sessionql.schema.build import SDL_FILE, graphql_schema, services_schema
from sessionql.storage.records import Scope
from tests.conftest import FakeClock, developing
from tests.schema.graphql_client import IPHONE, GraphQLClient, recorded_statements
from tests.schema.service_keys import CREATE, FIELDS, INTROSPECT, new_key, service_client, session_of_service

SUGGESTION = re.compile(rb" Did you mean [^?]*\?")
EVERYTHING = "{ __schema { types { name fields { name args { name } } inputFields { name } enumValues { name } } } }"


@pytest.fixture
async def shop(app: FastAPI, http: httpx.AsyncClient) -> GraphQLClient:
    """A service with all scopes."""
    return await service_client(app, http)


@pytest.fixture
async def other_callers(app: FastAPI, http: httpx.AsyncClient, ana: GraphQLClient) -> dict[str, GraphQLClient]:
    """Callers without a valid key: without credentials, a user, and invalid keys."""
    revoked = await new_key(app)
    await revoke_key(app.state.deps, str(revoked.key.id))
    live = await new_key(app)
    found = {name: GraphQLClient(http) for name in ("anonymous", "revoked", "garbage", "cut", "another's secret")}
    found["revoked"].token = revoked.token
    found["garbage"].token = "sqls_" + "A" * 64
    found["cut"].token = live.token[:-1]
    found["another's secret"].token = revoked.token[:26] + live.token[26:]
    return found | {"user": ana}


def test_every_field_of_services_is_tested_here() -> None:
    roots = (services_schema.query_type, services_schema.mutation_type)
    assert FIELDS.keys() == {name for root in roots if root for name in root.fields}


async def test_for_other_callers_the_fields_do_not_exist(other_callers: dict[str, GraphQLClient]) -> None:
    """The response is equal to that of an unknown field, except for its name."""
    for who, caller in other_callers.items():
        for field, (_, query) in FIELDS.items():
            made_up = "q" * len(field)
            statements = (await caller.send(query)).content
            expected = (await caller.send(query.replace(field, made_up, 1))).content
            assert SUGGESTION.sub(b"", statements).replace(field.encode(), made_up.encode()) == expected, (who, field)
            assert b"GRAPHQL_VALIDATION_FAILED" in statements


@pytest.mark.parametrize("mode", ["production", "development"])
async def test_for_other_callers_the_schema_is_the_committed_one(
    other_callers: dict[str, GraphQLClient], mode: str
) -> None:
    """Also suggestions of similar names are those of that schema."""
    committed = build_schema(SDL_FILE.read_text(encoding="utf-8"))
    for who, caller in other_callers.items():
        for _, query in FIELDS.values():
            messages = [error["message"] for error in (await caller.ask(query))["errors"]]
            assert messages == [
                error.message for error in validate(committed, parse(query), hide_suggestions=mode == "production")
            ], who


@developing
async def test_suggestions_and_introspection_contain_no_field_of_the_other_schema(
    other_callers: dict[str, GraphQLClient],
) -> None:
    theirs = {*services_schema.type_map, *FIELDS} - {*graphql_schema.type_map, "user"}
    theirs |= {"disabledAt", "USER_NOT_FOUND"}
    for who, caller in other_callers.items():
        shown = json.dumps(await caller.get(EVERYTHING))
        for name in theirs:
            assert f'"{name}"' not in shown, (who, name)
        for near in (
            "servicekey",
            "introspec",
            "createSessio",
            "revokeUserSessionz",
            "disableUse",
            "revokeEverySessions",
        ):
            for kind in ("query", "mutation"):
                messages = (await caller.send(f"{kind} {{ {near} }}")).text
                assert not [name for name in theirs if f"'{name}'" in messages], (who, messages)


async def test_a_key_can_read_its_name_and_scopes(app: FastAPI, http: httpx.AsyncClient) -> None:
    caller = await service_client(app, http, Scope.INTROSPECT, Scope.CREATE_SESSIONS)
    assert await caller.get(FIELDS["serviceKey"][1]) == {
        "serviceKey": {
            "name": "Shop",
            "scopes": ["CREATE_SESSIONS", "INTROSPECT"],
            "createdAt": "2026-11-23T11:16:10.123456Z",
        }
    }


@pytest.mark.parametrize("field", [name for name, (scope, _) in FIELDS.items() if scope])
async def test_the_error_of_a_missing_scope_names_it(
    app: FastAPI, http: httpx.AsyncClient, ana: GraphQLClient, field: str
) -> None:
    needed, query = FIELDS[field]
    assert needed is not None
    without = await service_client(app, http, *(scope for scope in Scope if scope is not needed))
    error = await without.error(query)
    assert (error["extensions"]["code"], error["path"]) == ("FORBIDDEN", [field])
    assert error["message"] == f"This service key lacks the scope {needed}."
    with_it = await service_client(app, http, needed)
    assert (await with_it.get(query)).keys() == {field}
    if field != "revokeEverySession":
        assert await ana.get("{ mySessions { id } }"), "no user was changed"


async def test_a_revoked_key_is_rejected_in_its_next_request(app: FastAPI, http: httpx.AsyncClient) -> None:
    made = await new_key(app)
    caller = GraphQLClient(http)
    caller.token = made.token
    assert await caller.get(FIELDS["serviceKey"][1])
    await revoke_key(app.state.deps, str(made.key.id))
    assert await caller.code(FIELDS["serviceKey"][1]) == "GRAPHQL_VALIDATION_FAILED"
    assert await caller.code("{ mySessions { id } }") == "UNAUTHENTICATED"


async def test_a_key_is_not_a_user(shop: GraphQLClient) -> None:
    for query in ("{ me { id } }", "{ mySessions { id } }", "mutation { logout { session { id } } }"):
        assert await shop.code(query) == "GRAPHQL_VALIDATION_FAILED"


async def test_a_service_creates_a_session_that_its_user_continues(
    http: httpx.AsyncClient, shop: GraphQLClient
) -> None:
    input_ = {"subject": "crm|42", "ipAddress": "2001:DB8:0::1", "userAgent": IPHONE, "sessionName": "Till 4"}
    payload = (await shop.get(CREATE, input=input_))["createSession"]
    assert payload["user"]["subject"] == "crm|42"
    assert payload["session"] == {
        "id": payload["session"]["id"],
        "device": "Safari on iPhone",
        "ipAddress": "2001:db8::1",
        "name": "Till 4",
        "isCurrent": False,
    }
    ana = GraphQLClient(http, IPHONE)
    ana.token = payload["tokens"]["accessToken"]
    assert await ana.get("{ me { subject email } mySessions { id isCurrent } }") == {
        "me": {"subject": "crm|42", "email": None},
        "mySessions": [{"id": payload["session"]["id"], "isCurrent": True}],
    }
    events = (await ana.get("{ me { securityEvents { nodes { kind actorName actor { id } } } } }"))["me"]
    assert events["securityEvents"]["nodes"] == [{"kind": "LOGGED_IN", "actorName": "Shop", "actor": None}]


@pytest.mark.parametrize("address", ["localhost", "1.2.3", "", 7, "1.2.3.4:80", "fe80::1%eth0"])
async def test_an_invalid_ip_address_is_rejected(shop: GraphQLClient, address: object) -> None:
    assert await shop.code(CREATE, input={"subject": "crm|42", "ipAddress": address}) == "BAD_USER_INPUT"


async def test_invalid_input_is_an_error_in_the_payload(shop: GraphQLClient, clock: FakeClock) -> None:
    late = clock().replace(year=2030).isoformat()
    wrong = {"subject": {"subject": ""}, "authenticatedAt": {"subject": "a", "authenticatedAt": late}}
    wrong["sessionName"] = {"subject": "a", "sessionName": ""}
    for field, input_ in wrong.items():
        payload = (await shop.get(CREATE, input=input_))["createSession"]
        (error,) = payload["errors"]
        assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", field])
        assert payload["user"] is payload["session"] is payload["tokens"] is None


async def test_tokens_are_introspected(http: httpx.AsyncClient, shop: GraphQLClient) -> None:
    ana = await session_of_service(shop, http)
    for kind, token in {"ACCESS": ana.token, "REFRESH": ana.refresh_token}.items():
        found = (await shop.get(INTROSPECT, token=token))["introspect"]
        assert (found["active"], found["tokenKind"]) == (True, kind)
        assert found["session"] == {"id": ana.session_id, "isCurrent": False, "state": "ACTIVE"}
        assert (found["user"]["subject"], found["user"]["disabledAt"]) == ("crm|42", None)
        assert found["authenticatedAt"] == "2026-11-23T11:16:10.123456Z"
        assert found["expiresAt"] > "2026-11-23T11:16:10"
    await ana.get("mutation { logout { session { id } } }")
    answers = {(await shop.send(INTROSPECT, token=each)).content for each in (ana.token, ana.refresh_token, "x")}
    assert len(answers) == 1, "no response has the reason"
    nothing = dict.fromkeys(["tokenKind", "expiresAt", "authenticatedAt", "session", "user"])
    assert json.loads(answers.pop()) == {"data": {"introspect": {"active": False, **nothing}}}


async def test_an_introspection_runs_one_statement_besides_that_of_the_key(
    app: FastAPI, http: httpx.AsyncClient, shop: GraphQLClient
) -> None:
    ana = await session_of_service(shop, http)
    reads = {"active session { id device }": 2, "active user { id }": 3}
    for token in (ana.token, ana.refresh_token):
        for selection, max_statements in reads.items():
            with recorded_statements(app.state.deps.storage.database) as statements:
                await shop.get(f"query($t: String!) {{ introspect(token: $t) {{ {selection} }} }}", t=token)
            assert len(statements) == max_statements, statements
    with recorded_statements(app.state.deps.storage.database) as statements:
        await shop.get(INTROSPECT, token="garbage")
    assert len(statements) == 1


async def test_a_service_marks_its_user_reauthenticated(
    http: httpx.AsyncClient, shop: GraphQLClient, clock: FakeClock
) -> None:
    ana = await session_of_service(shop, http, authenticatedAt="2026-11-23T09:00:00Z")
    other = await session_of_service(shop, http)
    user_id = (await ana.get("{ me { id } }"))["me"]["id"]
    revoke = "mutation($id: ID!) { revokeSession(sessionId: $id) { errors { ... on UserError { code } } } }"
    rejected = await ana.get(revoke, id=other.session_id)
    assert rejected["revokeSession"]["errors"] == [{"code": "REAUTHENTICATION_REQUIRED"}]
    clock.advance(minutes=1)
    query = """mutation($input: MarkReauthenticatedInput!) { markReauthenticated(input: $input) {
      tokens { accessToken refreshToken } session { id } errors { ... on UserError { code } } } }"""
    input_ = {"userId": user_id, "sessionId": ana.session_id}
    payload = (await shop.get(query, input=input_))["markReauthenticated"]
    assert (payload["session"], payload["errors"]) == ({"id": ana.session_id}, [])
    assert payload["tokens"]["refreshToken"] is None
    ana.token = payload["tokens"]["accessToken"]
    assert (await ana.get(revoke, id=other.session_id))["revokeSession"]["errors"] == []
    ended = {"userId": user_id, "sessionId": other.session_id}
    for wrong, code in ((ended, "SESSION_ENDED"), ({**ended, "userId": "x"}, "SESSION_NOT_FOUND")):
        assert (await shop.get(query, input=wrong))["markReauthenticated"]["errors"] == [{"code": code}]


def test_types_of_both_schemas_are_equal() -> None:
    for name in ("Session", "SecurityEvent", "SessionConnection", "AuthTokens", "SessionStats"):
        mine, theirs = graphql_schema.type_map[name], services_schema.type_map[name]
        assert isinstance(mine, GraphQLObjectType)
        assert isinstance(theirs, GraphQLObjectType)
        assert {key: str(field.type) for key, field in mine.fields.items()} == {
            key: str(field.type) for key, field in theirs.fields.items()
        }
