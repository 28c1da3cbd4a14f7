"""A real Chromium, with the internet cut off."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.people import People, people
from tests.engines import Engines
from tests.server import Server

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A host of this machine that browsers do not take for this machine.
    "--host-resolver-rules=MAP sessionql.test 127.0.0.1",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail(f"There is no {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def page_url(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one server for tests of the page, as in production, for any number of users and sessions."""
    folder = tmp_path_factory.mktemp("page")
    unlimited = dict.fromkeys(("REGISTRATIONS_PER_ADDRESS", "ATTEMPTS_PER_ADDRESS", "SESSION_LIMIT"), "0")
    with Server(engines.sqlite(folder), folder, **unlimited) as running:
        yield running.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def guests(chromium: Browser, page_url: str) -> Iterator[People]:
    """Whoever comes to that server."""
    with people(chromium, page_url) as made:
        yield made
