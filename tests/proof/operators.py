"""What operators do to users: to one of them, or to everybody."""

from collections.abc import Collection
from functools import partial
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule

from sessionql.resolvers.admin import (
    UserChangeResult,
    delete_user,
    disable_user,
    enable_user,
    revoke_session,
    revoke_sessions,
)
from sessionql.resolvers.admin.bulk_revocation import revoke_all_users_sessions
from sessionql.resolvers.errors import UserNotFound
from sessionql.storage.records import AdminActionKind, RevocationReason, SessionRecord, UserRecord
from tests.proof.comparing import NOBODY
from tests.proof.people import People
from tests.proof.subjects import Subjects
from tests.proof.world import PEOPLE, SUBJECT, data, draw, either, everybody, mostly

BY_OPERATOR = RevocationReason.REVOKED_BY_OPERATOR


class Operators(People, Subjects):
    """Rules: an operator acts, mostly on somebody who is there."""

    @rule(data=data, user=everybody, own=mostly)
    def operator_ends_one(self, data: st.DataObject, user: str, own: bool) -> None:
        wanted = draw(data, self.model.active(user), self.sessions)
        named = wanted.user if own else user
        done = self.run(
            lambda s: revoke_session(s, self.actor, user_id=self.named(named), session_id=str(wanted.id)),
        )
        if named not in self.model.users:
            assert isinstance(done, UserNotFound)
        elif wanted.forgotten or wanted.user != named:
            assert type(done).__name__ == "SessionNotFound"
        else:
            ended = self.model.end([wanted], BY_OPERATOR)
            assert isinstance(done, SessionRecord)
            assert done.id == wanted.id
            self.notes(AdminActionKind.SESSION_REVOKED, named, ended, also=bool(ended))

    @rule(user=everybody)
    def operator_ends_all(self, user: str) -> None:
        done = self.run(partial(revoke_sessions, actor=self.actor, user_id=self.named(user)))
        if self.is_there(user, done):
            ended = self.model.end(self.model.active(user), BY_OPERATOR)
            self.touched(done, ended)
            self.notes(AdminActionKind.SESSIONS_REVOKED, user, ended, also=bool(ended))

    @rule(user=everybody)
    def operator_disables(self, user: str) -> None:
        """And whoever it is tries to come back at once."""
        done = self.run(partial(disable_user, actor=self.actor, user_id=self.named(user)))
        if self.is_there(user, done):
            before = user in self.model.disabled
            ended = self.model.disable(user)
            self.touched(done, ended)
            self.notes(AdminActionKind.USER_DISABLED, user, ended, also=not before)
            self.comes_in(user)

    @rule(data=data)
    def operator_enables(self, data: st.DataObject) -> None:
        user = draw(data, list(self.model.disabled), [*PEOPLE, SUBJECT])
        done = self.run(partial(enable_user, actor=self.actor, user_id=self.named(user)))
        if self.is_there(user, done):
            assert isinstance(done, UserRecord)
            before = self.model.disabled.pop(user, None)
            self.notes(AdminActionKind.USER_ENABLED, user, (), also=before is not None)

    @rule(user=everybody, sure=either)
    def operator_deletes(self, user: str, sure: bool) -> None:
        """Not as often as the rest, or soon nobody would be there."""
        if not sure:
            return
        done = self.run(partial(delete_user, actor=self.actor, user_id=self.named(user)))
        if self.is_there(user, done):
            ended = self.model.delete(user)
            self.touched(done, ended)
            self.notes(AdminActionKind.USER_DELETED, user, ended)

    @rule(user=everybody)
    def operator_ends_everybodys(self, user: str) -> None:
        """Also a session that began in the same instant."""
        self.comes_in(user)
        count = self.run(partial(revoke_all_users_sessions, actor=self.actor))
        ended = self.model.end(self.model.sessions, BY_OPERATOR)
        assert count == len(ended)
        self.notes(AdminActionKind.EVERY_SESSION_REVOKED, None, ended)

    def comes_in(self, user: str) -> None:
        if user == SUBJECT:
            self.logs_in_elsewhere("phone", None)
        else:
            self.logs_in(user, ["phone"], right=True)

    def named(self, user: str) -> str:
        """The ID of the user, who may be gone by now, or not yet there."""
        return str(self.ids.get(user, NOBODY))

    def is_there(self, user: str, done: object) -> bool:
        """Whether there is such a user; the server must know."""
        assert isinstance(done, UserNotFound) is (user not in self.model.users)
        return user in self.model.users

    def touched(self, done: object, ended: set[UUID]) -> None:
        assert isinstance(done, UserChangeResult)
        assert set(done.revoked) == ended

    def notes(self, kind: AdminActionKind, user: str | None, ended: Collection[UUID], *, also: bool = True) -> None:
        """What must have been written down, unless nothing was done."""
        if also:
            self.admin_actions.append((kind, self.ids[user] if user else None, len(ended)))
