"""Services that send requests to the application in this process, and every field of their schema."""

from typing import Any

import httpx
from fastapi import FastAPI

from sessionql.resolvers.service_keys import NewKey, create_key
from sessionql.storage.records import Scope
from tests.schema.graphql_client import ERRORS, GraphQLClient

UNKNOWN_ID = "019ab000-0000-7000-8000-0000000000a1"
TOKENS = "tokens { accessToken refreshToken accessTokenExpiresAt refreshTokenExpiresAt }"
INTROSPECT = """query($token: String!) { introspect(token: $token) {
  active tokenKind expiresAt authenticatedAt session { id isCurrent state } user { id subject disabledAt }
} }"""
CREATE = f"""mutation($input: CreateSessionInput!) {{ createSession(input: $input) {{
  user {{ id subject email lastLogin }} session {{ id device ipAddress name isCurrent }} {TOKENS} {ERRORS}
}} }}"""

# The name of the field, the scope that it requires, and an operation with it. `serviceKey` requires no scope.
FIELDS: dict[str, tuple[Scope | None, str]] = {
    "serviceKey": (None, "{ serviceKey { name scopes createdAt } }"),
    "introspect": (Scope.INTROSPECT, '{ introspect(token: "x") { active } }'),
    "user": (Scope.OPERATOR, '{ user(by: {email: "ana@example.com"}) { id } }'),
    "adminActions": (Scope.OPERATOR, "{ adminActions { id } }"),
    "createSession": (Scope.CREATE_SESSIONS, 'mutation { createSession(input: {subject: "crm"}) { user { id } } }'),
    "markReauthenticated": (
        Scope.REAUTHENTICATE,
        'mutation { markReauthenticated(input: {userId: "x", sessionId: "x"}) { session { id } } }',
    ),
    "createUser": (Scope.OPERATOR, 'mutation { createUser(input: {email: "x"}) { user { id } } }'),
    "issuePasswordReset": (
        Scope.OPERATOR,
        'mutation { issuePasswordReset(input: {userId: "x"}) { user { id } } }',
    ),
    "revokeUserSession": (
        Scope.OPERATOR,
        'mutation { revokeUserSession(userId: "x", sessionId: "x") { session { id } } }',
    ),
    "revokeUserSessions": (Scope.OPERATOR, 'mutation { revokeUserSessions(userId: "x") { revokedCount } }'),
    "revokeEverySession": (Scope.OPERATOR, "mutation { revokeEverySession { revokedCount } }"),
    "disableUser": (Scope.OPERATOR, 'mutation { disableUser(userId: "x") { revokedCount } }'),
    "enableUser": (Scope.OPERATOR, 'mutation { enableUser(userId: "x") { user { id } } }'),
    "deleteUser": (Scope.OPERATOR, 'mutation { deleteUser(userId: "x") { deletedUserId } }'),
}


async def new_key(app: FastAPI, *scopes: Scope) -> NewKey:
    """Create a key with these scopes, or with all scopes."""
    made = await create_key(app.state.deps, "Shop", scopes or tuple(Scope))
    assert isinstance(made, NewKey)
    return made


async def service_client(app: FastAPI, http: httpx.AsyncClient, *scopes: Scope) -> GraphQLClient:
    """A client with a new service key."""
    caller = GraphQLClient(http, "shop/1.0")
    caller.token = (await new_key(app, *scopes)).token
    return caller


async def session_of_service(
    shop: GraphQLClient, http: httpx.AsyncClient, subject: str = "crm|42", **more: Any
) -> GraphQLClient:
    """Create a session with `createSession`. Returns the client of the user."""
    payload = (await shop.get(CREATE, input={"subject": subject, **more}))["createSession"]
    assert payload["errors"] == [], payload
    caller = GraphQLClient(http)
    caller.session_id = payload["session"]["id"]
    caller.token, caller.refresh_token = payload["tokens"]["accessToken"], payload["tokens"]["refreshToken"]
    return caller
