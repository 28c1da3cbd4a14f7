"""Checks of the origin of a request: a page of this site, or of a site that the settings list.

An origin is the value that browsers send (RFC 6454): scheme, host, and the port unless it is the default port.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?"
)
_PORTS = {"http": "80", "https": "443"}

ANY = "*"


@dataclass(frozen=True, slots=True)
class Origins:
    """The listed origins of other sites. `credentials`: their pages may send cookies."""

    listed: tuple[str, ...] = ()
    credentials: bool = False

    def is_same_site(self, headers: Mapping[str, str]) -> bool:
        """Whether a page of this site, or of a site that is listed with credentials, sent the request.

        Every route that accepts cookies checks this. Browsers send `Sec-Fetch-Site`, older ones at least `Origin`; a
        request with neither is rejected.
        """
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if self.credentials and origin in self.listed:
            return True
        if site is not None:
            return site in {"same-origin", "same-site"}
        return origin is not None and _is_host_of(origin, headers.get("host", ""))

    def allows_socket(self, headers: Mapping[str, str]) -> bool:
        """Whether a WebSocket handshake has an allowed origin.

        Browsers let any page open a WebSocket, and send the page's `Origin`; other programs send none.
        """
        origin = headers.get("origin")
        return origin is None or ANY in self.listed or origin in self.listed or self.is_same_site(headers)


def parse_origins(text: object) -> tuple[str, ...]:
    """Origins written as `https://app.example.com, https://admin.example.com`, or one by one. Raises ValueError."""
    parts = text.split(",") if isinstance(text, str) else text
    if not isinstance(parts, list | tuple):
        raise ValueError("write origins like https://app.example.com")  # noqa: TRY004 - pydantic wants it
    origins = tuple(str(part).strip() for part in parts if str(part).strip())
    if ANY in origins and len(origins) > 1:
        raise ValueError("`*` allows every origin: write it alone, or list origins")
    for origin in origins:
        if origin != ANY:
            _check(origin)
    return origins


def _check(origin: str) -> None:
    match = _ORIGIN.fullmatch(origin)
    if match is None:
        raise ValueError(
            f"{origin!r} is not an origin as browsers send it: write scheme, host and port in lower case, "
            "like https://app.example.com, without a path or wildcards"
        )
    port = match["port"]
    if port is not None and (port.startswith("0") or int(port) > 65535 or port == _PORTS.get(match["scheme"])):  # noqa: PLR2004 - the last port
        raise ValueError(f"browsers never send {origin!r}: leave out its port, or correct it")


def _is_host_of(origin: str, host: str) -> bool:
    match = _ORIGIN.fullmatch(origin)
    if match is None or not host:
        return False
    own, host_header = match["host"] + (f":{match['port']}" if match["port"] else ""), host.lower()
    return host_header in {own, f"{own}:{_PORTS.get(match['scheme'])}"}
