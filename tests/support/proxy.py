"""HAProxy and nginx in front of a server."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

START_TIMEOUT = 20
_HAPROXY = """\
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend front
    bind 127.0.0.1:{port}
    option forwardfor
    default_backend back
backend back
    server server 127.0.0.1:{target}
"""
_NGINX = """\
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{target};
            proxy_http_version 1.1;
            proxy_request_buffering off;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }}
    }}
}}
"""


def proxy_command(name: str) -> str | None:
    """The path of `haproxy` or `nginx`; None where it is not installed. Debian's are not in the path of all users."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class Proxy:
    """A proxy that sets `X-Forwarded-For`, in front of the server at a port."""

    def __init__(self, name: str, folder: Path, port: int, target: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        config = folder / "proxy.conf"
        text = _HAPROXY if name == "haproxy" else _NGINX
        config.write_text(text.format(folder=folder, port=port, target=target))
        arguments = ["-f", str(config)] if name == "haproxy" else ["-e", str(folder / "log"), "-c", str(config)]
        self._command = [proxy_command(name) or name, *arguments]
        self._log = folder / "output.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        deadline = time.monotonic() + START_TIMEOUT
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.02)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(START_TIMEOUT)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port)).close()
        except OSError:
            return False
        return True
