"""An application with SessionQL below `/auth`, guarded routes and test pages, and a second site; both in threads.

Pages report by requests to their own server, so a browser needs no driver.
"""

import json
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from types import TracebackType
from typing import Annotated, Any, Self

import uvicorn
from fastapi import Depends, FastAPI, Request, Response, WebSocket
from starlette.responses import HTMLResponse, StreamingResponse

from sessionql import Requester, SessionQL, Settings

TIMEOUT = 60
"""Seconds for a report of a page, and for the start of a server."""

Reports = Queue[Any]


class Application:
    """The application. `used`: which guarded routes were used, and from which page; `asked` the same for each request
    with session cookies, whether it was used or not. `cookies`: the `Cookie` header of each request, as bytes.
    """

    def __init__(self, folder: Path, pages: dict[str, str], reports: Reports) -> None:
        self.used: set[tuple[str, str]] = set()
        self.asked: set[tuple[str, str]] = set()
        self.cookies: list[bytes] = []
        url = f"sqlite:///{folder / 'application.sqlite3'}"
        self.sessions = SessionQL(Settings(data_dir=folder, database_url=url, registrations_per_address=0))
        self.app = FastAPI(lifespan=self.sessions.lifespan)
        self.app.mount("/auth", self.sessions.app)
        self._add_guarded_routes()
        self._add_pages(pages, reports)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Note the cookies, then run the application."""
        cookie = next((value for name, value in scope.get("headers", ()) if name == b"cookie"), b"")
        self.cookies.append(cookie)
        if b"sessionql_access" in cookie:
            self.asked.add((scope["path"], _page_of(scope["query_string"].decode())))
        await self.app(scope, receive, send)

    def _add_guarded_routes(self) -> None:
        guard = Depends(self.sessions.current_session)

        @self.app.get("/read", dependencies=[guard])
        @self.app.post("/change", dependencies=[guard])
        async def use(request: Request) -> Response:
            self.used.add((request.url.path, _page_of(request.url.query)))
            return Response(media_type="text/plain")

        @self.app.get("/events", dependencies=[guard])
        async def events(request: Request) -> Response:
            self.used.add((request.url.path, _page_of(request.url.query)))
            return StreamingResponse(_one_event(), media_type="text/event-stream")

        @self.app.websocket("/socket", dependencies=[guard])
        async def open_(websocket: WebSocket) -> None:
            self.used.add((websocket.url.path, _page_of(websocket.url.query)))
            await websocket.accept()
            await websocket.close()

    def _add_pages(self, pages: dict[str, str], reports: Reports) -> None:
        sessions = self.sessions

        @self.app.get("/pages/{name}")
        async def page(name: str) -> HTMLResponse:
            return HTMLResponse(pages[name])

        @self.app.get("/visit")
        async def visit(visitor: Annotated[Requester | None, Depends(sessions.optional_session)]) -> HTMLResponse:
            return HTMLResponse(pages["visit"].replace("VISITOR", "signed in" if visitor else "anonymous"))

        @self.app.post("/report")
        async def report(request: Request) -> None:
            reports.put(await request.json())


async def _one_event() -> AsyncIterator[str]:
    yield "data: secret\n\n"


def _page_of(query: str) -> str:
    return query.partition("from=")[2]


class Running:
    """A server for the application in a thread."""

    def __init__(
        self, app: Callable[[Any, Any, Any], Awaitable[None]], certificate: tuple[Path, Path] | None = None
    ) -> None:
        chain, key = certificate or (None, None)
        self._socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            app,
            ssl_certfile=chain,
            ssl_keyfile=key,
            ws="websockets-sansio",
            proxy_headers=False,
            log_config=None,  # that of the other tests stays
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))
        self.port = int(self._socket.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(TIMEOUT)
        self._socket.close()


class OtherSite(ThreadingHTTPServer):
    """Another server with one page, which reports. `cookies` are the values of its `Set-Cookie` headers."""

    def __init__(self, reports: Reports, certificate: tuple[Path, Path] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _OtherPage)
        self.page = ""
        self.cookies: list[bytes] = []
        self.reports = reports
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self.serve_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Write nothing: browsers cut connections."""


class _OtherPage(BaseHTTPRequestHandler):
    @property
    def site(self) -> OtherSite:
        assert isinstance(self.server, OtherSite)
        return self.server

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        for line in self.site.cookies:
            self.send_header("Set-Cookie", line.decode("latin-1"))
        self.end_headers()
        self.wfile.write(self.site.page.encode())

    def do_POST(self) -> None:
        self.site.reports.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Write no log."""
