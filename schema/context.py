"""What the fields of one GraphQL operation share: the request, and loaders that read the database in batches."""

from dataclasses import dataclass, field
from typing import Self

import strawberry

from sessionql.resolvers.request_context import RequestContext
from sessionql.schema.loaders import Loaders


@dataclass(slots=True)
class Context(RequestContext):
    """A request with its loaders."""

    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.deps)

    @classmethod
    def from_request(cls, request: RequestContext) -> Self:
        """The context of an operation of this request."""
        return cls(request.deps, request.client, request.authentication, request.access_token, request.cookies)

    def reset_loaders(self) -> None:
        """Drop what the loaders read: each event of a subscription reads the database again."""
        self.loaders = Loaders(self.deps)


Info = strawberry.Info[Context, None]
