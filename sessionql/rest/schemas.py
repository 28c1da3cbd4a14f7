"""The bodies of REST requests and responses, in snake_case."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.passwords import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from sessionql.resolvers.token_pairs import TokenPair
from sessionql.resolvers.values.emails import MAX_EMAIL_LENGTH
from sessionql.resolvers.values.names import MAX_NAME_LENGTH
from sessionql.resolvers.values.retry_keys import PATTERN as RETRY_KEY_PATTERN
from sessionql.storage.records import SessionRecord

KEEP_CURRENT = "Whether to keep the current session; true by default."


def _rules(**keywords: Any) -> dict[str, Any]:
    """Keywords of JSON Schema for the documentation. The resolvers check the rules, with their own messages."""
    return keywords


Email = Annotated[
    str,
    Field(
        description="The e-mail address.",
        examples=["ana@example.com"],
        json_schema_extra=_rules(format="email", maxLength=MAX_EMAIL_LENGTH),
    ),
]
Password = Annotated[str, Field(description="The password.", examples=["correct horse battery"])]
NewPassword = Annotated[
    str,
    Field(
        description="The password: not one of the most common ones.",
        examples=["correct horse battery"],
        json_schema_extra=_rules(minLength=MIN_PASSWORD_LENGTH, maxLength=MAX_PASSWORD_LENGTH),
    ),
]
SessionId = Annotated[UUID, Path(description="The ID of the session.")]

_NAME: dict[str, Any] = {
    # Trimmed, so one character that is no white space at least; control characters are rejected.
    "anyOf": [
        {
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_NAME_LENGTH,
            "pattern": r"^[^\u0000-\u001f\u007f-\u009f]*\S",
        },
        {"type": "null"},
    ]
}


class Input(BaseModel):
    """A request body. Unknown fields and values of another type are rejected."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class LogInBody(Input):
    """Credentials to log in with."""

    email: Email
    password: Password
    session_name: str | None = Field(
        default=None, description="A name for the new session, e.g. `My laptop`.", json_schema_extra=_NAME
    )


class RegisterBody(LogInBody):
    """Credentials of a new account."""

    password: NewPassword


class RefreshBody(Input):
    """The token to exchange."""

    refresh_token: str = Field(description="The refresh token.")
    retry_key: str | None = Field(
        default=None,
        description="A random value for this refresh, e.g. a UUID, the same with each retry until a response arrives: "
        "a retry then succeeds also after the grace period.",
        json_schema_extra=_rules(anyOf=[{"type": "string", "pattern": RETRY_KEY_PATTERN}, {"type": "null"}]),
    )


class PasswordBody(Input):
    """The password of the signed-in user."""

    password: Password


class ResetPasswordBody(Input):
    """The token of an operator, and the new password."""

    token: str = Field(description="The token, `sqlp_…`.")
    new_password: NewPassword


class RevokeAllBody(Input):
    """Which sessions to revoke."""

    keep_current: bool | None = Field(default=None, description=KEEP_CURRENT)


class RenameBody(Input):
    """The new name of a session."""

    name: str | None = Field(description="The name; null removes it.", json_schema_extra=_NAME)


class SessionSummary(BaseModel):
    """The main fields of a session."""

    id: UUID = Field(description="The ID of the session.")
    device: str = Field(description="A short name of the device, e.g. `Firefox on Ubuntu`.")
    ip_address: str | None = Field(description="The IP address of its last use.")
    last_active: datetime = Field(description="The time of its last use, to within a minute.")
    is_current: bool = Field(description="Whether this request uses this session.")

    @classmethod
    def values(cls, session: SessionRecord, current: UUID | None) -> dict[str, object]:
        """The values of the fields of this class."""
        return {
            "id": session.id,
            "device": session.device.label,
            "ip_address": session.ip_address,
            "last_active": session.last_active,
            "is_current": session.id == current,
        }


class Session(SessionSummary):
    """One log-in of the user on one device."""

    name: str | None = Field(description="The name that the user gave it.")
    user_agent: str | None = Field(description="The User-Agent header of its client.")
    created_at: datetime = Field(description="The time of its log-in.")

    @classmethod
    def of(cls, session: SessionRecord, current: UUID | None) -> Self:
        """The session of a record; `current` is the ID of the session of this request."""
        values = cls.values(session, current)
        return cls.model_validate(
            values | {"name": session.name, "user_agent": session.user_agent, "created_at": session.created_at}
        )


class LocatedSession(SessionSummary):
    """A session with its location."""

    location: str | None = Field(description="The approximate location of its IP address; null when unknown.")

    @classmethod
    def of(cls, deps: Dependencies, session: SessionRecord, current: UUID | None) -> Self:
        """The session of a record; `current` is the ID of the session of this request."""
        found = deps.locations.find(session.ip_address)
        return cls.model_validate(cls.values(session, current) | {"location": found and found.label})


class Sessions(BaseModel):
    """The active sessions of the user."""

    sessions: list[Session] = Field(description="Most recently used first, at most 100.")


class LocatedSessions(BaseModel):
    """The active sessions of the user, with their locations."""

    total_sessions: int = Field(description="The number of active sessions.")
    sessions: list[LocatedSession] = Field(description="Most recently used first, at most 100.")


class AccessToken(BaseModel):
    """A bearer access token (RFC 6750)."""

    access_token: str = Field(description="Send it as `Authorization: Bearer …`.")
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int = Field(description="Seconds until it expires.")

    @classmethod
    def values_of(cls, tokens: TokenPair, now: datetime) -> dict[str, object]:
        """The values of the fields of this class."""
        seconds = (tokens.access.expires_at - now).total_seconds()
        return {"access_token": tokens.access.text, "expires_in": int(seconds)}


class Tokens(AccessToken):
    """The tokens of a session."""

    refresh_token: str = Field(description="Exchange it once for new tokens.")
    session: Session = Field(description="The session of the tokens.")

    @classmethod
    def of(cls, session: SessionRecord, tokens: TokenPair, now: datetime) -> Self:
        """The response with a new token pair."""
        more = {"refresh_token": tokens.refresh, "session": Session.of(session, session.id)}
        return cls.model_validate(cls.values_of(tokens, now) | more)


class Me(BaseModel):
    """The signed-in user."""

    id: UUID = Field(description="The ID of the user.")
    email: str | None = Field(description="The e-mail address; null for users that a service created.")
    created_at: datetime = Field(description="The time when the account was created.")
    last_login: datetime | None = Field(description="The time of the last log-in.")
    active_sessions: int = Field(description="The number of active sessions.")
    current_session: Session = Field(description="The session of this request.")


class Message(BaseModel):
    """The outcome as a sentence."""

    message: str = Field(description="A sentence in English.", examples=["Session revoked"])


class RevokedSessions(Message):
    """The outcome, and the number of revoked sessions."""

    revoked: int = Field(description="The number of sessions that were revoked.")


class Introspection(BaseModel):
    """The state of a token (RFC 7662). A token that is not active has no other field."""

    active: bool = Field(description="Whether the server would accept it now.")
    token_type: str | None = Field(default=None, description="`Bearer` for access tokens.")
    sub: str | None = Field(default=None, description="The ID of the user.")
    sid: str | None = Field(default=None, description="The ID of the session.")
    iss: str | None = Field(default=None, description="The issuer.")
    exp: int | None = Field(default=None, description="When it expires, in seconds since 1970.")
    auth_time: int | None = Field(
        default=None, description="When the user last logged in or reauthenticated, in seconds since 1970."
    )
