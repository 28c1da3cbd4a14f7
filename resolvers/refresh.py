"""Exchange a refresh token for new tokens (rotation, RFC 9700 section 4.14.2).

The current generation rotates by compare-and-set. Within the grace period, the previous generation returns the same
successor again, so that all tabs that refresh concurrently succeed and stay in one token family. An older generation
was used before, perhaps by a thief: the session is revoked, the revocation is committed, and only then the error is
returned. Refresh tokens that a password change replaced are rejected without revoking the session.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sessionql.resolvers.client import ClientInfo
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import RateLimited, RefreshTokenInvalid
from sessionql.resolvers.events import record_event
from sessionql.resolvers.rate_limits import consume, refresh_limits
from sessionql.resolvers.token_pairs import TokenPair, issue_tokens
from sessionql.resolvers.tokens.refresh import RefreshClaims, verify
from sessionql.storage import Repositories
from sessionql.storage.records import EventKind, RevocationReason, SessionRecord, SessionState
from sessionql.storage.sessions import Touch

log = logging.getLogger("sessionql.refresh")


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """The session and its new tokens."""

    session: SessionRecord
    tokens: TokenPair


async def refresh(
    deps: Dependencies, token: str | None, client: ClientInfo
) -> RefreshResult | RefreshTokenInvalid | RateLimited:
    """Exchange a refresh token for new tokens; see the module's docstring for the rules.

    Rejected tokens are rate limited by network. Valid tokens, and requests without a token, are never limited.
    """
    if token is None:
        return RefreshTokenInvalid("The request has no refresh token, neither in the input nor in a cookie. Log in.")
    result = await _exchange(deps, token, client)
    if isinstance(result, RefreshResult) or result.reuse_detected:
        return result
    log.info("Rejected a refresh token from %s: %s", client.ip_address, result.message)
    attempt = await consume(deps, *refresh_limits(deps.policy, client))
    return attempt if isinstance(attempt, RateLimited) else result


def is_refresh_token_of(deps: Dependencies, token: str | None, session: SessionRecord) -> bool:
    """Whether the token is a refresh token of the session, of any generation."""
    claims = verify(token or "", deps.tokens.keys().refresh)
    return claims is not None and (claims.user_id, claims.session_id) == (session.user_id, session.id)


async def _exchange(deps: Dependencies, token: str, client: ClientInfo) -> RefreshResult | RefreshTokenInvalid:
    claims = verify(token, deps.tokens.keys().refresh)
    if claims is None:
        return RefreshTokenInvalid()
    now = deps.clock()
    async with deps.storage.transaction() as repositories:
        session = await _rotate(deps, repositories, claims, client, now)
    # The transaction is committed: later errors cannot undo a revocation for reuse.
    if isinstance(session, RefreshTokenInvalid):
        return session
    return RefreshResult(session, issue_tokens(deps, session, now))


async def _rotate(
    deps: Dependencies,
    repositories: Repositories,
    claims: RefreshClaims,
    client: ClientInfo,
    now: datetime,
) -> SessionRecord | RefreshTokenInvalid:
    sessions = repositories.sessions
    touch = Touch(claims.user_id, claims.session_id, now, client.ip_address)
    rotated = await sessions.rotate(touch, claims.generation)
    if rotated is not None:
        return rotated
    session = await sessions.find(claims.user_id, claims.session_id)
    if session is None or deps.storage.lifetimes.state(session, now) is not SessionState.ACTIVE:
        return RefreshTokenInvalid("This session has ended. Log in again.")
    if is_racing(deps, session, claims.generation, now):
        return session
    if _is_replaced(session, claims):
        return RefreshTokenInvalid("This refresh token was replaced when the password was changed. Log in again.")
    revoked = await sessions.revoke(session.user_id, session.id, RevocationReason.REFRESH_TOKEN_REUSED, now)
    if revoked is not None:
        log.warning("Revoked a session of user %s: a refresh token was used twice", session.user_id)
        await record_event(deps, repositories, revoked, EventKind.REFRESH_TOKEN_REUSED, client, now)
    return RefreshTokenInvalid(
        "This refresh token was used before, so its session was revoked. Log in again.",
        reuse_detected=True,
    )


def is_racing(deps: Dependencies, session: SessionRecord, generation: int, now: datetime) -> bool:
    """Whether this generation was replaced within the grace period, for example by another tab."""
    return (
        session.generation == generation + 1
        and session.rotated_at is not None
        # `rotated_at` may be later than `now`: workers read the clock before they wait for the row lock.
        and max(now - session.rotated_at, timedelta(0)) < deps.policy.refresh_grace
    )


def _is_replaced(session: SessionRecord, claims: RefreshClaims) -> bool:
    """Whether a password change replaced the token, and no refresh token was exchanged since.

    The token was never used, so its sender may be another tab of the owner.
    """
    return session.rotated_at is None and claims.generation < session.generation
