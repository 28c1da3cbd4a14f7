"""A page on another port, in Chromium and in Firefox: the browser sends the cookies, and they open nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.embedding import TIMEOUT, Application, OtherSite, Reports, Running
from tests.browser.firefox import firefox
from tests.browser.other_origin_pages import OTHER, OWN, VISIT

EMAIL = "ana@example.com"
GUARDED = {"/read", "/change", "/events", "/socket"}


@dataclass
class Sites:
    """The application and the site on another port. `url` is that of the first page."""

    application: Application
    reports: Reports
    url: str

    def next(self) -> Any:
        """The next report of a page."""
        return self.reports.get(timeout=TIMEOUT)


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Sites]:
    reports: Reports = Queue()
    pages = {"visit": VISIT}
    application = Application(tmp_path, pages, reports)
    with Running(application) as own, OtherSite(reports) as other:
        url = f"http://localhost:{own.port}"
        other.page = OTHER.replace("BASE", url)
        pages["own"] = OWN.replace("EMAIL", EMAIL).replace("OTHER", f"http://localhost:{other.server_port}/")
        yield Sites(application, reports, f"{url}/pages/own")


@pytest.mark.browser
def test_chromium_on_another_port_gets_nothing(sites: Sites, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(sites.url, wait_until="commit")
    try:
        check_reports(sites)
    finally:
        context.close()


@pytest.mark.firefox
def test_firefox_on_another_port_gets_nothing(sites: Sites, tmp_path: Path) -> None:
    with firefox(tmp_path, sites.url):
        check_reports(sites)


def check_reports(sites: Sites) -> None:
    """The own page can do everything, the other one nothing, and the session is as before."""
    own = sites.next()
    assert own["registered"] == '{"data":{"register":{"errors":[]}}}'
    results = own["results"]
    assert (results["graphqlSocket"], results["guardedSocket"], results["eventSource"]) == (EMAIL, "opened", "event")
    assert all(EMAIL in results[name] for name in ("graphql", "rest"))

    other = sites.next()["results"]
    assert (other["graphqlSocket"], other["guardedSocket"], other["eventSource"]) == ("closed", "closed", "closed")
    assert (other["graphql"], other["rest"]) == ("blocked", "blocked")
    assert EMAIL not in str(other)

    application = sites.application
    pages = {"own", "own-form", "other", "other-form"}
    asked = {page: {path for path, from_ in application.asked if from_ == page} for page in pages}
    assert asked["other"] == GUARDED, "the browser sent the cookies"
    assert asked["other-form"] == {"/change"}
    used = {page: {path for path, from_ in application.used if from_ == page} for page in pages}
    assert used == {"own": GUARDED, "own-form": {"/change"}, "other": set(), "other-form": set()}

    visit = sites.next()
    assert visit["visitor"] == "anonymous", "a link of another origin opens the page without the cookies"
    assert EMAIL in visit["me"], "and a request of the page finds the session, which still exists"
