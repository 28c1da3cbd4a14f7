"""People at the page "Your devices": each with a browser of their own that must not complain, nor look elsewhere."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, ViewportSize, expect

from tests.server import FIREFOX, IPHONE

PASSWORD = "correct horse battery"
DESKTOP = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)
IPAD = IPHONE.replace("iPhone; CPU iPhone OS", "iPad; CPU OS")

LOG_IN = "mutation($input: LoginInput!) { done: login(input: $input) { errors { ... on UserError { code } } } }"
REGISTER = LOG_IN.replace("LoginInput", "RegisterInput").replace("login(", "register(")

# What the browser keeps from happening is told here, and nowhere else.
WITNESS = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective));
"""
# The element that has the focus, also where it is inside of another.
FOCUSED = """() => {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return (found?.getAttribute("aria-label") || found?.textContent || found?.id || "").trim();
}"""


@dataclass
class Person:
    """A browser with one page."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self) -> None:
        """Open the page."""
        self.page.goto(f"{self.url}/")

    def enter(self, email: str, button: str) -> None:
        """Fill in the form of the page, and send it."""
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name=button, exact=True).click()
        self.wait_until_live()

    def register(self) -> str:
        """Make an account from the page: its e-mail address."""
        self.open()
        email = f"{token_hex(8)}@example.com"
        self.page.get_by_role("button", name="Create an account").click()
        self.enter(email, "Create an account")
        return email

    def log_in(self, email: str) -> None:
        """Log in from the page."""
        self.open()
        self.enter(email, "Log in")

    def arrive(self, email: str, mutation: str = LOG_IN) -> None:
        """Open the page, being logged in already: quicker, for tests that are not about the way in."""
        given = {"email": email, "password": PASSWORD, "delivery": "COOKIE"}
        asked = {"query": mutation, "variables": {"input": given}}
        answer = self.page.request.post(f"{self.url}/graphql", data=asked, headers={"Origin": self.url})
        assert answer.json()["data"]["done"]["errors"] == []
        self.open()
        self.wait_until_live()

    def wait_until_live(self) -> None:
        """Wait until the page hears what happens."""
        expect(self.page.locator("my-sessions:state(live)")).to_be_attached(timeout=15_000)

    def settle(self) -> str:
        """Arrive with a new account: its e-mail address."""
        email = f"{token_hex(8)}@example.com"
        self.arrive(email, REGISTER)
        return email

    def section(self, name: str) -> Locator:
        """A part of the page, by its heading."""
        return self.page.locator("section", has=self.page.get_by_role("heading", name=re.compile(f"^{name}")))

    def device(self, name: str) -> Locator:
        """The session of another device, in the list."""
        return self.section("Other devices").get_by_role("listitem").filter(has_text=name)

    def dialog(self) -> Locator:
        """What is asked now."""
        return self.page.get_by_role("dialog")

    def confirm(self, button: str) -> None:
        """Say yes to what is asked now."""
        self.dialog().last.get_by_role("button", name=button, exact=True).click()

    def focused(self) -> str:
        """The words of what has the focus."""
        return str(self.page.evaluate(FOCUSED))

    def note(self, message: ConsoleMessage) -> None:
        """Remember what the browser complains of. That it cannot reach a server is no complaint of the page's."""
        if message.type in {"error", "warning"} and not re.search("ERR_|status of (401|502)|WebSocket", message.text):
            self.complaints.append(message.text)


@contextmanager
def people(chromium: Browser, url: str) -> Iterator["People"]:
    """Everybody of a test. In the end none of their browsers has complained, or asked for anything elsewhere."""
    made = People(chromium, url)
    try:
        yield made
    finally:
        for context in made.contexts:
            context.close()
    for person in made.persons:
        assert person.complaints == []
        assert [asked for asked in person.asked if not asked.startswith((f"{url}/", "data:"))] == []


class People:
    """Makes persons."""

    def __init__(self, chromium: Browser, url: str) -> None:
        self._chromium = chromium
        self.url = url
        self.contexts: list[BrowserContext] = []
        self.persons: list[Person] = []

    def person(self, user_agent: str = FIREFOX, **options: Any) -> Person:
        """Somebody with a browser of their own."""
        given = {"viewport": DESKTOP, "locale": "en-GB", "timezone_id": "UTC", **options}
        context = self._chromium.new_context(user_agent=user_agent, **given)
        context.set_default_timeout(10_000)
        context.add_init_script(WITNESS)
        self.contexts.append(context)
        return self.tab(context)

    def tab(self, context: BrowserContext) -> Person:
        """The same browser's next tab."""
        person = Person(context.new_page(), self.url)
        person.page.on("console", person.note)
        person.page.on("pageerror", lambda error: person.complaints.append(str(error)))
        person.page.on("request", lambda request: person.asked.append(request.url))
        self.persons.append(person)
        return person

    def couple(self) -> tuple[Person, Person, str]:
        """A laptop and a phone of one user, both at the page, and the user's e-mail address."""
        laptop, phone = self.person(), self.person(IPHONE, viewport=PHONE)
        email = laptop.settle()
        phone.arrive(email)
        expect(laptop.device("Safari on iPhone")).to_be_visible()
        return laptop, phone, email
