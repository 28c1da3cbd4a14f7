"""Chromium, without access to the internet, and a server with the page "Your devices"."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.certificates import DOMAIN, Authority
from tests.browser.page_users import PageUsers, page_users
from tests.support.constants import NO_LIMITS_PER_ADDRESS
from tests.support.engines import Engines
from tests.support.server import Server

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Names of this machine that browsers do not treat as a secure context over http, unlike localhost.
    f"--host-resolver-rules=MAP sessionql.test 127.0.0.1, MAP *.{DOMAIN} 127.0.0.1",
)


@pytest.fixture(scope="package")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority that this Chromium trusts."""
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="package")
def chromium(authority: Authority) -> Iterator[Browser]:
    """One browser per worker process. Not for the whole test run: its event loop would disturb asynchronous tests."""
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} does not exist. Install it: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, authority.chromium_argument])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def page_url(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of one production server per worker process, without limits on users and sessions."""
    folder = tmp_path_factory.mktemp("page")
    unlimited = {**NO_LIMITS_PER_ADDRESS, "SESSION_LIMIT": "0"}
    with Server(engines.sqlite(folder), folder, **unlimited) as running:
        yield running.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def users(chromium: Browser, page_url: str) -> Iterator[PageUsers]:
    """Users of that server."""
    with page_users(chromium, page_url) as created:
        yield created
