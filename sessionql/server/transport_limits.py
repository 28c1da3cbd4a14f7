"""The bounds of the TCP connections of one worker, from the settings."""

from collections.abc import Hashable

from sessionql.http_kit.transports import TransportLimits
from sessionql.resolvers.client import network_of
from sessionql.settings.settings import Settings


def transport_limits(settings: Settings) -> TransportLimits:
    """The bounds. The connections of a trusted proxy are those of many clients, and not counted together."""
    proxies = settings.proxies

    def network(address: str) -> Hashable:
        return None if proxies.networks and proxies.trust(address) else network_of(address)

    return TransportLimits(send_seconds=settings.connection_send_timeout.total_seconds(), network_of=network)
