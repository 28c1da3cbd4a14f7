"""A GraphQL session server.

For applications that include SessionQL: `from sessionql import SessionQL, Settings`, and the types of its arguments and
results.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sessionql.app.factory import create_app
    from sessionql.app.sessionql import SessionQL
    from sessionql.resolvers.background.hooks import SessionChange
    from sessionql.resolvers.requester import Requester
    from sessionql.resolvers.subscriptions import EndReason
    from sessionql.settings.settings import Settings

__all__ = ["EndReason", "Requester", "SessionChange", "SessionQL", "Settings", "create_app"]

_MODULES = {
    "EndReason": "sessionql.resolvers.subscriptions",
    "Requester": "sessionql.resolvers.requester",
    "SessionChange": "sessionql.resolvers.background.hooks",
    "SessionQL": "sessionql.app.sessionql",
    "Settings": "sessionql.settings.settings",
    "create_app": "sessionql.app.factory",
}


def __getattr__(name: str) -> Any:
    # Imported on first use, because every command imports this package (see `sessionql.cli`).
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
