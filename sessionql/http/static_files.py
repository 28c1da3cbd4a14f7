"""Static files that are served from memory, with conditional requests (RFC 9110, section 13.1.2)."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

# Spelt out: Python's guess depends on the machine, and with `nosniff` a wrong one breaks the page.
CONTENT_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_MAX_ACCEPTED_CHARACTERS = 2048
"""The longest `Accept-Encoding` that is parsed."""


class Servable(Protocol):
    """A file that can respond to a request."""

    def respond(self, request: Request) -> Response:
        """The response with the file."""
        ...


@dataclass(frozen=True, slots=True)
class StaticFile:
    """The body and headers of a file, and its body in gzip if it is sent compressed."""

    body: bytes
    headers: Mapping[str, str]
    compressed: bytes | None = None

    def respond(self, request: Request) -> Response:
        """The file, compressed if the client accepts that; or 304 when the client has it."""
        if self.headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=self.headers)
        if self.compressed is not None and _accepts_gzip(request):
            return Response(self.compressed, headers={**self.headers, "Content-Encoding": "gzip"})
        return Response(self.body, headers=self.headers)


def static_file(
    body: bytes, content_type: str, cache_control: str = "no-cache", *, compress: bool = False, **headers: str
) -> StaticFile:
    """A file that clients revalidate each time, unless `cache_control` is set. `headers` are added."""
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    own = {
        "Content-Type": content_type,
        # A weak tag is the same for the compressed and the plain body.
        "ETag": f"W/{tag}" if compress else tag,
        "Cache-Control": cache_control,
        "X-Content-Type-Options": "nosniff",
        **({"Vary": "Accept-Encoding"} if compress else {}),
        **headers,
    }
    return StaticFile(body, own, gzip.compress(body, mtime=0) if compress else None)


def files_route(folder: str, files: Mapping[str, Servable]) -> Route:
    """The route `/<folder>/{name}`. Responds 404 to any other name; there is no file system behind it."""

    async def serve(request: Request) -> Response:
        file = files.get(request.path_params["name"])
        if file is None:
            raise HTTPException(404)
        return file.respond(request)

    return Route(f"/{folder}/{{name}}", serve, methods=["GET"], name=f"{folder}-files")


def _accepts_gzip(request: Request) -> bool:
    accepted = request.headers.get("accept-encoding", "")
    if len(accepted) > _MAX_ACCEPTED_CHARACTERS:
        # Without compression a file is always acceptable (RFC 9110 section 12.5.3).
        return False
    choices = (choice.partition(";") for choice in accepted.lower().split(","))
    return any(name.strip() == "gzip" and "".join(rest.split()) not in {"q=0", "q=0.0"} for name, _, rest in choices)
