"""Exchange a refresh token for new tokens (rotation, RFC 9700 section 4.14.2).

The current generation rotates by compare-and-set. The previous generation returns the same successor again, while that
is unused: within the grace period, so that all tabs that refresh concurrently succeed and stay in one token family, and
at any time with the retry key of the rotation, which only the client that lost the response has. In any other case the
token was used before, perhaps by a thief: the session is revoked, the revocation is committed, and only then the error
is returned. Refresh tokens that a password change replaced are rejected without revoking the session.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from sessionql.resolvers.client import ClientInfo, network_of
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.devices.comparison import compare_devices
from sessionql.resolvers.errors import InvalidInput, RateLimited, RefreshTokenInvalid
from sessionql.resolvers.events import device_event, record_event
from sessionql.resolvers.rate_limits import consume, refresh_limits
from sessionql.resolvers.requester import is_usable
from sessionql.resolvers.token_pairs import TokenPair, issue_tokens
from sessionql.resolvers.tokens.refresh import RefreshClaims, verify
from sessionql.resolvers.values.retry_keys import check_retry_key, hash_retry_key
from sessionql.storage import Repositories
from sessionql.storage.records import EventKind, RevocationReason, SessionRecord
from sessionql.storage.sessions import Touch

log = logging.getLogger("sessionql.refresh")


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """The session and its new tokens."""

    session: SessionRecord
    tokens: TokenPair


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One valid refresh token, and the request that sent it."""

    claims: RefreshClaims
    retry_key_hash: str | None
    client: ClientInfo
    now: datetime


async def refresh(
    deps: Dependencies, token: str | None, client: ClientInfo, retry_key: str | None = None
) -> RefreshResult | RefreshTokenInvalid | InvalidInput | RateLimited:
    """Exchange a refresh token for new tokens; see the module's docstring for the rules.

    `retry_key` is a random value that the client makes for each refresh and sends again with each retry of it.

    Rejected tokens are rate limited by network. Valid tokens, and requests without a token, are never limited.
    """
    if wrong_key := check_retry_key(retry_key):
        return wrong_key
    if token is None:
        return RefreshTokenInvalid("The request has no refresh token, neither in the input nor in a cookie. Log in.")
    result = await _exchange(deps, token, client, retry_key)
    if isinstance(result, RefreshResult) or result.reuse_detected:
        return result
    log.info("Rejected a refresh token from %s: %s", client.ip_address, result.message)
    attempt = await consume(deps, *refresh_limits(deps.policy, client))
    return attempt if isinstance(attempt, RateLimited) else result


def is_refresh_token_of(deps: Dependencies, token: str | None, session: SessionRecord) -> bool:
    """Whether the token is a refresh token of the session, of any generation."""
    claims = verify(token or "", deps.tokens.keys().refresh)
    return claims is not None and (claims.user_id, claims.session_id) == (session.user_id, session.id)


async def _exchange(
    deps: Dependencies, token: str, client: ClientInfo, retry_key: str | None
) -> RefreshResult | RefreshTokenInvalid:
    claims = verify(token, deps.tokens.keys().refresh)
    if claims is None:
        return RefreshTokenInvalid()
    exchange = _Exchange(claims, hash_retry_key(retry_key), client, deps.clock())
    async with deps.storage.transaction() as repositories:
        # Before the rotation: if the operator accepts the session again, this token still continues it.
        if deps.policy.only_services and not await _is_usable_now(deps, repositories, exchange):
            return _ended()
        session = await _rotate(deps, repositories, exchange)
    # The transaction is committed: later errors cannot undo a revocation for reuse.
    if isinstance(session, RefreshTokenInvalid):
        return session
    return RefreshResult(session, issue_tokens(deps, session, exchange.now))


async def _rotate(
    deps: Dependencies, repositories: Repositories, exchange: _Exchange
) -> SessionRecord | RefreshTokenInvalid:
    claims, now = exchange.claims, exchange.now
    touch = Touch(claims.user_id, claims.session_id, now, exchange.client.ip_address)
    rotated = await repositories.sessions.rotate(touch, claims.generation, exchange.retry_key_hash)
    if rotated is not None:
        return await _follow_device(deps, repositories, rotated, exchange)
    found = await repositories.sessions.find_retried(claims.user_id, claims.session_id)
    if found is None or not is_usable(deps, found[0], now):
        return _ended()
    session, retry_key_hash = found
    if _is_retry(session, retry_key_hash, exchange):
        return session
    if is_racing(deps, session, claims.generation, now):
        return await _check_client(deps, repositories, session, exchange)
    if _is_replaced(session, claims):
        return RefreshTokenInvalid("This refresh token was replaced when the password was changed. Log in again.")
    return await _revoke(deps, repositories, session, exchange)


