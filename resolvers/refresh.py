"""Exchange a refresh token for new tokens, so that neither races nor thieves get a second life.

The current generation rotates by compare-and-set. The previous one, within the grace, gives the
same successor again: tabs that race all win, and there is still one lineage. Anything older has
been used before, perhaps by a thief: the session is revoked, that is committed, and then the
caller learns of it. Those that a change of the password replaced are of no use, and harm nobody.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import RateLimited, RefreshTokenInvalid
from sessionql.resolvers.events import record_event
from sessionql.resolvers.rate_limits import consume, refresh_limit
from sessionql.resolvers.requester import ClientInfo
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
    """New tokens for a refresh token; see the module's text for who gets them.

    Refused ones are counted by address; good ones are never limited, and neither is having none.
    """
    if token is None:
        return RefreshTokenInvalid("There is no refresh token, in the input or in a cookie. Log in.")
    done = await _refresh(deps, token, client)
    if isinstance(done, RefreshResult) or done.reuse_detected:
        return done
    log.info("Rejected a refresh token from %s: %s", client.ip_address, done.message)
    counted = await consume(deps, refresh_limit(deps, client))
    return counted if isinstance(counted, RateLimited) else done


def is_refresh_token_of(deps: Dependencies, token: str | None, session: SessionRecord) -> bool:
    """Whether this is a refresh token of the session's, of whatever generation."""
    claims = verify(token or "", deps.tokens.keys().refresh)
    return claims is not None and (claims.user_id, claims.session_id) == (session.user_id, session.id)


async def _refresh(deps: Dependencies, token: str, client: ClientInfo) -> RefreshResult | RefreshTokenInvalid:
    claims = verify(token, deps.tokens.keys().refresh)
    if claims is None:
        return RefreshTokenInvalid()
    now = deps.clock()
    async with deps.storage.transaction() as repositories:
        session = await _advance(deps, repositories, claims, client, now)
    # The transaction is over: a revocation for reuse stands whatever happens from here on.
    if isinstance(session, RefreshTokenInvalid):
        return session
    return RefreshResult(session, issue_tokens(deps, session, now))


async def _advance(
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
    if _is_void(session, claims):
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
    """Whether the token is the one just replaced: another tab was faster by a moment."""
    return (
        session.generation == generation + 1
        and session.rotated_at is not None
        # Workers ask for the time before they wait for each other, so that the faster may seem to be the later.
        and max(now - session.rotated_at, timedelta(0)) < deps.policy.refresh_grace
    )


def _is_void(session: SessionRecord, claims: RefreshClaims) -> bool:
    """Whether the session began anew after this token, and nothing was exchanged since.

    The token was replaced without being used: whoever sends it now may be another tab of its owner's.
    """
    return session.rotated_at is None and claims.generation < session.generation
