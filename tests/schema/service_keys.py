"""Services that talk to the application in this process, and every field that is theirs alone."""

from typing import Any

import httpx
from fastapi import FastAPI

from sessionql.resolvers.service_keys import NewKey, create_key
from sessionql.storage.records import Scope
from tests.schema.graphql_client import ERRORS, GraphQLClient

NOBODY = "019ab000-0000-7000-8000-0000000000a1"
TOKENS = "tokens { accessToken refreshToken accessTokenExpiresAt refreshTokenExpiresAt }"
INTROSPECT = """query($token: String!) { introspect(token: $token) {
  active tokenKind expiresAt authenticatedAt session { id isCurrent state } user { id subject disabledAt }
} }"""
CREATE = f"""mutation($input: CreateSessionInput!) {{ createSession(input: $input) {{
  user {{ id subject email lastLogin }} session {{ id device ipAddress name isCurrent }} {TOKENS} {ERRORS}
}} }}"""

# The field, what it needs, and how it is asked; `serviceKey` is for every key.
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
    """A key of these scopes, or of all."""
    made = await create_key(app.state.deps, "Shop", scopes or tuple(Scope))
    assert isinstance(made, NewKey)
    return made


async def a_service(app: FastAPI, http: httpx.AsyncClient, *scopes: Scope) -> GraphQLClient:
    """A program that asks with a new key."""
    caller = GraphQLClient(http, "shop/1.0")
    caller.token = (await new_key(app, *scopes)).token
    return caller


async def sign_in_elsewhere(shop: GraphQLClient, http: httpx.AsyncClient, subject: str = "crm|42", **more: Any) -> GraphQLClient:
    """The browser of a user of the shop."""
    payload = (await shop.get(CREATE, input={"subject": subject, **more}))["createSession"]
    assert payload["errors"] == [], payload
    caller = GraphQLClient(http)
    caller.session_id = payload["session"]["id"]
    caller.token, caller.refresh_token = payload["tokens"]["accessToken"], payload["tokens"]["refreshToken"]
    return caller
