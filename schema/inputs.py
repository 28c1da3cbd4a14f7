"""The input types of the schema for users."""

from datetime import datetime

import strawberry

from sessionql.resolvers.accounts import LogIn
from sessionql.resolvers.password_resets import PasswordReset
from sessionql.schema.enums import DeviceKind, OrderDirection, SessionOrderField, SessionState, TokenDelivery
from sessionql.schema.node import unset_to_none
from sessionql.storage.filters import SessionFilter as Filter
from sessionql.storage.sessions import SessionOrder as Order


@strawberry.input(description="The conditions that sessions must meet. An absent or null field sets no condition.")
class SessionFilter:
    states: list[SessionState] | None = strawberry.field(
        default_factory=lambda: [SessionState.ACTIVE],
        description="Only sessions in one of these states.",
    )
    device_kinds: list[DeviceKind] | None = strawberry.field(
        default=strawberry.UNSET, description="Only sessions on one of these kinds of device."
    )
    inactive_since: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Only sessions last used before this instant."
    )
    search: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only sessions whose name, device or address contains this text, in any case.",
    )

    def to_filter(self) -> Filter:
        """Convert to the filter of storage."""
        kinds = unset_to_none(self.device_kinds)
        return Filter(
            states=None if self.states is None else frozenset(self.states),
            device_kinds=None if kinds is None else frozenset(kinds),
            inactive_since=unset_to_none(self.inactive_since),
            search=unset_to_none(self.search),
        )


@strawberry.input(description="The order of sessions.")
class SessionOrder:
    field: SessionOrderField = strawberry.field(
        default=SessionOrderField.LAST_ACTIVE, description="The field to order by."
    )
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description="The direction of the order.")

    def to_order(self) -> Order:
        """Convert to the order of storage."""
        return Order(self.field, descending=self.direction is OrderDirection.DESC)


@strawberry.input(description="The credentials of an account, and options of the new session.")
class LoginInput:
    email: str = strawberry.field(description="The e-mail address of the account.")
    password: str = strawberry.field(description="The password of the account.")
    session_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="A name for the session; absent or null for no name."
    )
    delivery: TokenDelivery = strawberry.field(default=TokenDelivery.BEARER, description="How to return the tokens.")

    def to_login(self) -> LogIn:
        """Convert to the request of the resolvers."""
        return LogIn(self.email, self.password, unset_to_none(self.session_name))


@strawberry.input(description="The credentials of a new account, and options of its first session.")
class RegisterInput(LoginInput):
    password: str = strawberry.field(description="The password, 8 to 128 characters.")


@strawberry.input(description="The credentials of the current user.")
class ReauthenticateInput:
    password: str = strawberry.field(description="The password of the account.")


@strawberry.input(description="The current password and the new one.")
class ChangePasswordInput:
    current_password: str = strawberry.field(description="The current password.")
    new_password: str = strawberry.field(description="The new password, 8 to 128 characters.")
    keep_other_sessions: bool = strawberry.field(
        default=False, description="Whether the user's other sessions stay active."
    )


@strawberry.input(description="The token of an operator, and the new password.")
class ResetPasswordInput:
    token: str = strawberry.field(description="The token, `sqlp_…`.")
    new_password: str = strawberry.field(description="The new password, 8 to 128 characters.")

    def to_reset(self) -> PasswordReset:
        """Convert to the request of the resolvers."""
        return PasswordReset(self.token, self.new_password)


@strawberry.input(description="The refresh token to exchange.")
class RefreshInput:
    refresh_token: str | None = strawberry.field(
        default=strawberry.UNSET, description="The refresh token; absent or null to use the refresh cookie."
    )
    retry_key: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="A random value of 16 to 64 of the characters A-Z, a-z, 0-9, `-` and `_`, e.g. a UUID. Make a new "
        "one for each refresh, and send the same one with each retry of it until a response arrives: a retry then "
        "succeeds also after the grace period.",
    )


@strawberry.input(description="A session and its new name.")
class RenameSessionInput:
    session_id: strawberry.ID = strawberry.field(description="The ID of the session.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The new name, 1 to 80 characters; null removes the name.",
    )
