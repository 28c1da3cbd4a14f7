"""Operators look up users by ID, e-mail address or subject."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.values.emails import email_key, normalize_email
from sessionql.resolvers.values.ids import parse_id
from sessionql.storage import Repositories
from sessionql.storage.records import UserRecord


@dataclass(frozen=True, slots=True)
class UserSelector:
    """Identifies a user by exactly one of these values."""

    id: str | None = None
    email: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class UserChangeResult:
    """A user after the change (a deleted user: before it), and the IDs of the sessions that it revoked."""

    user: UserRecord
    revoked: Sequence[UUID] = ()


async def find_user(deps: Dependencies, selector: UserSelector) -> UserRecord | None:
    """Return the user with this ID, e-mail address or subject, or None."""
    async with deps.storage.reading() as repositories:
        return await find_one(repositories, selector)


async def find_one(repositories: Repositories, selector: UserSelector) -> UserRecord | None:
    """Return the user with this ID, e-mail address or subject, or None."""
    users = repositories.users
    if selector.subject is not None:
        return await users.find_by_subject(selector.subject) if selector.subject.isprintable() else None
    if selector.email is not None:
        email = normalize_email(selector.email, nonstandard=True)
        return await users.find_by_email(email_key(email)) if isinstance(email, str) else None
    return await find_by_id(repositories, selector.id or "")


async def find_by_id(repositories: Repositories, user_id: str) -> UserRecord | None:
    """Return the user with this ID; None when the text is not an ID or no user has it."""
    parsed_id = parse_id(user_id)
    return None if parsed_id is None else await repositories.users.find(parsed_id)
