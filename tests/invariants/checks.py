"""Invariants of the state machine, checked after each step."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from hypothesis.stateful import invariant

from sessionql.resolvers.admin import UserSelector, find_user, list_admin_actions
from sessionql.resolvers.background.activity import Activity
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.events import list_events
from sessionql.resolvers.introspection import TokenKind, introspect
from sessionql.resolvers.requester import Requester, authenticate
from sessionql.resolvers.sessions import my_sessions
from sessionql.storage.filters import Page, SessionFilter
from sessionql.storage.records import EventKind, SessionRecord
from sessionql.storage.sessions import SessionOrder
from tests.invariants import model
from tests.invariants.comparison import ModelComparison
from tests.invariants.model import Access, Refresh, Session

EVERY = SessionFilter(states=None)
DEVICE_KINDS = frozenset({EventKind.DEVICE_CHANGED, EventKind.REFRESH_TOKEN_USED_ELSEWHERE})


class ModelChecks(ModelComparison):
    """The database equals the model, and each token is accepted exactly when the model accepts it."""

    @invariant()
    def users_equal_the_model(self) -> None:
        for user, user_id in self.ids.items():
            found = self.run(partial(find_user, selector=UserSelector(id=str(user_id))))
            assert (found is not None) is (user in self.model.users)
            assert found is None or found.disabled_at == self.model.disabled.get(user)

    @invariant()
    def sessions_equal_the_model(self) -> None:
        for user, user_id in self.ids.items():
            rows = {row.id: row for row in self.run(partial(_rows, user_id=user_id))}
            mine = [each for each in self.model.sessions if each.user == user]
            assert {each.id: _expected(each) for each in mine} == {row.id: _actual(row) for row in rows.values()}
            if rows:
                who = Requester(next(iter(rows.values())))
                listed = self.run(partial(my_sessions, requester=who))
                assert [row.id for row in listed] == [each.id for each in self.model.active(user)]

    @invariant()
    def access_tokens_are_accepted_as_in_the_model(self) -> None:
        # A check must not count as activity: what it records is dropped.
        deps = replace(self.deps, activity=Activity(self.deps.storage, model.INTERVAL))
        for token in self.access:
            who = self.environment.runner.run(authenticate(deps, token.text, self.client("laptop")))
            assert (who is not None) is self.model.accepts(token), token
            assert who is None or who.session.id == token.session.id

    @invariant()
    def introspection_equals_the_model(self) -> None:
        """Introspection writes nothing: neither to the database (compared next) nor to the pending activity."""
        deps = replace(self.deps, activity=Activity(self.deps.storage, timedelta(0)))
        for access in self.access:
            end = access.expires if self.model.accepts(access) else None
            self.assert_introspection(deps, access, TokenKind.ACCESS, end)
        for refresh in self.refresh:
            self.assert_introspection(deps, refresh, TokenKind.REFRESH, self.model.accepted_until(refresh))
        assert self.environment.runner.run(deps.activity.flush()) == 0

    @invariant()
    def device_events_equal_the_model(self) -> None:
        for user, user_id in self.ids.items():
            events = self.run(partial(list_events, user_id=user_id, kinds=DEVICE_KINDS, page=Page(1000))).items
            found = [(each.session_id, each.kind, each.ip_address, each.occurred_at, each.count) for each in events]
            mine = [each for each in self.model.device_events if each.user == user]
            expected = [(each.session, each.kind, each.address, each.at, each.count) for each in mine]
            assert sorted(found, key=str) == sorted(expected, key=str)

    @invariant()
    def admin_actions_equal_the_model(self) -> None:
        found = self.run(partial(list_admin_actions, first=100, before=None))
        mine = [(each.kind, each.user_id, each.revoked_count) for each in found if each.actor_name == self.actor]
        assert mine == self.admin_actions[::-1]

    def assert_introspection(
        self, deps: Dependencies, token: Access | Refresh, kind: TokenKind, end: datetime | None
    ) -> None:
        found = self.environment.runner.run(introspect(deps, token.text))
        told = None if found is None else (found.kind, found.expires_at, found.session.id)
        assert told == (None if end is None else (kind, end, token.session.id)), token


async def _rows(deps: Dependencies, user_id: UUID) -> Sequence[SessionRecord]:
    async with deps.storage.reading() as repositories:
        return await repositories.sessions.list(user_id, EVERY, SessionOrder(), Page(1000), deps.clock())


def _expected(session: Session) -> tuple[Any, ...]:
    times = (session.created, session.authenticated, session.used, session.rotated, session.revoked)
    return (session.name, session.kind, session.address, session.generation, session.reason, *times)


def _actual(row: SessionRecord) -> tuple[Any, ...]:
    times = (row.created_at, row.authenticated_at, row.last_active, row.rotated_at, row.revoked_at)
    return (row.name, row.device.kind, row.ip_address, row.generation, row.revocation_reason, *times)
