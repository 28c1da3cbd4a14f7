"""Whose budget a request is paid from: its session's, or that of its address when it has no session."""

from sessionql.http_kit.budgets import Payer
from sessionql.resolvers.client import UNKNOWN_NETWORK
from sessionql.resolvers.request_context import RequestContext, SignedIn
from sessionql.resolvers.service_keys import ServiceAccount

ADDRESS_SHARE = 10
"""Many people may share an address (NAT), and their log-ins and refreshes are paid by it."""


def payer_of(context: RequestContext) -> Payer | None:
    """The payer of a request. Services have no budget: they are the operator's own programs, and act for all users."""
    authentication = context.authentication
    if isinstance(authentication, SignedIn):
        # The number: each look-up of a UUID calls functions in Python.
        return Payer(authentication.requester.session.id.int)
    network = context.client.network
    # Behind a Unix socket nothing is known of the client: one caller must not spend the budget of all.
    if isinstance(authentication, ServiceAccount) or network == UNKNOWN_NETWORK:
        return None
    return Payer(network, ADDRESS_SHARE)
