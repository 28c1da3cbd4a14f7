"""The page for everybody: with the keyboard, on a phone, in the dark, without a word to anybody else, and not heavy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import DESKTOP, PHONE, People, Person

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
AXE = ROOT / ".build/clients/node_modules/axe-core/axe.min.js"
SCREENSHOTS = ROOT / ".build/screenshots"
MOST = 60_000  # bytes over the wire, headers included
VIEWS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": DESKTOP},
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
FOUND = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => [id, target, failureSummary]));
}"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def steps(guests: People, person: Person) -> Iterator[tuple[str, Page]]:
    """The page in each of its states, with their names."""
    page = person.page
    person.open()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    yield "log-in", page
    email = person.register()
    yield "alone", page
    guests.person().arrive(email)
    other = person.device("Firefox on Ubuntu")
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
    person.confirm("Sign out")
    expect(other).to_have_count(0)
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline")).to_be_visible()
    yield "offline", page
    page.context.set_offline(False)
    expect(page.get_by_text("You are offline")).to_have_count(0, timeout=15_000)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("You are logged out")).to_be_visible()
    yield "logged-out", page


@pytest.mark.node
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(guests: People, view: str) -> None:
    """Each state is also kept as a picture in `.build/screenshots`, for people to look at."""
    person = guests.person(**VIEWS[view], reduced_motion="reduce")
    axe = AXE.read_text(encoding="utf-8")
    for name, page in steps(guests, person):
        if not page.evaluate("'axe' in window"):
            page.evaluate(axe)
        assert page.evaluate(WIDER) <= 0, name
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            picture = SCREENSHOTS / f"{view}-{name}-{scheme}.png"
            page.screenshot(path=picture, full_page=not name.startswith("dialog"))
            assert page.evaluate(FOUND) == [], picture.name
    assert person.page.evaluate("window.refused") == []


def test_a_device_is_signed_out_with_the_keyboard_alone(guests: People) -> None:
    laptop, phone, _ = guests.couple()
    press_until_on(laptop, "Sign out Safari on iPhone")
    laptop.page.keyboard.press("Enter")
    expect(laptop.dialog()).to_be_visible()
    assert laptop.focused() == "Cancel", "what does no harm comes first"
    laptop.page.keyboard.press("Tab")
    assert laptop.focused() == "Sign out"
    outline = laptop.dialog().get_by_role("button", name="Sign out").evaluate("it => getComputedStyle(it).outlineStyle")
    assert outline == "solid"
    laptop.page.keyboard.press("Enter")
    expect(phone.page.get_by_text("Signed out from your Firefox on Ubuntu")).to_be_visible()
    expect(laptop.dialog()).to_have_count(0)
    assert laptop.focused().startswith("Other devices"), "where the list was"


def test_the_dialog_gives_the_focus_back(guests: People) -> None:
    laptop = guests.person()
    laptop.settle()
    press_until_on(laptop, "Change password")
    laptop.page.keyboard.press("Space")
    expect(laptop.page.get_by_label("Current password")).to_be_focused()
    laptop.page.keyboard.press("Escape")
    expect(laptop.dialog()).to_have_count(0)
    assert laptop.focused() == "Change password"


def test_it_is_light_and_asks_nobody_else(guests: People) -> None:
    laptop = guests.person()
    sizes: list[int] = []

    def weigh(page: Page) -> None:
        page.on(
            "requestfinished",
            lambda request: sizes.append(request.sizes()["responseBodySize"] + request.sizes()["responseHeadersSize"]),
        )

    weigh(laptop.page)
    laptop.register()
    laptop.page.wait_for_load_state("networkidle")
    assert 10_000 < sum(sizes) < MOST
    assert {address.partition("?")[0].removeprefix(laptop.url) for address in laptop.asked} == {
        "/",
        "/graphql",
        "/my-sessions.js",
        "/page/icon.svg",
        "/page/page.css",
        "/page/page.js",
    }
    assert laptop.page.evaluate("window.refused") == []


def test_who_wants_less_motion_gets_none(guests: People) -> None:
    laptop = guests.person(reduced_motion="reduce")
    laptop.settle()
    laptop.page.get_by_role("button", name="Change password").click()
    assert animation(laptop.dialog()) == "none"
    calm = guests.person()
    calm.settle()
    calm.page.get_by_role("button", name="Change password").click()
    assert animation(calm.dialog()) != "none"


def animation(element: Locator) -> str:
    return str(element.evaluate("it => getComputedStyle(it).animationName"))


def press_until_on(person: Person, name: str) -> None:
    """Press Tab until that is in focus, as somebody without a mouse does."""
    for _ in range(40):
        person.page.keyboard.press("Tab")
        if person.focused() == name:
            return
    raise AssertionError(f"no way to {name} with the keyboard")
