"""Checks of the origin of a request: a page of this origin, or of an origin that the settings list.

An origin is the value that browsers send (RFC 6454): scheme, host, and the port unless it is the default port. Another
host of the domain and another port of the host are the same site, but not the same origin: their pages may be another
team's, or an attacker's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?"
)
_PORTS = {"http": "80", "https": "443"}
_LOOPBACK = re.compile(r"(.+\.)?localhost|127(\.[0-9]{1,3}){3}|\[::1\]")
"""The hosts on which browsers store `Secure` cookies over http (W3C Secure Contexts, section 3.1)."""

ANY = "*"
SITE_HEADER = "sec-fetch-site"


@dataclass(frozen=True, slots=True)
class Origins:
    """The origins whose pages may send requests: our own, and those that are listed. `credentials`: pages of the latter
    may send cookies.

    `secure`: the cookies are `Secure`, so pages of this origin use https, or http on a loopback host.
    """

    listed: tuple[str, ...] = ()
    credentials: bool = False
    secure: bool = True

    def allows_cookies(self, headers: Mapping[str, str]) -> bool:
        """Whether a page of this origin, or of an origin that is listed with credentials, sent the request.

        Every route that accepts cookies checks this. Browsers send `Sec-Fetch-Site` (W3C Fetch Metadata), of which
        only `same-origin` is accepted. Where it is missing, in older browsers and in handshakes of WebSockets,
        `Origin` has to be that of the request. A request with neither is rejected.
        """
        origin, site = headers.get("origin"), headers.get(SITE_HEADER)
        if self.credentials and origin in self.listed:
            return True
        if site is not None:
            return site == "same-origin"
        return origin is not None and self._is_this_origin(origin, headers.get("host", ""))

    def allows_socket(self, headers: Mapping[str, str]) -> bool:
        """Whether a WebSocket handshake has an allowed origin.

        Browsers let any page open a WebSocket, and send the page's `Origin`; other programs send none.
        """
        origin = headers.get("origin")
        if origin is None and SITE_HEADER not in headers:
            return True
        return ANY in self.listed or origin in self.listed or self.allows_cookies(headers)

    def _is_this_origin(self, origin: str, host: str) -> bool:
        """Whether the host and port are those of the `Host` header.

        A proxy may have received the request by https, so the scheme of the connection is not compared.
        """
        match = _ORIGIN.fullmatch(origin)
        if match is None or not host or match["scheme"] not in _PORTS:
            return False
        if self.secure and match["scheme"] == "http" and not _LOOPBACK.fullmatch(match["host"]):
            return False
        own, host_header = match["host"] + (f":{match['port']}" if match["port"] else ""), host.lower()
        return host_header in {own, f"{own}:{_PORTS[match['scheme']]}"}


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
