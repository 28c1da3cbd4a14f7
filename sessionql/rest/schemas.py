"""What the doors read and answer, in snake_case."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.token_pairs import TokenPair
from sessionql.storage.records import SessionRecord

Password = Annotated[str, Field(description="The password.", examples=["correct horse battery"])]


class Input(BaseModel):
    """A body: what it does not know is a mistake of its sender's, and it takes no value for another."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class LogInBody(Input):
    """Who logs in, or makes an account."""

    email: str = Field(
        description="The e-mail address.", examples=["ana@example.com"], json_schema_extra={"format": "email"}
    )
    password: Password
    session_name: str | None = Field(default=None, description="A name for this device, e.g. `My laptop`.")


class RefreshBody(Input):
    """The token to exchange."""

    refresh_token: str = Field(description="The refresh token.")


class PasswordBody(Input):
    """The proof of who asks."""

    password: Password


class RevokeAllBody(Input):
    """Which sessions to end."""

    keep_current: bool | None = Field(default=None, description="Whether to leave this session alone. By default yes.")


class RenameBody(Input):
    """The new name."""

    name: str | None = Field(description="The name; null takes it away.")


class SessionSummary(BaseModel):
    """A session, in a few words."""

    id: UUID = Field(description="The ID of the session.")
    device: str = Field(description="The device as a short name, e.g. `Firefox on Ubuntu`.")
    ip_address: str | None = Field(description="The address it was last used from.")
    last_active: datetime = Field(description="When it was last used, within a minute.")
    is_current: bool = Field(description="Whether this request is made with it.")

    @classmethod
    def values(cls, session: SessionRecord, current: UUID | None) -> dict[str, object]:
        """What all views of a session have."""
        return {
            "id": session.id,
            "device": session.device.label,
            "ip_address": session.ip_address,
            "last_active": session.last_active,
            "is_current": session.id == current,
        }


class Session(SessionSummary):
    """One log-in of the caller on one device."""

    name: str | None = Field(description="The name that its owner gave it.")
    user_agent: str | None = Field(description="The User-Agent string of its client.")
    created_at: datetime = Field(description="When it began.")

    @classmethod
    def of(cls, session: SessionRecord, current: UUID | None) -> Self:
        """A session as its owner sees it."""
        values = cls.values(session, current)
        return cls.model_validate(
            values | {"name": session.name, "user_agent": session.user_agent, "created_at": session.created_at}
        )


class LocatedSession(SessionSummary):
    """A session, and where it is."""

    location: str | None = Field(description="Roughly where its address is; null when unknown.")

    @classmethod
    def of(cls, deps: Dependencies, session: SessionRecord, current: UUID | None) -> Self:
        """A session as its owner sees it."""
        found = deps.locations.find(session.ip_address)
        return cls.model_validate(cls.values(session, current) | {"location": found and found.label})


class Sessions(BaseModel):
    """The caller's active sessions."""

    sessions: list[Session] = Field(description="Most recently used first, at most 100.")


class LocatedSessions(BaseModel):
    """The caller's active sessions, and where they are."""

    total_sessions: int = Field(description="How many there are.")
    sessions: list[LocatedSession] = Field(description="Most recently used first, at most 100.")


class AccessToken(BaseModel):
    """What requests are signed with (RFC 6750)."""

    access_token: str = Field(description="Send it as `Authorization: Bearer …`.")
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int = Field(description="For how many seconds it is good.")

    @classmethod
    def signing(cls, tokens: TokenPair, now: datetime) -> dict[str, object]:
        """The access token of a grant."""
        seconds = (tokens.access.expires_at - now).total_seconds()
        return {"access_token": tokens.access.text, "expires_in": int(seconds)}


class Tokens(AccessToken):
    """What a session is used with."""

    refresh_token: str = Field(description="Good once, for new tokens.")
    session: Session = Field(description="The session that they are of.")

    @classmethod
    def of(cls, session: SessionRecord, tokens: TokenPair, now: datetime) -> Self:
        """The tokens of a session, to hand over."""
        more = {"refresh_token": tokens.refresh, "session": Session.of(session, session.id)}
        return cls.model_validate(cls.signing(tokens, now) | more)


class Me(BaseModel):
    """The person signed in."""

    id: UUID = Field(description="The ID of the user.")
    email: str | None = Field(description="The e-mail address; null for users of a service.")
    created_at: datetime = Field(description="When the account was made.")
    last_login: datetime | None = Field(description="When they last logged in.")
    active_sessions: int = Field(description="How many sessions are active.")
    current_session: Session = Field(description="The session of this request.")


class Done(BaseModel):
    """What was done, in words."""

    message: str = Field(description="A sentence to show.", examples=["Session revoked"])


class RevokedAll(Done):
    """What was done, and to how many."""

    revoked: int = Field(description="How many sessions were ended.")


class Introspection(BaseModel):
    """What a token is good for now (RFC 7662). Of one that is good for nothing, nothing else is told."""

    active: bool = Field(description="Whether it would be taken now.")
    token_type: str | None = Field(default=None, description="`Bearer` for access tokens.")
    sub: str | None = Field(default=None, description="The ID of the user.")
    sid: str | None = Field(default=None, description="The ID of the session.")
    iss: str | None = Field(default=None, description="Who made it.")
    exp: int | None = Field(default=None, description="When it expires, in seconds since 1970.")
    auth_time: int | None = Field(default=None, description="When the user last proved who they are.")
