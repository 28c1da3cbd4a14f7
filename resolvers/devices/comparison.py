"""Compares the devices of two requests by what both tell.

A browser tells more in one request than in another: it sends Client Hints over HTTPS only, not with every request, and
in full only after the server asked for them. What only one of two requests tells is no difference.
"""

from dataclasses import dataclass, replace

from sessionql.resolvers.devices.client_hints import NO_HINTS, ClientHints
from sessionql.resolvers.devices.user_agent import describe
from sessionql.storage.records import Device


@dataclass(frozen=True, slots=True)
class SeenDevice:
    """The device of a session after a request. `is_another`: not the one before, also not after an update."""

    user_agent: str | None
    device: Device
    is_another: bool


def compare_devices(
    known: Device, known_user_agent: str | None, user_agent: str | None, hints: ClientHints = NO_HINTS
) -> SeenDevice:
    """Compare the device of a session, and the User-Agent it was described from, with those of a request.

    The same device keeps the details that the request does not tell, and gets its new versions.
    """
    seen = describe(user_agent, hints)
    if seen == known:
        return SeenDevice(user_agent, known, is_another=False)
    # Hints tell the brand of a browser that has Chrome's User-Agent.
    before, now = describe(known_user_agent).browser, describe(user_agent).browser
    knew_brand, tells_brand = known.browser != before, seen.browser != now or bool(hints.brands)
    may_be_known_brand = before == now and not (knew_brand and tells_brand)
    if not is_same(known, replace(seen, browser=known.browser) if may_be_known_brand else seen):
        return SeenDevice(user_agent, seen, is_another=True)
    return SeenDevice(
        user_agent, _with_details(seen, known, lost_brand=knew_brand and not tells_brand), is_another=False
    )


def is_same(one: Device, other: Device) -> bool:
    """Whether two descriptions may be of one device: they have one label, or differ in nothing that both tell.

    `storage.session_statements.HAS_DEVICE` is this function in SQL.
    """
    if one.kind is not other.kind:
        return False
    if one.label.casefold() == other.label.casefold():
        return True
    return (
        one.os is not None
        and (one.os, one.browser) == (other.os, other.browser)
        and _agree(one.os_version, other.os_version)
        and _agree(one.model, other.model)
    )


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _with_details(seen: Device, known: Device, *, lost_brand: bool) -> Device:
    lost_model, lost_version = known.model and not seen.model, known.os_version and not seen.os_version
    if not (lost_brand or lost_model or lost_version):
        return seen
    return replace(
        seen,
        label=known.label,
        browser=known.browser if lost_brand else seen.browser,
        os_version=seen.os_version or known.os_version,
        model=seen.model or known.model,
    )
