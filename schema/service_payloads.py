"""The payloads of the mutations for services and operators. When `errors` is empty, the mutation succeeded."""

from datetime import datetime

import strawberry

from sessionql.resolvers.password_resets import ResetToken
from sessionql.schema.payloads import ERRORS, NEW_SESSION, SESSION_NOW, TOKENS, AuthTokens
from sessionql.schema.service_errors import (
    ChangeUserError,
    CreateSessionError,
    CreateUserError,
    IssuePasswordResetError,
    MarkReauthenticatedError,
    RevokeUserSessionError,
)
from sessionql.schema.service_user import ServiceUser
from sessionql.schema.session import Session

USER_NOW = "The user after the change; null when `errors` is not empty."
COUNT = "The number of sessions that were revoked."


@strawberry.type(description="What `createSession` returns.")
class CreateSessionPayload:
    user: ServiceUser | None = strawberry.field(default=None, description=USER_NOW)
    session: Session | None = strawberry.field(default=None, description=NEW_SESSION)
    tokens: AuthTokens | None = strawberry.field(
        default=None, description="The session's tokens, for the user's client; null when `errors` is not empty."
    )
    errors: list[CreateSessionError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `markReauthenticated` returns.")
class MarkReauthenticatedPayload:
    tokens: AuthTokens | None = strawberry.field(
        default=None,
        description=TOKENS.format("new ").removesuffix(".")
        + ". Send the access token to the user's client, because older access tokens of the session are no "
        "longer valid. "
        "The refresh token does not change, so it is null.",
    )
    session: Session | None = strawberry.field(default=None, description=SESSION_NOW)
    errors: list[MarkReauthenticatedError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `revokeUserSession` returns.")
class RevokeUserSessionPayload:
    session: Session | None = strawberry.field(default=None, description=SESSION_NOW)
    errors: list[RevokeUserSessionError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `revokeUserSessions` returns.")
class RevokeUserSessionsPayload:
    user: ServiceUser | None = strawberry.field(default=None, description=USER_NOW)
    revoked_count: int = strawberry.field(default=0, description=COUNT)
    errors: list[ChangeUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `revokeEverySession` returns.")
class RevokeEverySessionPayload:
    revoked_count: int = strawberry.field(description=COUNT)


@strawberry.type(description="A token that sets a new password, once. It is secret: only its user may receive it.")
class PasswordResetToken:
    token: str = strawberry.field(description="The token, `sqlp_…`, for `resetPassword`. It is not shown again.")
    expires_at: datetime = strawberry.field(description="When the token expires.")


def reset_token_from(token: ResetToken) -> PasswordResetToken:
    """Convert a token."""
    return PasswordResetToken(token=token.text, expires_at=token.expires_at)


@strawberry.type(description="What `createUser` returns.")
class CreateUserPayload:
    user: ServiceUser | None = strawberry.field(default=None, description=USER_NOW)
    reset_token: PasswordResetToken | None = strawberry.field(
        default=None, description="The token with which the user sets the first password; null as for `user`."
    )
    errors: list[CreateUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `issuePasswordReset` returns.")
class IssuePasswordResetPayload:
    user: ServiceUser | None = strawberry.field(default=None, description=USER_NOW)
    reset_token: PasswordResetToken | None = strawberry.field(
        default=None, description="The token with which the user sets a new password; null as for `user`."
    )
    errors: list[IssuePasswordResetError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `disableUser` returns.")
class DisableUserPayload:
    user: ServiceUser | None = strawberry.field(default=None, description=USER_NOW)
    revoked_count: int = strawberry.field(default=0, description=COUNT)
    errors: list[ChangeUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `enableUser` returns.")
class EnableUserPayload:
    user: ServiceUser | None = strawberry.field(default=None, description=USER_NOW)
    errors: list[ChangeUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What `deleteUser` returns.")
class DeleteUserPayload:
    deleted_user_id: strawberry.ID | None = strawberry.field(
        default=None, description="The ID of the deleted user; null when `errors` is not empty."
    )
    revoked_count: int = strawberry.field(default=0, description="The number of active sessions that the user had.")
    errors: list[ChangeUserError] = strawberry.field(default_factory=list, description=ERRORS)
