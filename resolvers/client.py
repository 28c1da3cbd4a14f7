"""IP addresses: one spelling to keep, a network to count attempts by, and less of them where that is wished."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from sessionql.resolvers.devices.client_hints import NO_HINTS, ClientHints
from sessionql.resolvers.requester import ClientInfo

Address = IPv4Address | IPv6Address

UNKNOWN_NETWORK = "unknown"


@lru_cache(maxsize=4096)
def canonical_address(text: str | None) -> str | None:
    """An IP address in its one spelling (RFC 5952), IPv4-mapped ones as IPv4; None for others."""
    found = _parse(text)
    return None if found is None else str(found)


def network_of(address: str | None) -> str:
    """Whose attempts are counted together: an IPv4 address, or an IPv6 /64, which one person may have all of."""
    found = _parse(address)
    if found is None:
        return UNKNOWN_NETWORK
    return str(found) if found.version == 4 else _first(found, 64)  # noqa: PLR2004 - the version


def truncate_address(address: str | None) -> str | None:
    """The first address of its network (IPv4 /24, IPv6 /48): where about it is, not whose it is."""
    found = _parse(address)
    return None if found is None else _first(found, 24 if found.version == 4 else 48)  # noqa: PLR2004 - the version


@lru_cache(maxsize=4096)
def client_info(
    address: str | None, user_agent: str | None, hints: ClientHints = NO_HINTS, *, truncate: bool
) -> ClientInfo:
    """The client that sends from this address; attempts are counted by all of it, whatever is kept."""
    kept = truncate_address(address) if truncate else canonical_address(address)
    return ClientInfo(kept, user_agent, network_of(address), hints)


def _parse(text: str | None) -> Address | None:
    try:
        found = ip_address(text or "")
    except ValueError:
        return None
    if isinstance(found, IPv4Address):
        return found
    # The zone of a link-local address means something on one machine only.
    return found.ipv4_mapped or IPv6Address(int(found))


def _first(address: Address, prefix: int) -> str:
    return str(ip_network((address, prefix), strict=False).network_address)
