"""The lines that the server prints at start: URLs, and first steps."""

from collections.abc import Iterator

from sessionql.http.static_packages import GRAPHIQL
from sessionql.resolvers.dependencies import Accounts
from sessionql.settings.mode import Introspection
from sessionql.settings.settings import Settings

_ACCESS: dict[Introspection, str] = {"public": "", "operators": " (for service keys with the scope operator)"}
_FIRST_STEPS = """\
  try        1. open it, run the tab "Register", then "My sessions"
             2. open it in a second browser (or a private window), run "Log in"
             3. back in the first: "My sessions" shows both, "Revoke session" ends one at once"""
_ACCOUNTS: dict[Accounts, str] = {
    "open": "open: every visitor may register",
    "closed": "closed: `sessionql users create EMAIL` creates a user (SESSIONQL_ACCOUNTS)",
    "off": "off: services create the sessions of their users",
}
_HOW_TO = "SESSIONQL_GRAPHIQL=true turns it on, SESSIONQL_MODE=development that and introspection"


def banner(settings: Settings, url: str) -> str:
    """The text to print when the server is ready. Lists only pages that are served."""
    return "\n".join(["", *_lines(settings, url), "  stop       Ctrl-C", ""])


def embedding_banner(name: str, url: str) -> str:
    """The text to print when the server of an embedding application is ready."""
    return "\n".join(["", f"{name} is ready on {url}", "", "  stop       Ctrl-C", ""])


def _lines(settings: Settings, url: str) -> Iterator[str]:
    database = settings.url.partition(":")[0]
    yield f"SessionQL is ready on {url} ({database}, {settings.mode})"
    yield ""
    if settings.page:
        yield f"  devices    {url}/ in a browser"
    yield f"  accounts   {_ACCOUNTS[settings.allowed_accounts]}"
    yield f"  GraphQL    {url}/graphql"
    if settings.introspectors in _ACCESS:
        yield f"  schema     {url}/schema.graphql{_ACCESS[settings.introspectors]}"
    if settings.serves_graphiql and not GRAPHIQL.is_installed():
        yield f"  GraphiQL   off: {GRAPHIQL.missing}"
    elif settings.serves_graphiql:
        yield f"  GraphiQL   {url}/graphql in a browser"
        if settings.allowed_accounts == "open":
            yield _FIRST_STEPS
    else:
        yield f"  GraphiQL   off: {_HOW_TO}"
