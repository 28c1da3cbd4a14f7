"""The client of a request: its IP address, its network for rate limits, its User-Agent and Client Hints."""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from sessionql.resolvers.devices.client_hints import NO_HINTS, ClientHints
from sessionql.resolvers.devices.user_agent import MAX_USER_AGENT_LENGTH, clean_user_agent

Address = IPv4Address | IPv6Address

UNKNOWN_NETWORK = "unknown"

MAX_USER_AGENT_BYTES = 4 * MAX_USER_AGENT_LENGTH
"""The longest User-Agent header to pass to `client_info`. A character of UTF-8 has at most 4 bytes."""


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """What a request reveals about the program that sent it.

    `ip_address` is the address to store (possibly truncated), `network` the key that rate limits count by, and
    `wider_networks` those around it that they count too.
    """

    ip_address: str | None
    user_agent: str | None
    network: str = UNKNOWN_NETWORK
    hints: ClientHints = NO_HINTS
    wider_networks: tuple[str, ...] = ()


UNKNOWN_CLIENT = ClientInfo(None, None)
"""For events that must not show an address or a device, for example those that an operator causes."""


@lru_cache(maxsize=4096)
def client_info(
    address: str | None, user_agent: bytes | None, hints: ClientHints = NO_HINTS, *, truncate: bool
) -> ClientInfo:
    """Build the ClientInfo of a request from its address and its User-Agent header.

    `truncate` shortens the stored address, not the network of rate limits. Results are cached with their arguments:
    shorten a header of more than MAX_USER_AGENT_BYTES first.
    """
    stored = truncate_address(address) if truncate else canonical_address(address)
    return ClientInfo(stored, clean_user_agent(user_agent), network_of(address), hints, wider_networks_of(address))


def shorten_user_agent(user_agent: bytes) -> bytes:
    """The part of a User-Agent header that is used, so that a cache does not store 64 KiB for each client."""
    return (clean_user_agent(user_agent) or "").encode()


@lru_cache(maxsize=4096)
def canonical_address(text: str | None) -> str | None:
    """Normalize an IP address (RFC 5952); an IPv4-mapped IPv6 address becomes IPv4. None when it is not an address."""
    address = _parse(text)
    return None if address is None else str(address)


def network_of(address: str | None) -> str:
    """Return the network that rate limits count by: the IPv4 address itself, or the IPv6 /64.

    One subscriber usually has a whole /64, so a limit per IPv6 address would have no effect.
    """
    parsed = _parse(address)
    if parsed is None:
        return UNKNOWN_NETWORK
    return str(parsed) if parsed.version == 4 else _network_address(parsed, 64)  # noqa: PLR2004 - the version


def wider_networks_of(address: str | None) -> tuple[str, ...]:
    """Return the networks around `network_of` that one party may have: IPv4 /24, IPv6 /56 and /48, with the prefix."""
    parsed = _parse(address)
    if parsed is None:
        return ()
    prefixes = (24,) if parsed.version == 4 else (56, 48)  # noqa: PLR2004 - the version
    return tuple(str(ip_network((parsed, prefix), strict=False)) for prefix in prefixes)


def truncate_address(address: str | None) -> str | None:
    """Return the first address of the network (IPv4 /24, IPv6 /48), which does not identify one subscriber."""
    parsed = _parse(address)
    return None if parsed is None else _network_address(parsed, 24 if parsed.version == 4 else 48)  # noqa: PLR2004 - the version


def _parse(text: str | None) -> Address | None:
    try:
        address = ip_address(text or "")
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    # Drop the zone of a link-local address: it has a meaning on one machine only.
    return address.ipv4_mapped or IPv6Address(int(address))


def _network_address(address: Address, prefix: int) -> str:
    return str(ip_network((address, prefix), strict=False).network_address)
