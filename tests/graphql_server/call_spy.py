"""Recording the arguments of a function without changing what it does."""

from types import ModuleType
from typing import Any

import pytest


def recorded_first_arguments(module: ModuleType, name: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the first argument of each further call of a function of a module."""
    given: list[str] = []
    real = getattr(module, name)

    def recorded(text: str, **more: Any) -> Any:
        given.append(text)
        return real(text, **more)

    monkeypatch.setattr(module, name, recorded)
    return given
