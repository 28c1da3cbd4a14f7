"""The context of an operation in the schema of services: a request with a service key."""

from dataclasses import dataclass

import strawberry

from sessionql.resolvers.requester import Unauthenticated
from sessionql.resolvers.service_keys import ServiceAccount
from sessionql.schema.context import Context


@dataclass(slots=True)
class ServiceContext(Context):
    """A request that is authenticated by a service key."""

    @property
    def service(self) -> ServiceAccount:
        """The service account of the key. Raises Unauthenticated when the request has no service key."""
        if isinstance(self.authentication, ServiceAccount):
            return self.authentication
        raise Unauthenticated(rejected=False)


ServiceInfo = strawberry.Info[ServiceContext, None]
