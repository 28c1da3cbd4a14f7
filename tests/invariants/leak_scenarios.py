"""Scenarios that send secrets to a server: in regular use, and in places where they do not belong."""

from tests.invariants.recording_client import CHANGE, LOG_IN, REAUTHENTICATE, REFRESH, REGISTER, RecordingClient

FIRST, SECOND = "purple bicycle mountain 41", "violet tricycle summit 42"
EVERYTHING = """{
  me { id email lastLogin securityEvents(first: 100) { nodes { id kind device ipAddress session { id } } }
    sessions(first: 100, filter: { states: [ACTIVE, EXPIRED, REVOKED] }) {
      edges { cursor node { id name device userAgent ipAddress state revocationReason } } } }
  mySessions { id isCurrent device userAgent ipAddress lastActive createdAt }
}"""
CODES = "errors { ... on UserError { code } }"
REVOKE_ALL = f"mutation {{ done: revokeAllSessions {{ revokedCount revokedSessionIds {CODES} }} }}"
REVOKE = f"mutation($id: ID!) {{ done: revokeSession(sessionId: $id) {{ session {{ id }} {CODES} }} }}"
LOG_OUT = "mutation { done: logout { session { id state } } }"
MARK = f"""mutation($input: MarkReauthenticatedInput!) {{ done: markReauthenticated(input: $input) {{
  session {{ id }} tokens {{ accessToken refreshToken }} {CODES} }} }}"""
CREATE = f"""mutation($input: CreateSessionInput!) {{ done: createSession(input: $input) {{
  user {{ id subject }} session {{ id device }} tokens {{ accessToken refreshToken }} {CODES} }} }}"""
INTROSPECT = """query($token: String!) { introspect(token: $token) {
  active tokenKind expiresAt session { id device userAgent } user { id email subject } } }"""
FIND_USER = """query($by: UserLookup!) { user(by: $by) { id email subject
  sessions(first: 100) { nodes { id device userAgent } }
  securityEvents(first: 100) { nodes { id kind actorName } } } }"""
ADMIN_ACTIONS = [
    f"mutation($user: ID!, $session: ID!) {{ revokeUserSession(userId: $user, sessionId: $session) {{ {CODES} }} }}",
    *(
        f"mutation($user: ID!) {{ {field}(userId: $user) {{ {CODES} }} }}"
        for field in ("revokeUserSessions", "disableUser", "enableUser", "deleteUser")
    ),
    "mutation { revokeEverySession { revokedCount } }",
]
RENAME = f"mutation($input: RenameSessionInput!) {{ done: renameSession(input: $input) {{ {CODES} }} }}"


def use_tokens(ana: RecordingClient) -> None:
    """Use an account with bearer tokens, including a replayed refresh token."""
    ana.ask_with_password(REGISTER, email="ana@example.com", password=FIRST, sessionName="Laptop")
    ana.ask_with_password(LOG_IN, email="ana@example.com", password="wrong bicycle mountain 40")
    ana.ask_with_password(LOG_IN, email="unknown@example.com", password="unknown bicycle mountain 39")
    ana.ask_with_password(LOG_IN, email="the password typed here", password=FIRST)
    ana.ask_with_password(REGISTER, email="ana@example.com", password="taken bicycle mountain 38")
    oldest = ana.refresh_token
    for _ in range(2):
        ana.ask(REFRESH, input={"refreshToken": oldest})
    ana.ask(REFRESH, input={"refreshToken": ana.refresh_token})
    ana.ask(REFRESH, input={"refreshToken": oldest})
    assert "errors" in ana.ask(EVERYTHING), "the reuse was detected"
    for _ in range(2):
        ana.ask_with_password(LOG_IN, email="ana@example.com", password=FIRST)
    ana.ask_with_password(REAUTHENTICATE, password="deleted bicycle mountain 37")
    ana.ask_with_password(REAUTHENTICATE, password=FIRST)
    ana.ask_with_password(CHANGE, currentPassword="mistyped bicycle mountain 36", newPassword=SECOND)
    assert ana.ask_with_password(CHANGE, currentPassword=FIRST, newPassword=SECOND)["data"]["done"]["errors"] == []
    assert "errors" not in ana.ask(EVERYTHING)
    ana.ask(REVOKE_ALL)


