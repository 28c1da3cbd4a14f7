"""Rules of the state machine: administrative actions on one user or on all users."""

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
from tests.invariants.comparison import UNKNOWN_ID
from tests.invariants.external_user_rules import ExternalUserRules
from tests.invariants.fixtures import EXTERNAL_USER, PASSWORD_USERS, any_user, booleans, data, draw, mostly
from tests.invariants.user_rules import UserRules

BY_OPERATOR = RevocationReason.REVOKED_BY_OPERATOR


class AdminRules(UserRules, ExternalUserRules):
    """Rules: an operator acts, mostly on a user who exists."""

    @rule(data=data, user=any_user, own=mostly)
    def admin_revokes_one(self, data: st.DataObject, user: str, own: bool) -> None:
        wanted = draw(data, self.model.active(user), self.sessions)
        named = wanted.user if own else user
        done = self.run(
            lambda s: revoke_session(s, self.actor, user_id=self.id_of(named), session_id=str(wanted.id)),
        )
        if named not in self.model.users:
            assert isinstance(done, UserNotFound)
        elif wanted.deleted or wanted.user != named:
            assert type(done).__name__ == "SessionNotFound"
        else:
            ended = self.model.end([wanted], BY_OPERATOR)
            assert isinstance(done, SessionRecord)
            assert done.id == wanted.id
            self.expect_admin_action(AdminActionKind.SESSION_REVOKED, named, ended, also=bool(ended))

    @rule(user=any_user)
    def admin_revokes_all(self, user: str) -> None:
        done = self.run(partial(revoke_sessions, actor=self.actor, user_id=self.id_of(user)))
        if self.user_exists(user, done):
            ended = self.model.end(self.model.active(user), BY_OPERATOR)
            self.assert_revoked(done, ended)
            self.expect_admin_action(AdminActionKind.SESSIONS_REVOKED, user, ended, also=bool(ended))

    @rule(user=any_user)
    def admin_disables(self, user: str) -> None:
        """The user tries to log in again at once."""
        done = self.run(partial(disable_user, actor=self.actor, user_id=self.id_of(user)))
        if self.user_exists(user, done):
            before = user in self.model.disabled
            ended = self.model.disable(user)
            self.assert_revoked(done, ended)
            self.expect_admin_action(AdminActionKind.USER_DISABLED, user, ended, also=not before)
            self.logs_in_anywhere(user)

    @rule(data=data)
    def admin_enables(self, data: st.DataObject) -> None:
        user = draw(data, list(self.model.disabled), [*PASSWORD_USERS, EXTERNAL_USER])
        done = self.run(partial(enable_user, actor=self.actor, user_id=self.id_of(user)))
        if self.user_exists(user, done):
            assert isinstance(done, UserRecord)
            before = self.model.disabled.pop(user, None)
            self.expect_admin_action(AdminActionKind.USER_ENABLED, user, (), also=before is not None)

    @rule(user=any_user, sure=booleans)
    def admin_deletes(self, user: str, sure: bool) -> None:
        """Runs half as often as the other rules, because users would run out."""
        if not sure:
            return
        done = self.run(partial(delete_user, actor=self.actor, user_id=self.id_of(user)))
        if self.user_exists(user, done):
            ended = self.model.delete(user)
            self.assert_revoked(done, ended)
            self.expect_admin_action(AdminActionKind.USER_DELETED, user, ended)

    @rule(user=any_user)
    def admin_revokes_all_users_sessions(self, user: str) -> None:
        """Includes a session that was created at the same instant."""
        self.logs_in_anywhere(user)
        count = self.run(partial(revoke_all_users_sessions, actor=self.actor))
        ended = self.model.end(self.model.sessions, BY_OPERATOR)
        assert count == len(ended)
        self.expect_admin_action(AdminActionKind.EVERY_SESSION_REVOKED, None, ended)

    def logs_in_anywhere(self, user: str) -> None:
        if user == EXTERNAL_USER:
            self.logs_in_externally("phone", None)
        else:
            self.logs_in(user, ["phone"], right=True)

    def id_of(self, user: str) -> str:
        """Return the ID of the user, who may be deleted or not created yet."""
        return str(self.ids.get(user, UNKNOWN_ID))

    def user_exists(self, user: str, done: object) -> bool:
        """Return whether the user exists in the model; assert that the server agrees."""
        assert isinstance(done, UserNotFound) is (user not in self.model.users)
        return user in self.model.users

    def assert_revoked(self, done: object, ended: set[UUID]) -> None:
        assert isinstance(done, UserChangeResult)
        assert set(done.revoked) == ended

    def expect_admin_action(
        self, kind: AdminActionKind, user: str | None, ended: Collection[UUID], *, also: bool = True
    ) -> None:
        """Record the audit entry that must exist, unless nothing was changed."""
        if also:
            self.admin_actions.append((kind, self.ids[user] if user else None, len(ended)))
