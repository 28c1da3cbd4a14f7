"""Watching what a function is given, while it goes on doing its work."""

from types import ModuleType
from typing import Any

import pytest


def texts_given_to(module: ModuleType, name: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first arguments that a function of a module is given from now on."""
    given: list[str] = []
    real = getattr(module, name)

    def spied(text: str, **more: Any) -> Any:
        given.append(text)
        return real(text, **more)

    monkeypatch.setattr(module, name, spied)
    return given
