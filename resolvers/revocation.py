"""Revoke sessions of the signed-in user, and sign the request out when its own session is among them."""

from sessionql.resolvers import sessions
from sessionql.resolvers.errors import Failure, ReauthenticationRequired, SessionNotFound
from sessionql.resolvers.request_context import RequestContext
from sessionql.resolvers.sessions import RevokeManyResult, RevokeResult


async def revoke_session(
    context: RequestContext, session_id: str
) -> RevokeResult | SessionNotFound | ReauthenticationRequired:
    """Revoke one session of the user. Succeeds without a change when it has already ended.

    Raises Unauthenticated unless the request is signed in.
    """
    done = await sessions.revoke_session(context.deps, context.require(), session_id, context.client)
    if not isinstance(done, Failure) and done.was_current:
        context.sign_out()
    return done


async def revoke_all_sessions(
    context: RequestContext, *, keep_current: bool
) -> RevokeManyResult | ReauthenticationRequired:
    """Revoke all sessions of the user, the current one only if `keep_current` is false.

    Raises Unauthenticated unless the request is signed in.
    """
    done = await sessions.revoke_all_sessions(context.deps, context.require(), keep_current, context.client)
    if not isinstance(done, Failure) and not keep_current:
        context.sign_out()
    return done
