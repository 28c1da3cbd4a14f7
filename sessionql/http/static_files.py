"""Files that are served from memory, and not sent again to whoever has them (RFC 9110, section 13.1.2)."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class StaticFile:
    """What is sent of a file."""

    body: bytes
    headers: Mapping[str, str]
    compressed: bytes | None = None

    def respond(self, request: Request) -> Response:
        """The file, compressed for who takes that, or that it is the one that the client has."""
        if self.headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=self.headers)
        if self.compressed is not None and _takes_gzip(request):
            return Response(self.compressed, headers={**self.headers, "Content-Encoding": "gzip"})
        return Response(self.body, headers=self.headers)


def static_file(
    body: bytes, content_type: str, cache_control: str = "no-cache", *, compress: bool = False, **more: str
) -> StaticFile:
    """A file that clients ask for each time they need it, unless told otherwise: its name carries no version.

    `more` are headers of its own.
    """
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {
        "Content-Type": content_type,
        # A weak one: it stands for the text, however it is sent.
        "ETag": f"W/{tag}" if compress else tag,
        "Cache-Control": cache_control,
        "X-Content-Type-Options": "nosniff",
        **({"Vary": "Accept-Encoding"} if compress else {}),
        **more,
    }
    return StaticFile(body, headers, gzip.compress(body, mtime=0) if compress else None)


def _takes_gzip(request: Request) -> bool:
    choices = (choice.partition(";") for choice in request.headers.get("accept-encoding", "").lower().split(","))
    return any(name.strip() == "gzip" and "".join(rest.split()) not in {"q=0", "q=0.0"} for name, _, rest in choices)
