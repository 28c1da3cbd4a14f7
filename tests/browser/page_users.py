"""Users of the page "Your devices": each has a browser, which records console errors and requested URLs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, ViewportSize, expect

from tests.support.constants import FIREFOX, IPHONE

PASSWORD = "correct horse battery"
DESKTOP = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)
IPAD = IPHONE.replace("iPhone; CPU iPhone OS", "iPad; CPU OS")

LOG_IN = "mutation($input: LoginInput!) { result: login(input: $input) { errors { ... on UserError { code } } } }"
REGISTER = LOG_IN.replace("LoginInput", "RegisterInput").replace("login(", "register(")

RECORD_POLICY_VIOLATIONS = """
window.policyViolations = [];
document.addEventListener("securitypolicyviolation", (event) => window.policyViolations.push(event.violatedDirective));
"""
# The focused element, also inside of a shadow tree.
FOCUSED_TEXT = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return (element?.getAttribute("aria-label") || element?.textContent || element?.id || "").trim();
}"""


@dataclass
class PageUser:
    """A user with one browser tab."""

    page: Page
    url: str
    console_errors: list[str] = field(default_factory=list)
    requested_urls: list[str] = field(default_factory=list)

    def open(self) -> None:
        """Open the page."""
        self.page.goto(f"{self.url}/")

    def submit_form(self, email: str, button: str) -> None:
        """Fill in the form of the page and submit it with this button."""
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name=button, exact=True).click()
        self.wait_until_live()

    def register(self) -> str:
        """Register with the form of the page. Returns the e-mail address."""
        self.open()
        email = f"{token_hex(8)}@example.com"
        self.page.get_by_role("button", name="Create an account").click()
        self.submit_form(email, "Create an account")
        return email

    def log_in(self, email: str) -> None:
        """Log in with the form of the page."""
        self.open()
        self.submit_form(email, "Log in")

    def log_in_without_form(self, email: str, mutation: str = LOG_IN) -> None:
        """Log in with a request, then open the page: faster than the form."""
        input_ = {"email": email, "password": PASSWORD, "delivery": "COOKIE"}
        body = {"query": mutation, "variables": {"input": input_}}
        response = self.page.request.post(f"{self.url}/graphql", data=body, headers={"Origin": self.url})
        assert response.json()["data"]["result"]["errors"] == []
        self.open()
        self.wait_until_live()

    def register_without_form(self) -> str:
        """Register with a request, then open the page. Returns the e-mail address."""
        email = f"{token_hex(8)}@example.com"
        self.log_in_without_form(email, REGISTER)
        return email

    def wait_until_live(self) -> None:
        """Wait until the page has subscribed to events."""
        expect(self.page.locator("my-sessions:state(live)")).to_be_attached(timeout=15_000)

    def section(self, name: str) -> Locator:
        """The section whose heading starts with this name."""
        return self.page.locator("section", has=self.page.get_by_role("heading", name=re.compile(f"^{name}")))

    def device(self, name: str) -> Locator:
        """The list item of another device."""
        return self.section("Other devices").get_by_role("listitem").filter(has_text=name)

    def dialog(self) -> Locator:
        """The open dialogs."""
        return self.page.get_by_role("dialog")

    def confirm(self, button: str) -> None:
        """Click a button of the dialog that was opened last."""
        self.dialog().last.get_by_role("button", name=button, exact=True).click()

    def focused_text(self) -> str:
        """The label or text of the focused element."""
        return str(self.page.evaluate(FOCUSED_TEXT))

    def record_message(self, message: ConsoleMessage) -> None:
        """Record an error or warning of the console, unless it reports a failed connection or request."""
        if message.type in {"error", "warning"} and not re.search("ERR_|status of (401|502)|WebSocket", message.text):
            self.console_errors.append(message.text)


@contextmanager
def page_users(chromium: Browser, url: str) -> Iterator["PageUsers"]:
    """Users of the page at this URL. At the end, no browser has console errors or has requested another origin."""
    users = PageUsers(chromium, url)
    try:
        yield users
    finally:
        for context in users.contexts:
            context.close()
    for user in users.users:
        assert user.console_errors == []
        assert [address for address in user.requested_urls if not address.startswith((f"{url}/", "data:"))] == []


class PageUsers:
    """Creates users of the page."""

    def __init__(self, chromium: Browser, url: str) -> None:
        self._chromium = chromium
        self.url = url
        self.contexts: list[BrowserContext] = []
        self.users: list[PageUser] = []

    def new(self, user_agent: str = FIREFOX, **options: Any) -> PageUser:
        """A user with a new browser context, without cookies."""
        defaults = {"viewport": DESKTOP, "locale": "en-GB", "timezone_id": "UTC"}
        context = self._chromium.new_context(user_agent=user_agent, **{**defaults, **options})
        context.set_default_timeout(10_000)
        context.add_init_script(RECORD_POLICY_VIOLATIONS)
        self.contexts.append(context)
        return self.new_tab(context)

    def new_tab(self, context: BrowserContext) -> PageUser:
        """The same user, with another tab of the browser."""
        user = PageUser(context.new_page(), self.url)
        user.page.on("console", user.record_message)
        user.page.on("pageerror", lambda error: user.console_errors.append(str(error)))
        user.page.on("request", lambda request: user.requested_urls.append(request.url))
        self.users.append(user)
        return user

    def laptop_and_phone(self) -> tuple[PageUser, PageUser, str]:
        """Two devices of one account, both with the page open, and the e-mail address."""
        laptop, phone = self.new(), self.new(IPHONE, viewport=PHONE)
        email = laptop.register_without_form()
        phone.log_in_without_form(email)
        expect(laptop.device("Safari on iPhone")).to_be_visible()
        return laptop, phone, email
