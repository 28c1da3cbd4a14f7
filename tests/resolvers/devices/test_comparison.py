"""Two requests of one browser may tell differently much: what only one of them tells is no difference."""

import pytest

from sessionql.resolvers.devices.client_hints import NO_HINTS, ClientHints
from sessionql.resolvers.devices.comparison import compare_devices
from sessionql.resolvers.devices.user_agent import describe
from tests.resolvers.builders import FIREFOX as UBUNTU_FIREFOX
from tests.resolvers.builders import IPHONE
from tests.resolvers.devices.test_client_hints import BRAVE, ENGINE, FIREFOX, MAC, PHONE, WINDOWS, hints

CURL = "curl/8.5.0"
CHROME_BRANDS = f'"Google Chrome";v="129.0.6668.70", {ENGINE}'
WINDOWS_11 = hints("Windows", "15.0.0")
PIXEL_8, PIXEL_8_UPDATED = (hints("Android", version, "Pixel 8") for version in ("14.0.0", "15.0.0"))
GALAXY_S23 = hints("Android", "14.0.0", "SM-S911B")
BRAVE_BRANDS = hints(brands=BRAVE)
NEWER_CHROME = WINDOWS.replace("129", "131")
EDGE = f"{WINDOWS} Edg/129.0.0.0"
NEWER_IPHONE = IPHONE.replace("17_5", "18_1").replace("17.5", "18.1")

Sent = tuple[str | None, ClientHints]


def compare(known: Sent, sent: Sent) -> tuple[str, bool]:
    """The label after the request, and whether it is another device."""
    seen = compare_devices(describe(*known), known[0], *sent)
    assert seen.user_agent == sent[0]
    return seen.device.label, seen.is_another


@pytest.mark.parametrize(
    ("known", "sent", "label"),
    [
        ((UBUNTU_FIREFOX, NO_HINTS), (UBUNTU_FIREFOX.replace("128", "140"), NO_HINTS), "Firefox on Ubuntu"),
        ((IPHONE, NO_HINTS), (NEWER_IPHONE, NO_HINTS), "Safari on iPhone"),
        ((WINDOWS, NO_HINTS), (WINDOWS, WINDOWS_11), "Chrome on Windows 11"),
        ((WINDOWS, WINDOWS_11), (WINDOWS, NO_HINTS), "Chrome on Windows 11"),
        ((WINDOWS, WINDOWS_11), (NEWER_CHROME, NO_HINTS), "Chrome on Windows 11"),
        ((PHONE, NO_HINTS), (PHONE, PIXEL_8), "Chrome on Pixel 8"),
        ((PHONE, PIXEL_8), (PHONE, NO_HINTS), "Chrome on Pixel 8"),
        ((PHONE, PIXEL_8), (PHONE, PIXEL_8_UPDATED), "Chrome on Pixel 8"),
        ((MAC, hints("macOS", "14.5.0")), (MAC, NO_HINTS), "Chrome on macOS"),
        ((WINDOWS, NO_HINTS), (WINDOWS, BRAVE_BRANDS), "Brave on Windows"),
        ((WINDOWS, hints("Windows", "15.0.0", brands=BRAVE)), (WINDOWS, NO_HINTS), "Brave on Windows 11"),
        ((WINDOWS, hints("Windows", "15.0.0", brands=BRAVE)), (WINDOWS, BRAVE_BRANDS), "Brave on Windows 11"),
        ((WINDOWS, hints("Windows", "15.0.0", brands=BRAVE)), (NEWER_CHROME, NO_HINTS), "Brave on Windows 11"),
    ],
)
def test_what_only_one_request_tells_and_updates_are_no_other_device(known: Sent, sent: Sent, label: str) -> None:
    assert compare(known, sent) == (label, False)


@pytest.mark.parametrize(
    ("known", "sent", "label"),
    [
        ((UBUNTU_FIREFOX, NO_HINTS), (CURL, NO_HINTS), "curl"),
        ((CURL, NO_HINTS), (UBUNTU_FIREFOX, NO_HINTS), "Firefox on Ubuntu"),
        ((UBUNTU_FIREFOX, NO_HINTS), (FIREFOX, NO_HINTS), "Firefox on Windows"),
        ((UBUNTU_FIREFOX, NO_HINTS), (None, NO_HINTS), "Unknown device"),
        ((None, NO_HINTS), (CURL, NO_HINTS), "curl"),
        ((WINDOWS, NO_HINTS), (EDGE, NO_HINTS), "Edge on Windows"),
        ((EDGE, NO_HINTS), (WINDOWS, NO_HINTS), "Chrome on Windows"),
        ((WINDOWS, NO_HINTS), (FIREFOX, NO_HINTS), "Firefox on Windows"),
        ((WINDOWS, hints("Windows", "10.0.0")), (WINDOWS, WINDOWS_11), "Chrome on Windows 11"),
        ((PHONE, PIXEL_8), (PHONE, GALAXY_S23), "Chrome on Galaxy S23"),
        ((WINDOWS, BRAVE_BRANDS), (WINDOWS, hints(brands=CHROME_BRANDS)), "Chrome on Windows"),
        ((WINDOWS, BRAVE_BRANDS), (EDGE, NO_HINTS), "Edge on Windows"),
    ],
)
def test_another_program_system_or_model_is_another_device(known: Sent, sent: Sent, label: str) -> None:
    assert compare(known, sent) == (label, True)


def test_a_request_that_tells_less_updates_versions_and_keeps_the_rest() -> None:
    known = describe(WINDOWS, hints("Windows", "15.0.0", brands=BRAVE))
    seen = compare_devices(known, WINDOWS, NEWER_CHROME).device
    assert (seen.browser, seen.browser_version, seen.os, seen.os_version) == ("Brave", "131.0", "Windows", "11")
