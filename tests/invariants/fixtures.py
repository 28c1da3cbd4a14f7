"""What the state machine needs: users, devices, strategies, and the environment that outlives an example."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from hypothesis import strategies as st

from sessionql.resolvers.background.activity import Activity
from sessionql.resolvers.background.pubsub import PubSub
from sessionql.resolvers.dependencies import Dependencies, Policy
from sessionql.resolvers.devices.locations import Locations
from sessionql.resolvers.passwords import Passwords
from sessionql.resolvers.tokens.access import AccessTokens
from sessionql.resolvers.tokens.key_file import KeyFile
from sessionql.storage import Lifetimes, Storage
from sessionql.storage.storage import connect
from tests.conftest import FakeClock
from tests.invariants import model
from tests.storage.builders import new_id

T = TypeVar("T")

PASSWORD_USERS, EXTERNAL_USER, DEVICES = ("ana", "bob"), "eve", ("laptop", "phone")
"""Ana and Bob have passwords; a service creates the sessions of Eve."""

POLICY = Policy(
    refresh_grace=model.GRACE,
    keep_ended=model.KEPT,
    session_limit=model.LIMIT,
    fresh_login=model.FRESH,
    attempts_per_account=model.PER_ACCOUNT,
    attempts_per_address=model.PER_ADDRESS,
    registrations_per_address=model.REGISTRATIONS,
    logins_per_account=0,
    logins_per_address=0,
)
TICK = timedelta(microseconds=1)

data, devices, booleans = st.data(), st.sampled_from(DEVICES), st.booleans()
retry_keys = st.sampled_from([None, "first-retry-key-0", "second_retry_key"])
people, any_user = st.sampled_from(PASSWORD_USERS), st.sampled_from((*PASSWORD_USERS, EXTERNAL_USER))
mostly = st.sampled_from([True, True, True, False])


def draw(data: st.DataObject, likely: list[T], every: list[T]) -> T:
    """Draw one of the likely values in three of four cases, else one of all."""
    usual: bool = data.draw(mostly)
    found: T = data.draw(st.sampled_from(likely if likely and usual else every))
    return found


class Environment:
    """An event loop, a database, a keys file and cheap password hashing, shared by all examples."""

    def __init__(self, runner: asyncio.Runner, url: str, folder: Path, passwords: Passwords) -> None:
        self.runner, self.url, self.passwords = runner, url, passwords
        self.keys_path = folder / "keys.json"

    def deps(self, clock: FakeClock) -> Dependencies:
        """Return the dependencies of a server that has just started with this database and keys file."""
        keys = KeyFile(self.keys_path)
        keys.load_or_create(clock())
        storage = Storage(connect(self.url, 2), Lifetimes(model.IDLE, model.ABSOLUTE))
        return Dependencies(
            storage=storage,
            tokens=AccessTokens(keys.current, issuer="sessionql", audience="sessionql", lifetime=model.ACCESS),
            passwords=self.passwords,
            activity=Activity(storage, model.INTERVAL),
            locations=Locations(),
            pubsub=PubSub(storage),
            clock=clock,
            new_id=new_id,
            policy=POLICY,
        )
