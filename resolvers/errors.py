"""Expected failures. They are returned, not raised: what a resolver wrote stays written."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure that the client can act on. `path` names the argument at fault.

    `code` is the stable code that GraphQL and REST return.
    """

    code: ClassVar[str]

    message: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InvalidInput(Failure):
    """A value in the input breaks a rule."""

    code: ClassVar[str] = "INVALID_INPUT"


@dataclass(frozen=True, slots=True)
class InvalidCredentials(Failure):
    """The e-mail address or the password is wrong; which of them is not said."""

    code: ClassVar[str] = "INVALID_CREDENTIALS"
    message: str = "The e-mail address or the password is wrong."


@dataclass(frozen=True, slots=True)
class AccountDisabled(Failure):
    """The password is right, or a service vouches for the user, but nobody may log in to the account."""

    code: ClassVar[str] = "ACCOUNT_DISABLED"
    message: str = "This account is disabled. Ask whoever runs this service."


@dataclass(frozen=True, slots=True)
class RateLimited(Failure):
    """Tried too often of late."""

    code: ClassVar[str] = "RATE_LIMITED"
    message: str = "Too many attempts. Wait, then try again."
    retry_after_seconds: int = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class ReauthenticationRequired(Failure):
    """The log-in is too long ago for this."""

    code: ClassVar[str] = "REAUTHENTICATION_REQUIRED"
    message: str = "You logged in too long ago for this: enter your password again (`reauthenticate`)."
    max_age_seconds: int = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class EmailTaken(Failure):
    """An account with this address exists."""

    code: ClassVar[str] = "EMAIL_TAKEN"
    message: str = "An account with this e-mail address already exists. Log in instead."
    path: tuple[str, ...] = ("input", "email")


@dataclass(frozen=True, slots=True)
class SessionNotFound(Failure):
    """No such session is the caller's. Somebody else's looks exactly like none at all."""

    code: ClassVar[str] = "SESSION_NOT_FOUND"
    message: str = "You have no session with this ID."
    path: tuple[str, ...] = ("sessionId",)


@dataclass(frozen=True, slots=True)
class UserNotFound(Failure):
    """There is no such user. For services and operators: nobody else asks for users."""

    code: ClassVar[str] = "USER_NOT_FOUND"
    message: str = "There is no user with this ID."
    path: tuple[str, ...] = ("userId",)


@dataclass(frozen=True, slots=True)
class SessionEnded(Failure):
    """The session has ended, so it cannot be changed."""

    code: ClassVar[str] = "SESSION_ENDED"
    message: str = "This session has already ended."
    path: tuple[str, ...] = ("input", "sessionId")
    ended_at: datetime = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class RefreshTokenInvalid(Failure):
    """The refresh token is of no use. `reuse_detected`: its session was revoked for it."""

    code: ClassVar[str] = "REFRESH_TOKEN_INVALID"
    message: str = "This refresh token is not valid. Log in again."
    path: tuple[str, ...] = ("input", "refreshToken")
    reuse_detected: bool = False


class InvalidArgument(ValueError):
    """An argument of a query breaks a rule: the message says which, and what to send instead."""


class ListTooLong(InvalidArgument):
    """A page or a list of ids would be larger than any may be: the message says how large that is."""
