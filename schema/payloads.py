"""The payloads of the mutations for users. When `errors` is empty, the mutation succeeded."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from sessionql.resolvers.cookie_jar import CookieJar
from sessionql.resolvers.token_pairs import TokenPair
from sessionql.schema.errors import (
    ChangePasswordError,
    LoginError,
    ReauthenticateError,
    RefreshError,
    RegisterError,
    RenameSessionError,
    ResetPasswordError,
    RevokeAllSessionsError,
    RevokeSessionError,
)
from sessionql.schema.scalars import JWT
from sessionql.schema.session import Session
from sessionql.schema.user import User

if TYPE_CHECKING:
    from sessionql.schema.query import Query

LazyQuery = Annotated["Query", strawberry.lazy("sessionql.schema.query")]

USER = "The {}account; null when `errors` is not empty."
NEW_SESSION = "The new session; null when `errors` is not empty."
SESSION_NOW = "The session after the change; null when `errors` is not empty."
TOKENS = "The session's {}tokens; null when `errors` is not empty."
ERRORS = "Why it failed; empty when it succeeded."
ROOT = "The root of all queries, to read changed objects in the same request."


@strawberry.type(description="The tokens of a session. They are secret: never write them to logs or URLs.")
class AuthTokens:
    access_token: JWT | None = strawberry.field(
        description="The access token, for `Authorization: Bearer …`; null when it is set as a cookie instead."
    )
    access_token_expires_at: datetime = strawberry.field(description="When the access token expires.")
    refresh_token: str | None = strawberry.field(
        description="The refresh token; null when it is set as a cookie instead, or did not change."
    )
    refresh_token_expires_at: datetime = strawberry.field(description="When the refresh token expires.")


def tokens_from_pair(pair: TokenPair, *, refresh: bool = True) -> AuthTokens:
    """Convert a token pair, with the refresh token only if `refresh`."""
    return AuthTokens(
        access_token=JWT(pair.access.text),
        access_token_expires_at=pair.access.expires_at,
        refresh_token=pair.refresh if refresh else None,
        refresh_token_expires_at=pair.refresh_expires_at,
    )


def deliver_tokens(pair: TokenPair, cookies: CookieJar, *, by_cookie: bool, refresh: bool = True) -> AuthTokens:
    """Return the tokens in the payload or, if `by_cookie`, set them as cookies and return their times only."""
    tokens = tokens_from_pair(pair, refresh=refresh)
    if by_cookie:
        cookies.set(pair, refresh=refresh)
        tokens.access_token = tokens.refresh_token = None
    return tokens


@strawberry.type(description="What `register` returns.")
class RegisterPayload:
    user: User | None = strawberry.field(default=None, description=USER.format("new "))
    session: Session | None = strawberry.field(default=None, description=NEW_SESSION)
    tokens: AuthTokens | None = strawberry.field(default=None, description=TOKENS.format(""))
    errors: list[RegisterError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `login` returns.")
class LoginPayload:
    user: User | None = strawberry.field(default=None, description=USER.format(""))
    session: Session | None = strawberry.field(default=None, description=NEW_SESSION)
    tokens: AuthTokens | None = strawberry.field(default=None, description=TOKENS.format(""))
    errors: list[LoginError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `refresh` returns.")
class RefreshPayload:
    session: Session | None = strawberry.field(
        default=None, description="The session; null when `errors` is not empty."
    )
    tokens: AuthTokens | None = strawberry.field(default=None, description=TOKENS.format("new "))
    errors: list[RefreshError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `reauthenticate` returns.")
class ReauthenticatePayload:
    tokens: AuthTokens | None = strawberry.field(
        default=None,
        description="The session's new access token; null when `errors` is not empty. "
        "The refresh token does not change, so it is null.",
    )
    errors: list[ReauthenticateError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `changePassword` returns.")
class ChangePasswordPayload:
    revoked_count: int = strawberry.field(default=0, description="The number of other sessions that were revoked.")
    tokens: AuthTokens | None = strawberry.field(default=None, description=TOKENS.format("new "))
    errors: list[ChangePasswordError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `resetPassword` returns.")
class ResetPasswordPayload:
    revoked_count: int = strawberry.field(default=0, description="The number of sessions that were revoked.")
    errors: list[ResetPasswordError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `logout` returns.")
class LogoutPayload:
    session: Session | None = strawberry.field(
        default=None, description="The session that ended; null when no session was active."
    )


@strawberry.type
class _WithQuery:
    @strawberry.field(description=ROOT)
    def query(self) -> LazyQuery:
        from sessionql.schema.query import Query  # noqa: PLC0415 - the modules refer to each other

        return Query()


@strawberry.type(description="What `revokeSession` returns.")
class RevokeSessionPayload(_WithQuery):
    session: Session | None = strawberry.field(default=None, description=SESSION_NOW)
    was_current: bool = strawberry.field(
        default=False,
        description="Whether the session was the current one, so that this client is now logged out.",
    )
    errors: list[RevokeSessionError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `revokeAllSessions` and `revokeSessions` return.")
class RevokeAllSessionsPayload(_WithQuery):
    revoked_count: int = strawberry.field(
        default=0, description="The number of sessions that were revoked, or would be without `dryRun`."
    )
    revoked_session_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list,
        description="The IDs of those sessions, at most 1000, for client caches.",
    )
    kept_session: Session | None = strawberry.field(
        default=None, description="The current session, when it was kept; null otherwise."
    )
    errors: list[RevokeAllSessionsError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `renameSession` returns.")
class RenameSessionPayload:
    session: Session | None = strawberry.field(default=None, description=SESSION_NOW)
    errors: list[RenameSessionError] = strawberry.field(default_factory=list, description=ERRORS)
