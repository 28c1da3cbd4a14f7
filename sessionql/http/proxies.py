"""The client address of a request: the peer's, or from the forwarded header if the peer is a trusted proxy.

The header is read from the right while its addresses are those of trusted proxies. Anything further left can be
forged (RFC 7239 section 8.1). What a middleware read from a header is not used: it trusts other proxies.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Literal

from starlette.requests import HTTPConnection
from starlette.types import Scope

from sessionql.http_kit.transport import peer_of
from sessionql.resolvers.client import canonical_address

log = logging.getLogger("sessionql")

Network = IPv4Network | IPv6Network

MAX_HOPS = 20
"""The number of addresses that are read from the right of the header: more proxies are in no chain."""
MAX_FORWARDED_CHARACTERS = 4096
"""The characters that are read from the right of `Forwarded`."""

_SAYS_HTTPS = {
    b"x-forwarded-proto": re.compile(rb"(?:^|,)[ \t]*https[ \t]*$", re.IGNORECASE),
    b"forwarded": re.compile(rb"(?:^|[;,])[ \t]*proto=\"?https\"?[ \t]*(?:;[^,]*)?$", re.IGNORECASE),
}
_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*("(?:[^"\\]|\\.)*"|[^;,\s]+)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proxies:
    """The networks of trusted proxies, and the header that they write."""

    networks: Sequence[Network] = ()
    header: Literal["x-forwarded-for", "forwarded"] = "x-forwarded-for"

    def trust(self, address: str) -> bool:
        """Whether the address is that of a trusted proxy."""
        found = ip_address(address)
        return any(found.version == network.version and found in network for network in self.networks)


def parse_networks(text: object) -> tuple[Network, ...]:
    """Networks written as `10.0.0.0/8, 2001:db8::/32`, or one by one. Raises ValueError."""
    parts = text.split(",") if isinstance(text, str) else text
    if not isinstance(parts, list | tuple):
        raise ValueError("write networks like 10.0.0.0/8, 2001:db8::/32")  # noqa: TRY004 - pydantic wants it
    networks = tuple(ip_network(str(part).strip()) for part in parts if str(part).strip())
    if not all(network.prefixlen for network in networks):
        raise ValueError("with 0.0.0.0/0 or ::/0 any client could choose its address: list your own proxies")
    return networks


def received_https(scope: Scope, proxies: Proxies) -> bool:
    """Whether a trusted proxy received the request over https: it says so in `X-Forwarded-Proto`, or as `proto` in
    `Forwarded`, the nearest proxy last.
    """
    name = b"forwarded" if proxies.header == "forwarded" else b"x-forwarded-proto"
    values = [value for each, value in scope["headers"] if each == name]
    if not values or not _SAYS_HTTPS[name].search(values[-1][-MAX_FORWARDED_CHARACTERS:]):
        return False
    address = canonical_address(peer_of(HTTPConnection(scope)))
    return address is not None and proxies.trust(address)


def address_of(request: HTTPConnection, proxies: Proxies) -> str | None:
    """The canonical IP address of the client; None when it is not known."""
    peer = peer_of(request)
    address = canonical_address(peer)
    if address is None or not proxies.networks or not proxies.trust(address):
        if request.client is not None and request.client.host != peer:
            rewriting.warn(peer)
        return address
    hops = _hops(request.headers.getlist(proxies.header), proxies.header)
    while address is not None and proxies.trust(address) and hops:
        address = canonical_address(_host(hops.pop()))
    return address


class RewriteCheck:
    """Warns once that something else than SessionQL read the address of a client from a header."""

    def __init__(self) -> None:
        self.warned = False

    def warn(self, peer: str | None) -> None:
        """Log what to do, the first time."""
        if not self.warned:
            self.warned = True
            log.warning(
                "A middleware took the address of a client from a header (uvicorn does, unless it is started with "
                "--no-proxy-headers). SessionQL uses the address of the peer, %s. If that is a proxy of yours, list it "
                "in SESSIONQL_TRUSTED_PROXIES.",
                peer,
            )


rewriting = RewriteCheck()
"""One for the process: it has one server."""


def _hops(values: list[str], header: str) -> list[str]:
    """The last addresses in the header, the nearest last."""
    text = ",".join(values)
    if header == "x-forwarded-for":
        return [hop.strip() for hop in text.rsplit(",", MAX_HOPS)[-MAX_HOPS:] if hop.strip()]
    elements = _elements(text[-MAX_FORWARDED_CHARACTERS:])
    # The first one may have lost its beginning.
    complete = elements[1:] if len(text) > MAX_FORWARDED_CHARACTERS else elements
    found = (_FOR.search(element) for element in complete[-MAX_HOPS:] if element)
    return [match[1].strip('"') if match else "unknown" for match in found]


def _elements(text: str) -> list[str]:
    """The parts between the commas that are not inside quotes.

    Parsed from the end, which the trusted proxies wrote: an unclosed quote of a client must not include that part.
    """
    found, end, quoted = list[str](), len(text), False
    for at in range(len(text) - 1, -1, -1):
        if text[at] == '"' and not (quoted and text[at - 1 : at] == "\\"):
            quoted = not quoted
        elif text[at] == "," and not quoted:
            found.append(text[at + 1 : end].strip())
            end = at
    return [text[:end].strip(), *reversed(found)]


def _host(hop: str) -> str:
    """An address without its port: `192.0.2.1:80`, `[2001:db8::1]:80`."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