def use_cookies(tab: RecordingClient) -> None:
    """Use the same account with tokens in cookies."""
    by_cookie = {"email": "ana@example.com", "delivery": "COOKIE"}
    tab.ask_with_password(LOG_IN, **by_cookie, password="wrong bicycle mountain 35")
    tab.ask_with_password(LOG_IN, **by_cookie, password=SECOND)
    oldest = dict(tab.cookies)
    assert len(oldest) == 3, "two tokens, and the device cookie"
    assert "errors" not in tab.ask(EVERYTHING)
    assert tab.ask(REFRESH, input={})["data"]["done"]["errors"] == []
    assert tab.cookies.keys() == oldest.keys()
    assert len(set(tab.cookies.values()) & set(oldest.values())) == 1, "only the device cookie stays"
    tab.ask_with_password(REAUTHENTICATE, password="deleted bicycle mountain 34")
    assert tab.ask_with_password(REAUTHENTICATE, password=SECOND)["data"]["done"]["errors"] == []
    assert "errors" not in tab.ask(EVERYTHING)
    tab.send("POST", "/graphql", json={"query": EVERYTHING}, headers={"Cookie": tab.cookie_header})
    assert tab.ask(LOG_OUT)["data"]["done"]["session"]["state"] == "REVOKED"
    assert len(tab.cookies) == 1, "the device cookie stays after a log-out"
    tab.cookies = oldest
    assert "errors" in tab.ask(EVERYTHING)
    tab.ask(REFRESH, input={})
    tab.cookies = {name: value[:-1] for name, value in oldest.items()}
    tab.ask(EVERYTHING)
    tab.ask(REFRESH, input={})


def act_as_service(shop: RecordingClient, ana: RecordingClient) -> None:
    """Call every field for services and operators with the tokens of other users."""
    created = shop.ask(CREATE, input={"subject": "crm|42", "sessionName": "Shop", "userAgent": "till/1.0"})
    user, session = (created["data"]["done"][name]["id"] for name in ("user", "session"))
    eve = (shop.access_token, shop.refresh_token)
    for token in (*eve, ana.access_token, ana.refresh_token, shop.key, SECOND, eve[0][:-1], eve[1][:-1]):
        assert "errors" not in shop.ask(INTROSPECT, token=token)
    assert shop.ask(INTROSPECT, token=eve[1])["data"]["introspect"]["active"]
    assert shop.ask(MARK, input={"userId": user, "sessionId": session})["data"]["done"]["errors"] == []
    for by in ({"email": "ana@example.com"}, {"subject": "crm|42"}, {"subject": eve[1]}, {"id": eve[0]}):
        assert "errors" not in shop.ask(FIND_USER, by=by)
    for token in eve:
        shop.ask(MARK, input={"userId": user, "sessionId": token})
        shop.ask(MARK, input={"userId": token, "sessionId": session, "authenticatedAt": token})
    for operation in ADMIN_ACTIONS:
        for wanted in (*eve, user):
            assert "errors" not in shop.ask(operation, user=wanted, session=session)
    assert "errors" not in shop.ask("{ adminActions { id kind actorName } serviceKey { id name scopes } }")


