"""What mutations return. A payload with an empty `errors` succeeded."""

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
SESSION_NOW = "The session as it is now; null when `errors` is not empty."
TOKENS = "The session's {}tokens; null when `errors` is not empty."
ERRORS = "Why it failed; empty when it succeeded."
ROOT = "The root, to query again what changed."


@strawberry.type(description="The tokens of a session. Secrets: keep them out of logs and URLs.")
class AuthTokens:
    access_token: JWT | None = strawberry.field(
        description="The access token, for `Authorization: Bearer …`; null when it is set as a cookie instead."
    )
    access_token_expires_at: datetime = strawberry.field(description="When the access token expires.")
    refresh_token: str | None = strawberry.field(
        description="The refresh token; null when it is set as a cookie instead, or stays as it is."
    )
    refresh_token_expires_at: datetime = strawberry.field(description="When the refresh token expires.")


def tokens_from_pair(grant: TokenPair, *, refresh: bool = True) -> AuthTokens:
    """The tokens, to be handed over once, in the payload. `refresh`: the refresh token too."""
    return AuthTokens(
        access_token=JWT(grant.access.text),
        access_token_expires_at=grant.access.expires_at,
        refresh_token=grant.refresh if refresh else None,
        refresh_token_expires_at=grant.refresh_expires_at,
    )


def hand_over(grant: TokenPair, browser: CookieJar, *, by_cookie: bool, refresh: bool = True) -> AuthTokens:
    """The same, in the payload or in cookies."""
    tokens = tokens_from_pair(grant, refresh=refresh)
    if by_cookie:
        browser.set(grant, refresh=refresh)
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
        "The refresh token stays as it is, so it is not handed over again.",
    )
    errors: list[ReauthenticateError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `changePassword` returns.")
class ChangePasswordPayload:
    revoked_count: int = strawberry.field(default=0, description="How many other sessions were revoked.")
    tokens: AuthTokens | None = strawberry.field(default=None, description=TOKENS.format("new "))
    errors: list[ChangePasswordError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `logout` returns.")
class LogoutPayload:
    session: Session | None = strawberry.field(
        default=None, description="The session that ended; null when there was none."
    )


@strawberry.type
class _WithQuery:
    @strawberry.field(description=ROOT)
    def query(self) -> LazyQuery:
        from sessionql.schema.query import Query  # noqa: PLC0415 - the types refer to each other

        return Query()


@strawberry.type(description="What `revokeSession` returns.")
class RevokeSessionPayload(_WithQuery):
    session: Session | None = strawberry.field(default=None, description=SESSION_NOW)
    was_current: bool = strawberry.field(
        default=False,
        description="True when the session was the current one, so this client is now logged out.",
    )
    errors: list[RevokeSessionError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `revokeAllSessions` and `revokeSessions` return.")
class RevokeAllSessionsPayload(_WithQuery):
    revoked_count: int = strawberry.field(
        default=0, description="How many sessions this call revoked, or would but for `dryRun`."
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
