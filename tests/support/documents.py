"""GraphQL documents that many tests send."""

ERRORS = "errors { __typename ... on UserError { message code path } }"
CODES = "errors { ... on UserError { code } }"
TOKENS = "tokens { accessToken refreshToken }"

LOG_IN = (
    f"mutation LogIn($input: LoginInput!) {{ login(input: $input) {{ session {{ id device }} {TOKENS} {ERRORS} }} }}"
)
REGISTER = LOG_IN.replace("LogIn(", "Register(").replace("LoginInput", "RegisterInput").replace("login(", "register(")
REFRESH = f"mutation Refresh($input: RefreshInput!) {{ refresh(input: $input) {{ {TOKENS} {ERRORS} }} }}"
REAUTHENTICATE = (
    f"mutation Reauthenticate($input: ReauthenticateInput!) {{ reauthenticate(input: $input) {{ {TOKENS} {ERRORS} }} }}"
)
CHANGE_PASSWORD = (
    f"mutation ChangePassword($input: ChangePasswordInput!) {{ changePassword(input: $input) {{ {TOKENS} {ERRORS} }} }}"
)
LOG_OUT = "mutation { logout { session { id state } } }"

ME = "{ me { id email } }"
MY_SESSIONS = "{ mySessions { id isCurrent device } }"
REVOKE = f"mutation($id: ID!) {{ revokeSession(sessionId: $id) {{ session {{ id state }} wasCurrent {ERRORS} }} }}"
REVOKE_ALL = "mutation($keep: Boolean!) { revokeAllSessions(keepCurrent: $keep) { revokedCount } }"
RENAME = (
    f"mutation($input: RenameSessionInput!) {{ renameSession(input: $input) {{ session {{ id name }} {ERRORS} }} }}"
)
