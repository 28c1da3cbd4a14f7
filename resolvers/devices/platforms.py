"""The device of a User-Agent: a television, a phone, a tablet or a computer, and its operating system."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sessionql.resolvers.devices import names
from sessionql.storage.records import DeviceKind

if TYPE_CHECKING:
    from ua_parser import DefaultedResult

_MAX_VERSION_LENGTH = 16
_APPLE = re.compile(r"\b(iPhone|iPad|iPod)")
_FIRST_IPADOS = 13


class Platform(NamedTuple):
    """The device that runs the software: a model if it is known, else an operating system."""

    name: str
    kind: DeviceKind
    os: str | None = None
    os_version: str | None = None
    model: str | None = None


UNKNOWN_PLATFORM = Platform("", DeviceKind.UNKNOWN)


def find_platform(text: str, parsed: DefaultedResult) -> Platform:
    """The device, or UNKNOWN_PLATFORM."""
    finders = (_set_top, _other_handheld, _apple, _android, _computer)
    return next((platform for find in finders if (platform := find(text, parsed))), UNKNOWN_PLATFORM)


def _set_top(text: str, parsed: DefaultedResult) -> Platform | None:
    """Recognize televisions and consoles; checked before phones, because some of them imitate a phone."""
    found = names.find(text.casefold(), names.SET_TOPS)
    headset = names.plausible_name(parsed.device.model) if "OculusBrowser" in text else None
    name = found[1] if found else headset
    return Platform(name, DeviceKind.UNKNOWN, model=name) if name else None


def _other_handheld(text: str, parsed: DefaultedResult) -> Platform | None:
    os, version = _system(parsed)
    if os == "Kindle":
        return Platform(os, DeviceKind.TABLET, model=os)
    if os not in names.PHONE_SYSTEMS:
        return None
    model = names.plausible_name(parsed.device.model) if os == "Windows Phone" else names.find_model(text)
    name = "BlackBerry" if os == "BlackBerry OS" else model or os
    return Platform(name, DeviceKind.PHONE, os, version, model)


def _apple(text: str, parsed: DefaultedResult) -> Platform | None:
    if "Android" in text:
        return None  # imitations of the iPhone run Android
    found, (os, version) = _APPLE.search(text), _system(parsed)
    if found:
        return _apple_model(found[1], version if os == "iOS" else None)
    if "CFNetwork/" in text and os != "macOS":
        return Platform("Apple device", DeviceKind.PROGRAM)  # macOS and iOS report the same Darwin
    return Platform("iOS", DeviceKind.PHONE, "iOS", version) if os == "iOS" else None


def _apple_model(product: str, version: str | None) -> Platform:
    if product == "iPad":
        os = "iPadOS" if major(version) >= _FIRST_IPADOS else "iOS"
        return Platform("iPad", DeviceKind.TABLET, os, version, "iPad")
    name = "iPod touch" if product == "iPod" else product
    return Platform(name, DeviceKind.PHONE, "iOS", version, name)


def _android(text: str, parsed: DefaultedResult) -> Platform | None:
    os, version = _system(parsed)
    system = "HarmonyOS" if "HarmonyOS" in text or "OpenHarmony" in text else "Android"
    if os != system and system not in text and "OpenHarmony" not in text:
        return None
    model, brand = names.find_model(text), parsed.device.brand or "Generic"
    maker = None if brand.startswith("Generic") else names.plausible_name(brand)
    name = names.model_name(model, maker) if model else None
    # Chrome sends `K` for every model and 10 for every version; after a slash stands the API level.
    is_hidden = os != system or "; K)" in text or f" Android/{version}" in text
    return Platform(name or system, _size(text, model or ""), system, None if is_hidden else version, name)


def _size(text: str, model: str) -> DeviceKind:
    """Distinguish tablet and phone: browsers send `Mobile` on phones only, native applications never."""
    if "(PC;" in text or "Chromebook" in model:
        return DeviceKind.DESKTOP
    phone = "Mobile" in text or not text.startswith("Mozilla/")
    tablet = names.is_tablet(model) or "Tablet" in text or not phone
    return DeviceKind.TABLET if tablet else DeviceKind.PHONE


def _computer(_: str, parsed: DefaultedResult) -> Platform | None:
    os, version = _system(parsed)
    return Platform(os, DeviceKind.DESKTOP, os, version) if os in names.COMPUTERS else None


def _system(parsed: DefaultedResult) -> tuple[str, str | None]:
    os = names.SYSTEMS.get(parsed.os.family, parsed.os.family)
    version = join_version(parsed.os.major, parsed.os.minor)
    return os, None if (os, version) in names.FROZEN_VERSIONS else version


def join_version(major: str | None, minor: str | None) -> str | None:
    """The version from its first two numbers; None if it is unknown or cannot be a version."""
    version = f"{major}.{minor}" if major and minor and minor.isdecimal() else major
    return version if version and len(version) <= _MAX_VERSION_LENGTH and version.isascii() else None


def major(version: str | None) -> int:
    """The first number of a version; 0 if there is none."""
    number = (version or "").partition(".")[0]
    return int(number) if number.isdecimal() else 0
