"""What the fields of one GraphQL operation share: the request, and loaders that read the database in batches."""

from dataclasses import dataclass, field
from typing import Self

import strawberry

from sessionql.resolvers.request_context import RequestContext
from sessionql.schema.loaders import Loaders


@dataclass(slots=True)
class Context(RequestContext):
    """A request with its loaders."""

    _loaders: Loaders | None = field(default=None, init=False)

    @property
    def loaders(self) -> Loaders:
        """The loaders of this operation, created on first use."""
        if self._loaders is None:
            self._loaders = Loaders(self.deps)
        return self._loaders

    @classmethod
    def from_request(cls, request: RequestContext) -> Self:
        """The context of an operation of this request."""
        return cls(request.deps, request.client, request.authentication, request.access_token, request.cookies)

    def reset_loaders(self) -> None:
        """Drop what the loaders read: each event of a subscription reads the database again."""
        self._loaders = None


Info = strawberry.Info[Context, None]
