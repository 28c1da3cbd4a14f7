"""What must hold after each step, whatever the step was."""

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
from sessionql.resolvers.introspection import TokenKind, introspect
from sessionql.resolvers.requester import Requester, authenticate
from sessionql.resolvers.sessions import my_sessions
from sessionql.storage.filters import Page, SessionFilter
from sessionql.storage.records import SessionRecord
from sessionql.storage.sessions import SessionOrder
from tests.proof import model
from tests.proof.comparing import Comparing
from tests.proof.model import Access, Refresh, Session

EVERY = SessionFilter(states=None)


class Checks(Comparing):
    """Invariants: the database is what the model says, and each token opens what it should."""

    @invariant()
    def users_are_what_they_should_be(self) -> None:
        for user, user_id in self.ids.items():
            found = self.run(partial(find_user, selector=UserSelector(id=str(user_id))))
            assert (found is not None) is (user in self.model.users)
            assert found is None or found.disabled_at == self.model.disabled.get(user)

    @invariant()
    def sessions_are_what_they_should_be(self) -> None:
        for user, user_id in self.ids.items():
            rows = {row.id: row for row in self.run(partial(_rows, user_id=user_id))}
            mine = [each for each in self.model.sessions if each.user == user]
            assert {each.id: _told(each) for each in mine} == {row.id: _read(row) for row in rows.values()}
            if rows:
                who = Requester(next(iter(rows.values())))
                listed = self.run(partial(my_sessions, requester=who))
                assert [row.id for row in listed] == [each.id for each in self.model.active(user)]

    @invariant()
    def tokens_open_what_they_should(self) -> None:
        # Looking is no use: what it notes is thrown away.
        deps = replace(self.deps, activity=Activity(self.deps.storage, model.INTERVAL))
        for token in self.access:
            who = self.world.runner.run(authenticate(deps, token.text, self.client("laptop")))
            assert (who is not None) is self.model.accepts(token), token
            assert who is None or who.session.id == token.session.id

    @invariant()
    def services_are_told_which_tokens_would_be_taken(self) -> None:
        """Asking changes nothing: not what is in the database (compared next), nor what is still to be written."""
        deps = replace(self.deps, activity=Activity(self.deps.storage, timedelta(0)))
        for access in self.access:
            end = access.expires if self.model.accepts(access) else None
            self.is_told(deps, access, TokenKind.ACCESS, end)
        for refresh in self.refresh:
            self.is_told(deps, refresh, TokenKind.REFRESH, self.model.taken_until(refresh))
        assert self.world.runner.run(deps.activity.flush()) == 0

    @invariant()
    def operations_are_written_down(self) -> None:
        found = self.run(partial(list_admin_actions, first=100, before=None))
        mine = [(each.kind, each.user_id, each.revoked_count) for each in found if each.actor_name == self.actor]
        assert mine == self.admin_actions[::-1]

    def is_told(self, deps: Dependencies, token: Access | Refresh, kind: TokenKind, end: datetime | None) -> None:
        found = self.world.runner.run(introspect(deps, token.text))
        told = None if found is None else (found.kind, found.expires_at, found.session.id)
        assert told == (None if end is None else (kind, end, token.session.id)), token


async def _rows(deps: Dependencies, user_id: UUID) -> Sequence[SessionRecord]:
    async with deps.storage.reading() as repositories:
        return await repositories.sessions.list(user_id, EVERY, SessionOrder(), Page(1000), deps.clock())


def _told(session: Session) -> tuple[Any, ...]:
    times = (session.created, session.authenticated, session.used, session.rotated, session.revoked)
    return (session.name, session.kind, session.address, session.generation, session.reason, *times)


def _read(row: SessionRecord) -> tuple[Any, ...]:
    times = (row.created_at, row.authenticated_at, row.last_active, row.rotated_at, row.revoked_at)
    return (row.name, row.device.kind, row.ip_address, row.generation, row.revocation_reason, *times)
