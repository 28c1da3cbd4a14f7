"""What the tests of the application share."""

import pytest

from resolvers.passwords import Passwords


@pytest.fixture
def cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """For applications in this process whose tests are not about what hashing costs."""
    monkeypatch.setattr("sessionql.services.Passwords", lambda: Passwords(time_cost=1, memory_kib=8))
