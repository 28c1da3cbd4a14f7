"""Clients from which an account was used before: a browser with a device token, or a network of its sessions.

Their failed log-ins are counted apart from those of strangers.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sessionql.resolvers.client import ClientInfo, network_of
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.tokens import device
from sessionql.resolvers.tokens.device import DeviceClaims
from sessionql.storage import Repositories


@dataclass(frozen=True, slots=True)
class KnownClient:
    """How an account knows a client: by a device token, or by its network. Neither: a stranger, or a new device."""

    device_id: UUID | None = None
    has_network: bool = False


STRANGER = KnownClient()


async def find_known_client(
    deps: Dependencies, repositories: Repositories, user_id: UUID, token: str | None, client: ClientInfo
) -> KnownClient:
    """Whether the user logged in with this device token, or has a session of this network that is still stored."""
    claims = device.verify(token or "", deps.tokens.keys().refresh, deps.clock())
    # Read also with a token, and for an account that does not exist: the time must not reveal it.
    addresses = await repositories.sessions.addresses(user_id)
    # A stored address may be that of a network only, see `Policy.truncate_addresses`.
    has_network = any(client.ip_address == each or client.network == network_of(each) for each in addresses)
    return KnownClient(claims.device_id if claims and claims.user_id == user_id else None, has_network)


def issue_device_token(deps: Dependencies, user_id: UUID, device_id: UUID | None, now: datetime) -> str:
    """Sign a token for the browser of a log-in. A known device keeps its ID, and so the counter of its failures."""
    return device.sign(DeviceClaims(user_id, device_id or deps.new_id()), deps.tokens.keys().refresh[0], now)
