"""Password resets: an operator issues a token, the team mails it, and its holder sets a new password with it, once.

A token contains the ID of its user and 32 random bytes. The database keeps only the SHA-256 of these bytes, as for
service keys. A newer token replaces the older one; a change of the password and the disabling of the user end it.
"""

import logging
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from secrets import token_bytes
from uuid import UUID

from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidInput, RateLimited, ResetTokenInvalid
from sessionql.resolvers.events import NO_ACTOR, build_event, revocation_events
from sessionql.resolvers.rate_limits import consume, reset_limits
from sessionql.resolvers.request_context import RequestContext
from sessionql.storage import Repositories
from sessionql.storage.filters import SessionFilter
from sessionql.storage.records import EventKind, RevocationReason, UserRecord

log = logging.getLogger("sessionql.password_resets")

# 16 bytes of ID and 32 of secret are 64 base64url characters without spare bits: each token has one encoding.
_ID_BYTES = 16
_SECRET_BYTES = 32
PREFIX = "sqlp_"
"""The first characters of each token, by which secret scanners recognise it."""
_PATTERN = re.compile(PREFIX + r"[A-Za-z0-9_-]{64}")


Rejected = ResetTokenInvalid | InvalidInput


@dataclass(frozen=True, slots=True)
class ResetToken:
    """A new token. It is returned once and not stored."""

    text: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class PasswordReset:
    """The input of a password reset."""

    token: str
    new_password: str


@dataclass(frozen=True, slots=True)
class PasswordResetResult:
    """The user, and the IDs of the sessions that the reset revoked."""

    user_id: UUID
    revoked: Sequence[UUID]


@dataclass(frozen=True, slots=True, repr=False)
class _Claims:
    user_id: UUID
    token_hash: str


async def issue_reset_token(
    deps: Dependencies, repositories: Repositories, user_id: UUID, now: datetime
) -> ResetToken | None:
    """Create the reset token of a user, in the transaction of the caller. None when the user can have none."""
    secret, expires_at = token_bytes(_SECRET_BYTES), now + deps.policy.password_reset_lifetime
    if not await repositories.users.issue_reset(user_id, _hash(secret), expires_at):
        return None
    return ResetToken(PREFIX + urlsafe_b64encode(user_id.bytes + secret).decode(), expires_at)


async def reset_password(
    context: RequestContext, reset: PasswordReset
) -> PasswordResetResult | ResetTokenInvalid | InvalidInput | RateLimited:
    """Set a new password by a token, and revoke all sessions of its user, also that of the request.

    Resets that fail are rate limited by network. A password is checked and hashed for valid tokens only.
    """
    deps, client = context.deps, context.client
    claims = _parse(reset.token)
    user = await _find_user(deps, claims) if claims is not None else None
    if claims is None or user is None:
        return await _reject(deps, client, ResetTokenInvalid())
    words = (user.email or "", deps.tokens.issuer)
    with deps.passwords.place(reserved=True):
        if weak := await deps.passwords.check_new(reset.new_password, ("input", "newPassword"), words):
            return await _reject(deps, client, weak)
        new_hash = await deps.passwords.hash(reset.new_password)
    done = await _reset(deps, claims, new_hash, client)
    if done is None:
        return await _reject(deps, client, ResetTokenInvalid())
    if context.requester is not None and context.requester.user_id == done.user_id:
        context.sign_out()
    return done


async def _find_user(deps: Dependencies, claims: _Claims) -> UserRecord | None:
    async with deps.storage.reading() as repositories:
        return await repositories.users.find_resettable(claims.user_id, claims.token_hash, deps.clock())


async def _reset(deps: Dependencies, claims: _Claims, new_hash: str, client: ClientInfo) -> PasswordResetResult | None:
    """None when the token is not valid any more: it was used, replaced or ended since it was checked."""
    user_id, now = claims.user_id, deps.clock()
    async with deps.storage.transaction() as repositories:
        # Locks the user's row: a log-in with the old password commits before it, or finds the new password.
        if not await repositories.users.reset_password(user_id, claims.token_hash, new_hash, now):
            return None
        reason = RevocationReason.PASSWORD_RESET
        revoked = await repositories.sessions.revoke_many(user_id, SessionFilter(), None, reason, now)
        events = [build_event(deps, user_id, EventKind.PASSWORD_RESET, client, now)]
        if revoked:
            events += revocation_events(deps, user_id, revoked, client, now, NO_ACTOR)
        await repositories.events.add_many(events)
    return PasswordResetResult(user_id, revoked)


async def _reject(deps: Dependencies, client: ClientInfo, failure: Rejected) -> Rejected | RateLimited:
    log.info("Rejected a password reset from %s: %s", client.ip_address, failure.code)
    attempt = await consume(deps, *reset_limits(deps.policy, client))
    return attempt if isinstance(attempt, RateLimited) else failure


def _parse(token: str) -> _Claims | None:
    """The user and the hash of a token. None when the text is not a token."""
    if not _PATTERN.fullmatch(token):
        return None
    raw = urlsafe_b64decode(token.removeprefix(PREFIX))
    return _Claims(UUID(bytes=raw[:_ID_BYTES]), _hash(raw[_ID_BYTES:]))


def _hash(secret: bytes) -> str:
    return sha256(secret).hexdigest()
