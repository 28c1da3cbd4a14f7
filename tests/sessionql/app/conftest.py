"""SessionQL of an embedding application, on each engine, with the clock of the test."""

import pytest

from sessionql import SessionQL, Settings
from tests.conftest import FakeClock


@pytest.fixture
def sessions(settings: Settings, clock: FakeClock) -> SessionQL:
    return SessionQL(settings, clock=clock)
