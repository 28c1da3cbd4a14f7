"""What clients send."""

from datetime import datetime

import strawberry

from sessionql.schema.enums import DeviceKind, OrderDirection, SessionOrderField, SessionState, TokenDelivery
from sessionql.schema.node import unset_to_none
from sessionql.storage.filters import SessionFilter as Filter
from sessionql.storage.sessions import SessionOrder as Order


@strawberry.input(description="Which sessions to list. An absent or null field does not narrow the list.")
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
        description="Only sessions whose name, device or address contains this text, whatever the case.",
    )

    def to_filter(self) -> Filter:
        """The filter that storage understands."""
        kinds = unset_to_none(self.device_kinds)
        return Filter(
            states=None if self.states is None else frozenset(self.states),
            device_kinds=None if kinds is None else frozenset(kinds),
            inactive_since=unset_to_none(self.inactive_since),
            search=unset_to_none(self.search),
        )


@strawberry.input(description="How to order sessions.")
class SessionOrder:
    field: SessionOrderField = strawberry.field(default=SessionOrderField.LAST_ACTIVE, description="What to order by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description="Which way round.")

    def to_order(self) -> Order:
        """The order that storage understands."""
        return Order(self.field, descending=self.direction is OrderDirection.DESC)


@strawberry.input(description="Who registers.")
class RegisterInput:
    email: str = strawberry.field(description="The e-mail address to log in with.")
    password: str = strawberry.field(description="The password, 8 to 128 characters.")
    session_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="A name for the session; absent or null for none."
    )
    delivery: TokenDelivery = strawberry.field(default=TokenDelivery.BEARER, description="How to hand over the tokens.")


@strawberry.input(description="Who logs in.")
class LoginInput:
    email: str = strawberry.field(description="The e-mail address of the account.")
    password: str = strawberry.field(description="The password of the account.")
    session_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="A name for the session; absent or null for none."
    )
    delivery: TokenDelivery = strawberry.field(default=TokenDelivery.BEARER, description="How to hand over the tokens.")


@strawberry.input(description="Proof of who is asking.")
class ReauthenticateInput:
    password: str = strawberry.field(description="The account's password.")


@strawberry.input(description="The old password and the new one.")
class ChangePasswordInput:
    current_password: str = strawberry.field(description="The password until now.")
    new_password: str = strawberry.field(description="The new password, 8 to 128 characters.")
    keep_other_sessions: bool = strawberry.field(
        default=False, description="Whether to leave the user's other sessions alone."
    )


@strawberry.input(description="The token to exchange.")
class RefreshInput:
    refresh_token: str | None = strawberry.field(
        default=strawberry.UNSET, description="The refresh token; absent or null to use the refresh cookie."
    )


@strawberry.input(description="Which session to rename.")
class RenameSessionInput:
    session_id: strawberry.ID = strawberry.field(description="The ID of the session.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The new name, 1 to 80 characters; null takes the name away.",
    )
