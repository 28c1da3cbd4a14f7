"""Expected failures. Resolvers return them instead of raising: an exception would roll the transaction back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure that the client can correct. `path` is the path of the invalid argument.

    `code` is the stable code that GraphQL and REST return.
    """

    code: ClassVar[str]

    message: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InvalidInput(Failure):
    """A value of the input breaks a rule; the message names the rule."""

    code: ClassVar[str] = "INVALID_INPUT"


@dataclass(frozen=True, slots=True)
class InvalidCredentials(Failure):
    """The e-mail address or the password is wrong. The failure does not reveal which."""

    code: ClassVar[str] = "INVALID_CREDENTIALS"
    message: str = "The e-mail address or the password is wrong."


@dataclass(frozen=True, slots=True)
class AccountDisabled(Failure):
    """An operator disabled the account. Returned only after the password or the service key was verified."""

    code: ClassVar[str] = "ACCOUNT_DISABLED"
    message: str = "This account is disabled. Contact the operator of this service."


@dataclass(frozen=True, slots=True)
class RateLimited(Failure):
    """A rate limit is reached. Retry after `retry_after_seconds`."""

    code: ClassVar[str] = "RATE_LIMITED"
    message: str = "Too many attempts. Wait, then try again."
    retry_after_seconds: int = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class ReauthenticationRequired(Failure):
    """The last authentication is older than `max_age_seconds`; the action requires a newer one."""

    code: ClassVar[str] = "REAUTHENTICATION_REQUIRED"
    message: str = "You logged in too long ago for this action: enter your password again (`reauthenticate`)."
    max_age_seconds: int = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class EmailTaken(Failure):
    """An account with this e-mail address already exists."""

    code: ClassVar[str] = "EMAIL_TAKEN"
    message: str = "An account with this e-mail address already exists. Log in instead."
    path: tuple[str, ...] = ("input", "email")


@dataclass(frozen=True, slots=True)
class SessionNotFound(Failure):
    """The user has no session with this ID. The failure does not reveal whether another user has it."""

    code: ClassVar[str] = "SESSION_NOT_FOUND"
    message: str = "You have no session with this ID."
    path: tuple[str, ...] = ("sessionId",)


@dataclass(frozen=True, slots=True)
class UserNotFound(Failure):
    """No user has this ID. Returned to services and operators only."""

    code: ClassVar[str] = "USER_NOT_FOUND"
    message: str = "There is no user with this ID."
    path: tuple[str, ...] = ("userId",)


@dataclass(frozen=True, slots=True)
class SessionEnded(Failure):
    """The session ended at `ended_at`, so it cannot be changed."""

    code: ClassVar[str] = "SESSION_ENDED"
    message: str = "This session has already ended."
    path: tuple[str, ...] = ("input", "sessionId")
    ended_at: datetime = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class RefreshTokenInvalid(Failure):
    """The refresh token is not valid. `reuse_detected`: it was used before, so its session was revoked."""

    code: ClassVar[str] = "REFRESH_TOKEN_INVALID"
    message: str = "This refresh token is not valid. Log in again."
    path: tuple[str, ...] = ("input", "refreshToken")
    reuse_detected: bool = False


@dataclass(frozen=True, slots=True)
class ResetTokenInvalid(Failure):
    """The token does not reset a password. The failure does not reveal whether it was wrong, used or too old."""

    code: ClassVar[str] = "RESET_TOKEN_INVALID"
    message: str = "This token to reset the password is not valid or no longer valid. Ask for a new one."
    path: tuple[str, ...] = ("input", "token")


class ServerBusy(Exception):
    """More passwords wait to be checked than the server accepts. Nothing was done: try again in a moment."""

    def __init__(self) -> None:
        super().__init__("The server has too many passwords to check at the moment. Try again in a second.")


class InvalidArgument(ValueError):
    """An argument of a query breaks a rule; the message names the rule and what to send instead."""


class ListTooLong(InvalidArgument):
    """A page or a list of IDs is over its maximum size; the message names the maximum."""
