"""Files that are served from memory, and not sent again to whoever has them (RFC 9110, section 13.1.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class File:
    """What is sent of a file."""

    body: bytes
    headers: Mapping[str, str]

    def respond(self, request: Request) -> Response:
        """The file, or that it is the one that the client has."""
        if self.headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=self.headers)
        return Response(self.body, headers=self.headers)


def file_of(body: bytes, content_type: str, cache_control: str = "no-cache") -> File:
    """A file that clients ask for each time they need it: its name carries no version."""
    headers = {
        "Content-Type": content_type,
        "ETag": f'"{sha256(body).hexdigest()[:32]}"',
        "Cache-Control": cache_control,
        "X-Content-Type-Options": "nosniff",
    }
    return File(body, headers)
