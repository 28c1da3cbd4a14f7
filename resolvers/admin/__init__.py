"""What operators do: create, look up, disable, enable and delete users, issue password resets, revoke sessions, read
the audit log.

The caller has already authorized the operator. `actor` is the operator's name: the service key's, or the command
line's. Each change writes it to the user's security events and to the audit log, which is kept when the user is
deleted. A change that is already in effect succeeds and writes nothing.
"""

from sessionql.resolvers.admin.audit_log import list_admin_actions, record_admin_action
from sessionql.resolvers.admin.bulk_revocation import revoke_all_users_sessions
from sessionql.resolvers.admin.sessions import revoke_session, revoke_sessions
from sessionql.resolvers.admin.user_changes import delete_user, disable_user, enable_user
from sessionql.resolvers.admin.user_creation import IssuedReset, create_user, issue_password_reset
from sessionql.resolvers.admin.users import UserChangeResult, UserSelector, find_user

__all__ = [
    "IssuedReset",
    "UserChangeResult",
    "UserSelector",
    "create_user",
    "delete_user",
    "disable_user",
    "enable_user",
    "find_user",
    "issue_password_reset",
    "list_admin_actions",
    "record_admin_action",
    "revoke_all_users_sessions",
    "revoke_session",
    "revoke_sessions",
]
