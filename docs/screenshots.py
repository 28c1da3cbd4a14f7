"""Write the screenshots of the page "Your devices" into `docs/pictures`: `make screenshots`.

A server on an empty SQLite database gets one account with four sessions. The script then sets the times at which they
were last active, and opens the page in Chromium, in light and in dark mode.
"""

import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import mkdocs
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
CHROMIUM = Path("/usr/bin/chromium")
FONTS = Path(mkdocs.__file__).parent / "themes" / "readthedocs" / "css" / "fonts"
WIDTH = 660  # CSS pixels
MARGIN = 12  # CSS pixels around the content
SCALE = 1.2  # pixels of the picture per CSS pixel
START_TIMEOUT = 30  # seconds
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
EMAIL = "ana@example.com"
PASSWORD = "correct horse battery"
MUTATION = "mutation($input: %sInput!) { %s(input: $input) { errors { ... on UserError { message } } } }"
HIDE_REST = """
section:not([part~=thisDevice], [part~=otherDevices]), [part=notification] { display: none; }
"""


@dataclass(frozen=True)
class Device:
    """A device of the account: its User-Agent, its address and how long ago it was active."""

    user_agent: str
    ip_address: str
    idle: timedelta = timedelta(0)


CURRENT = Device("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "198.51.100.24")
OTHERS = (
    Device(
        "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/142.0.0.0 Mobile Safari/537.36",
        "203.0.113.60",
        timedelta(days=4),
    ),
    Device(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/142.0.0.0 Safari/537.36",
        "192.0.2.17",
        timedelta(hours=3, minutes=10),
    ),
    Device(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/26.1 Mobile/15E148 Safari/604.1",
        "2001:db8:4a::1",
        timedelta(minutes=12),
    ),
)


def main() -> None:
    """Start the server twice: its database is changed while it is stopped."""
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        port = free_port()
        url = f"http://localhost:{port}"
        with serve(folder, port):
            context = sign_in(browser, url, CURRENT, "register")
            for device in OTHERS:
                sign_in(browser, url, device, "login")
        set_times(folder / "demo.db")
        with serve(folder, port):
            take_screenshots(context, url)
        browser.close()


@contextmanager
def serve(folder: Path, port: int) -> Iterator[None]:
    """Run `sessionql serve` on this port of localhost, with its data in this folder."""
    settings = {
        "ACCOUNTS": "open",
        "DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "TRUSTED_PROXIES": "127.0.0.1/32",
    }
    environment = os.environ | {f"SESSIONQL_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "sessionql", "serve"]
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)  # noqa: S603 - fixed
        try:
            wait_until_ready(port)
            yield
        finally:
            process.terminate()
            process.wait(START_TIMEOUT)


def wait_until_ready(port: int) -> None:
    """Wait until the server accepts requests. Raises TimeoutError."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz"):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not start")


def free_port() -> int:
    """A TCP port of this machine that is not in use."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def sign_in(browser: Browser, url: str, device: Device, field: Literal["register", "login"]) -> BrowserContext:
    """Register or log in as this device. The cookies are in the returned context."""
    context = browser.new_context(
        user_agent=device.user_agent,
        extra_http_headers={"X-Forwarded-For": device.ip_address},
        bypass_csp=True,  # for the font
        viewport=ViewportSize(width=WIDTH, height=1000),
        device_scale_factor=SCALE,
        locale="en-US",
        reduced_motion="reduce",
    )
    query = MUTATION % (field.capitalize(), field)
    variables = {"input": {"email": EMAIL, "password": PASSWORD, "delivery": "COOKIE"}}
    body = {"query": query, "variables": variables}
    response = context.request.post(f"{url}/graphql", data=body, headers={"Origin": url})
    if response.json()["data"][field]["errors"]:
        raise RuntimeError(response.text())
    return context


def set_times(database: Path) -> None:
    """Set when the other devices were last active."""
    now = datetime.now(UTC)  # noqa: TID251 - a script
    with closing(sqlite3.connect(database)) as connection, connection:
        for device in OTHERS:
            last_active = (now - device.idle).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
            values = (last_active, device.user_agent)
            connection.execute("UPDATE sessions SET last_active = ? WHERE user_agent = ?", values)


def take_screenshots(context: BrowserContext, url: str) -> None:
    """Write one picture for each color scheme."""
    page = context.new_page()
    page.goto(url)
    expect(page.locator("my-sessions:state(live)")).to_be_attached()
    expect(page.get_by_role("button", name="Rename")).to_have_count(1 + len(OTHERS))
    add_styles(page)
    header, sections = page.locator("header").bounding_box(), page.locator("[part~=otherDevices]").bounding_box()
    if header is None or sections is None:
        raise RuntimeError("the page shows no devices")
    top = max(header["y"] - MARGIN, 0)
    height = sections["y"] + sections["height"] + MARGIN - top
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        path = PICTURES / f"your-devices-{scheme}.png"
        page.screenshot(path=path, clip={"x": 0, "y": top, "width": WIDTH, "height": height})
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def add_styles(page: Page) -> None:
    """Use the same font on every machine, and hide the sections below the list of devices."""
    faces = "".join(
        f"@font-face {{ font-family: Screenshot; font-weight: {weight}; src: url(data:font/woff2;base64,{encoded}); }}"
        for weight, name in (("400", "lato-normal"), ("500 700", "lato-bold"))
        for encoded in [b64encode((FONTS / f"{name}.woff2").read_bytes()).decode()]
    )
    page.add_style_tag(content=f"{faces} body {{ --my-sessions-font: Screenshot; font-family: Screenshot; }}")
    page.evaluate(
        """async (css) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(css);
          document.querySelector("my-sessions").shadowRoot.adoptedStyleSheets.push(sheet);
          await document.fonts.ready;
        }""",
        HIDE_REST,
    )


if __name__ == "__main__":
    main()
