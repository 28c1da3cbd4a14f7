"""The bounds of the TCP connections of one worker, from the settings and the limit of open files."""

import logging
from collections.abc import Hashable
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit

from sessionql.http_kit.transports import TransportLimits
from sessionql.resolvers.client import canonical_address, network_of
from sessionql.settings.settings import Settings

log = logging.getLogger("sessionql")

OTHER_FILES = 200
"""Open files for other things than connections of clients and of the database pool."""


def transport_limits(settings: Settings) -> TransportLimits:
    """The bounds. The connections of a trusted proxy are those of many clients, and not counted together."""
    proxies = settings.proxies

    def network(address: str) -> Hashable:
        canonical = canonical_address(address)
        is_proxy = canonical is not None and bool(proxies.networks) and proxies.trust(canonical)
        return None if is_proxy else network_of(address)

    return TransportLimits(
        connections=settings.max_tcp_connections,
        waiting_per_network=settings.max_waiting_per_address,
        send_seconds=settings.connection_send_timeout.total_seconds(),
        network_of=network,
    )


def within_open_files(settings: Settings) -> Settings:
    """The settings, with no more connections than this process may open; a quarter of them is for requests.

    Raises the limit of open files as far as the operating system allows it.
    """
    other_files = OTHER_FILES + settings.database_pool_size
    files = _raise_limit(settings.max_tcp_connections + other_files)
    tcp = min(settings.max_tcp_connections, files - min(files // 2, other_files))
    sockets = min(settings.max_connections, max(1, tcp * 3 // 4))
    if tcp < settings.max_tcp_connections:
        log.warning(
            "A worker may open %d files: it accepts %d TCP connections instead of %d, and %d WebSockets and event "
            "streams. Raise the limit (`ulimit -n`)",
            *(files, tcp, settings.max_tcp_connections, sockets),
        )
    return settings.model_copy(update={"max_tcp_connections": tcp, "max_connections": sockets})


def _raise_limit(wanted: int) -> int:
    """Raise the limit of open files to what is wanted, or as far as possible. Returns the limit, at most `wanted`."""
    limit, maximum = (wanted if each == RLIM_INFINITY else each for each in getrlimit(RLIMIT_NOFILE))
    if limit >= wanted:
        return wanted
    raised = min(wanted, maximum)
    try:
        setrlimit(RLIMIT_NOFILE, (raised, getrlimit(RLIMIT_NOFILE)[1]))
    except (OSError, ValueError):
        return limit
    return raised