def send_malformed_requests(ana: RecordingClient, secrets: tuple[str, ...]) -> None:
    """Send secrets in unexpected positions and in malformed requests."""
    for token in secrets:
        ana.send("GET", "/graphql", params={"access_token": token, "query": "{ mySessions { id } }"})
        ana.send("GET", "/graphql", params={"query": f'{{ session(id: "{token}") {{ id }} }}'})
        ana.send("GET", "/nowhere", params={"token": token})
        ana.send("GET", "/healthz", params={"token": token}, headers={"Cookie": f"token={token}", "X-Token": token})
        ana.send("POST", "/graphql", content=f'{{"query": "{{ mySessions {{ id }} }}", "token": "{token}"')
        ana.send("POST", "/graphql", content=token.encode(), headers={"Content-Type": "application/json"})
        ana.send("POST", "/graphql", content=token.encode(), headers={"Content-Type": f"text/{token[:30]}"})
        ana.send("POST", "/graphql", json={"query": token})
        ana.send("POST", "/graphql", json={"query": "{ mySessions { id } }", "operationName": token})
        ana.send("POST", "/graphql", json={"query": "{ mySessions { id } }"}, headers={"Authorization": token})
        ana.send("POST", "/graphql", json={"query": "{ a: __typename }"}, headers={"Authorization": f"Basic {token}"})
        ana.send("POST", "/graphql", json={"query": "{ me { id } }"}, headers={"Authorization": f"Bearer {token}"})
        for name in ("__Host-sessionql_access", "__Host-sessionql_refresh"):
            page = {"Cookie": f"{name}={token}", "Origin": ana.url}
            for path in ("/", "/nowhere", "/healthz", "/sessions", "/graphql", "/schema.graphql"):
                ana.send("GET", path, headers=page)
            ana.send("POST", "/auth/logout", headers=page)
            ana.send("POST", "/auth/logout", content=b"{", headers={**page, "Content-Type": "application/json"})
            ana.send("POST", "/graphql", json={"query": "{ mySessions { id } }"}, headers=page)
            ana.send("POST", "/graphql", json={"query": "{ mySessions { id } }"}, headers={**page, "Origin": token})
            ana.send("GET", "/graphql", params={"query": "{ mySessions { id } }"}, headers=page)
        ana.send("GET", "/graphql", params={"query": f'{{ introspect(token: "{token}") {{ active }} }}'})
        ana.ask(f'{{ introspect(token: ["{token}"]) {{ active }} }}')
        ana.ask(INTROSPECT, token=[token])
        ana.ask(INTROSPECT, token={"is": token})
        ana.ask(INTROSPECT, tokens=token)
        ana.ask(CREATE, input={"subject": "crm|43", "authenticatedAt": token, "ipAddress": token})
        ana.ask(CREATE, input={"subject": [token], "token": token})
        ana.ask(REVOKE, id=token)
        ana.ask(RENAME, input={"sessionId": token, "name": "x"})
        ana.ask(REFRESH, input={"refreshToken": token[:-1]})
        ana.ask(REFRESH, input={"refreshToken": [token]})
        ana.ask(REFRESH, input={"refreshToken": {"is": token}})
        ana.ask(REFRESH, input={"refreshTokens": token})
        ana.ask(REFRESH, input=token)
        ana.ask(f'mutation {{ refresh(input: {{ refreshToken: ["{token}"] }}) {{ tokens {{ accessToken }} }} }}')
        ana.ask(f'mutation {{ refresh(input: {{ refreshToken: "{token}", more: 1 }}) {{ tokens {{ accessToken }} }} }}')
        ana.ask(f'mutation {{ refresh(input: "{token}") {{ tokens {{ accessToken }} }} }}')
        ana.ask(f'mutation {{ refresh("{token}") {{ tokens {{ accessToken }} }} }}')
        ana.ask(
            f'query($a: DateTime = "{token}") {{ me {{ sessions(filter: {{ inactiveSince: $a }}) {{ totalCount }} }} }}'
        )
        ana.ask("query($a: Int, $b: String) { me { sessions(first: $a, after: $b) { totalCount } } }", a=token, b=token)
        ana.ask(LOG_IN, input={"email": "ana@example.com", "passwort": token})
