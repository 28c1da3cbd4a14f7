"""Accessibility and size of the page: axe, keyboard, small screens, dark mode, reduced motion, bytes transferred."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.page_users import DESKTOP, PHONE, PageUser, PageUsers

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
AXE = ROOT / ".build/clients/node_modules/axe-core/axe.min.js"
SCREENSHOTS = ROOT / ".build/screenshots"
MAX_BYTES = 60_000  # of all responses, with headers
VIEWS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": DESKTOP},
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
VIOLATIONS = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => [id, target, failureSummary]));
}"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def page_states(users: PageUsers, user: PageUser) -> Iterator[tuple[str, Page]]:
    """Yield the name of each state of the page, with the page in that state."""
    page = user.page
    user.open()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    yield "log-in", page
    email = user.register()
    yield "alone", page
    users.new().log_in_without_form(email)
    other = user.device("Firefox on Ubuntu")
    expect(other).to_be_visible()
    yield "devices", page
    page.get_by_role("button", name="Change password").click()
    yield "dialog-password", page
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Rename Firefox on Ubuntu").last.click()
    yield "rename", page
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Sign out Firefox on Ubuntu").click()
    yield "dialog-sign-out", page
    user.confirm("Sign out")
    expect(other).to_have_count(0)
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline")).to_be_visible()
    yield "offline", page
    page.context.set_offline(False)
    expect(page.get_by_text("You are offline")).to_have_count(0, timeout=15_000)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("You have logged out")).to_be_visible()
    yield "logged-out", page


@pytest.mark.node
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_no_violations_and_nothing_is_wider_than_the_screen(users: PageUsers, view: str) -> None:
    """Also writes a screenshot of each state into `.build/screenshots`."""
    user = users.new(**VIEWS[view], reduced_motion="reduce")
    axe = AXE.read_text(encoding="utf-8")
    for name, page in page_states(users, user):
        if not page.evaluate("'axe' in window"):
            page.evaluate(axe)
        assert page.evaluate(OVERFLOW) <= 0, name
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            picture = SCREENSHOTS / f"{view}-{name}-{scheme}.png"
            page.screenshot(path=picture, full_page=not name.startswith("dialog"))
            assert page.evaluate(VIOLATIONS) == [], picture.name
    assert user.page.evaluate("window.policyViolations") == []


def test_a_device_can_be_signed_out_with_the_keyboard(users: PageUsers) -> None:
    laptop, phone, _ = users.laptop_and_phone()
    tab_to(laptop, "Sign out Safari on iPhone")
    laptop.page.keyboard.press("Enter")
    expect(laptop.dialog()).to_be_visible()
    assert laptop.focused_text() == "Cancel", "the safe button has the focus"
    laptop.page.keyboard.press("Tab")
    assert laptop.focused_text() == "Sign out"
    outline = laptop.dialog().get_by_role("button", name="Sign out").evaluate("it => getComputedStyle(it).outlineStyle")
    assert outline == "solid"
    laptop.page.keyboard.press("Enter")
    expect(phone.page.get_by_text("Signed out from your Firefox on Ubuntu")).to_be_visible()
    expect(laptop.dialog()).to_have_count(0)
    assert laptop.focused_text().startswith("Other devices"), "the heading of the list"


def test_the_dialog_restores_the_focus(users: PageUsers) -> None:
    laptop = users.new()
    laptop.register_without_form()
    tab_to(laptop, "Change password")
    laptop.page.keyboard.press("Space")
    expect(laptop.page.get_by_label("Current password")).to_be_focused()
    laptop.page.keyboard.press("Escape")
    expect(laptop.dialog()).to_have_count(0)
    assert laptop.focused_text() == "Change password"


def test_it_is_small_and_requests_no_other_origin(users: PageUsers) -> None:
    laptop = users.new()
    sizes: list[int] = []

    def record_sizes(page: Page) -> None:
        page.on(
            "requestfinished",
            lambda request: sizes.append(request.sizes()["responseBodySize"] + request.sizes()["responseHeadersSize"]),
        )

    record_sizes(laptop.page)
    laptop.register()
    laptop.page.wait_for_load_state("networkidle")
    assert 10_000 < sum(sizes) < MAX_BYTES
    assert {address.partition("?")[0].removeprefix(laptop.url) for address in laptop.requested_urls} == {
        "/",
        "/graphql",
        "/my-sessions.js",
        "/page/icon.svg",
        "/page/page.css",
        "/page/page.js",
    }
    assert laptop.page.evaluate("window.policyViolations") == []


def test_there_are_no_animations_with_reduced_motion(users: PageUsers) -> None:
    laptop = users.new(reduced_motion="reduce")
    laptop.register_without_form()
    laptop.page.get_by_role("button", name="Change password").click()
    assert animation_name(laptop.dialog()) == "none"
    calm = users.new()
    calm.register_without_form()
    calm.page.get_by_role("button", name="Change password").click()
    assert animation_name(calm.dialog()) != "none"


def animation_name(element: Locator) -> str:
    return str(element.evaluate("it => getComputedStyle(it).animationName"))


def tab_to(user: PageUser, name: str) -> None:
    """Press Tab until the element with this label has the focus."""
    for _ in range(40):
        user.page.keyboard.press("Tab")
        if user.focused_text() == name:
            return
    raise AssertionError(f"{name} cannot be focused with the keyboard")
