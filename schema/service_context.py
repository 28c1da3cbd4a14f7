"""What the fields of a service's request share: the same as a user's, but that a service asks."""

from dataclasses import dataclass, field

import strawberry

from sessionql.resolvers.service_keys import ServiceAccount
from sessionql.schema.context import Context


@dataclass(slots=True)
class ServiceContext(Context):
    """One request that came with a live service key."""

    service: ServiceAccount = field(kw_only=True)


ServiceInfo = strawberry.Info[ServiceContext, None]
