"""Composition: settings, the application, its doors and its command line.

This room imports all the others and is imported by none. For applications that SessionQL is a part of:
`from sessionql import Requester, SessionChange, SessionQL, Settings`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sessionql.app.factory import create_app
    from sessionql.app.sessionql import SessionQL
    from sessionql.resolvers.background.hooks import SessionChange
    from sessionql.resolvers.requester import Requester
    from sessionql.settings.settings import Settings

__all__ = ["Requester", "SessionChange", "SessionQL", "Settings", "create_app"]

_HOMES = {
    "Requester": "sessionql.resolvers.requester",
    "SessionChange": "sessionql.resolvers.background.hooks",
    "SessionQL": "sessionql.app.sessionql",
    "Settings": "sessionql.settings.settings",
    "create_app": "sessionql.app.factory",
}


def __getattr__(name: str) -> Any:
    # Looked up when wanted: commands start without what they do not use.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
