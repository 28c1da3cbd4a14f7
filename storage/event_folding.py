"""Folds equal security events of one hour into one row with a count.

A client can repeat some events at will, and would otherwise fill the history of the account with them.
"""

from hashlib import sha256
from ipaddress import ip_network
from uuid import UUID

from sessionql.storage.records import EventKind, EventRecord

WINDOW_SECONDS = 3600
FOLDED_KINDS = frozenset(
    {
        EventKind.LOGIN_FAILED,
        EventKind.REAUTHENTICATED,
        EventKind.SESSION_RENAMED,
        EventKind.PASSWORD_CHANGED,
        EventKind.REFRESH_TOKEN_USED_ELSEWHERE,
        EventKind.DEVICE_CHANGED,
    }
)


def fold_key(event: EventRecord) -> UUID:
    """The key that events share when they are equal but for their time, and their addresses are of one network.

    A network is an IPv4 /24 or an IPv6 /48.
    """
    window = int(event.occurred_at.timestamp()) // WINDOW_SECONDS
    same = (event.kind, event.session_id, event.actor_id, event.actor_name, event.device, event.previous_device)
    place = _network(event.ip_address)
    return UUID(bytes=sha256(repr((window, *map(str, same), str(place))).encode(errors="surrogatepass")).digest()[:16])


def _network(address: str | None) -> str | None:
    if address is None:
        return None
    try:
        return str(ip_network((address, 48 if ":" in address else 24), strict=False))
    except ValueError:
        return address