async def _follow_device(
    deps: Dependencies, repositories: Repositories, session: SessionRecord, exchange: _Exchange
) -> SessionRecord:
    """Store the device of the client, if it differs from that of the session. Another device leaves an event."""
    client, now = exchange.client, exchange.now
    seen = compare_devices(session.device, session.user_agent, client.user_agent, client.hints)
    if (seen.user_agent, seen.device) == (session.user_agent, session.device):
        return session
    if seen.is_another:
        await repositories.events.add(device_event(deps, session, EventKind.DEVICE_CHANGED, client, now))
    changed = await repositories.sessions.set_device(session.user_id, session.id, seen.user_agent, seen.device, now)
    return changed or session


async def _is_usable_now(deps: Dependencies, repositories: Repositories, exchange: _Exchange) -> bool:
    session = await repositories.sessions.find(exchange.claims.user_id, exchange.claims.session_id)
    return session is not None and is_usable(deps, session, exchange.now)


def _ended() -> RefreshTokenInvalid:
    return RefreshTokenInvalid("This session has ended. Log in again.")


def is_racing(deps: Dependencies, session: SessionRecord, generation: int, now: datetime) -> bool:
    """Whether this generation was replaced within the grace period, for example by another tab."""
    return (
        session.generation == generation + 1
        and session.rotated_at is not None
        # `rotated_at` may be later than `now`: workers read the clock before they wait for the row lock.
        and max(now - session.rotated_at, timedelta(0)) < deps.policy.refresh_grace
    )


def _is_retry(session: SessionRecord, retry_key_hash: str | None, exchange: _Exchange) -> bool:
    """Whether the client sends again the refresh that replaced this generation, because it lost the response."""
    return (
        session.generation == exchange.claims.generation + 1
        # A password change replaces tokens without a retry.
        and session.rotated_at is not None
        and retry_key_hash is not None
        and exchange.retry_key_hash is not None
        and compare_digest(retry_key_hash, exchange.retry_key_hash)
    )


async def _check_client(
    deps: Dependencies, repositories: Repositories, session: SessionRecord, exchange: _Exchange
) -> SessionRecord | RefreshTokenInvalid:
    """Write an event when the client is not where, or not the program, that the session was refreshed by.

    It may be a thief, or a phone that changed its network between two tries, so the session is never revoked for it.
    """
    client = exchange.client
    seen = compare_devices(session.device, session.user_agent, client.user_agent, client.hints)
    if not seen.is_another and network_of(session.ip_address) == network_of(client.ip_address):
        return session
    kind = EventKind.REFRESH_TOKEN_USED_ELSEWHERE
    log.warning("A refresh token of user %s was used again within the grace, from elsewhere", session.user_id)
    await repositories.events.add(device_event(deps, session, kind, client, exchange.now))
    if not deps.policy.refresh_grace_same_client:
        return session
    return RefreshTokenInvalid(
        "This refresh token has just been used from another network or program. Use its successor, or log in again."
    )


def _is_replaced(session: SessionRecord, claims: RefreshClaims) -> bool:
    """Whether a password change replaced the token, and no refresh token was exchanged since.

    The token was never used, so its sender may be another tab of the owner.
    """
    return session.rotated_at is None and claims.generation < session.generation


async def _revoke(
    deps: Dependencies, repositories: Repositories, session: SessionRecord, exchange: _Exchange
) -> RefreshTokenInvalid:
    reason, now = RevocationReason.REFRESH_TOKEN_REUSED, exchange.now
    revoked = await repositories.sessions.revoke(session.user_id, session.id, reason, now)
    if revoked is not None:
        log.warning("Revoked a session of user %s: a refresh token was used twice", session.user_id)
        await record_event(deps, repositories, revoked, EventKind.REFRESH_TOKEN_REUSED, exchange.client, now)
    return RefreshTokenInvalid(
        "This refresh token was used before, so its session was revoked. Log in again.",
        reuse_detected=True,
    )
