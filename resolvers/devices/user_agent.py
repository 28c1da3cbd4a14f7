"""Devices: what a User-Agent string says of the device that sent it, in words its owner recognises.

The only user of ua-parser, which knows the long tail of browsers and systems; `device_names`
corrects it where people use another word. All of it is read from a string that anyone can forge:
good for a label, never for a decision.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sessionql.resolvers.devices import names
from sessionql.resolvers.devices.client_hints import NO_HINTS, ClientHints, apply_client_hints, windows_version
from sessionql.storage.records import Device, DeviceKind

if TYPE_CHECKING:
    from ua_parser import DefaultedResult, Parser

MAX_USER_AGENT_LENGTH = 512
_MAX_LABEL = 80
_MAX_VERSION = 16
_UNKNOWN = Device("Unknown device", DeviceKind.UNKNOWN)

# Every repetition is bounded: no string costs more than its length times a small number.
_VERSION = re.compile(r"[/ ]?v?(\d{1,8}(?:\.\d{1,8})?)", re.ASCII)
_WORD = re.compile(r"(?:Python/[\d.]{1,9} )?([A-Za-z\d][\w.%+-]{0,31})(/?)(v?\d)?", re.ASCII)
_BOT = re.compile(  # a CUBOT is a phone
    r"(?<![\w.!/@-])([a-z\d][\w.!-]{0,30}?(?<!cu)(?:bot|spider|crawler)(?![a-z])[\w-]{0,20})",
    re.ASCII | re.IGNORECASE,
)
_VISITOR = re.compile(  # (compatible; Name/1.0; +https://...): robots say where to complain
    r"compatible; ?(?!MSIE|Mozilla)([A-Za-z][\w.! -]{1,31}?) ?(?:[/;,(+][^)]{0,80}?)?https?:",
    re.ASCII,
)
_ELECTRON = re.compile(r"like Gecko\) ([A-Za-z][\w.-]{0,31})/", re.ASCII)
_APPLE = re.compile(r"\b(iPhone|iPad|iPod)")
_ENGINES = frozenset({"mozilla", "opera", "dalvik", "applecoremedia", "hbbtv"})
_FROZEN_SAFARI = 26
_FIRST_IPADOS = 13


class _Platform(NamedTuple):
    """What the software runs on: a model if it is known, else an operating system."""

    name: str
    kind: DeviceKind
    os: str | None = None
    os_version: str | None = None
    model: str | None = None


_UNKNOWN_PLATFORM = _Platform("", DeviceKind.UNKNOWN)


class _Software(NamedTuple):
    """What sent the string. `native` if it names itself first: programs do, browsers do not."""

    name: str | None
    version: str | None
    native: bool


def clean_user_agent(raw: bytes | None) -> str | None:
    """Make a header fit to keep and show: up to 512 printable characters, None if it has none."""
    return _printable((raw or b"").decode("utf-8", "replace"))[:MAX_USER_AGENT_LENGTH].strip() or None


def describe(user_agent: str | None, hints: ClientHints = NO_HINTS) -> Device:
    """Say what device sent this string. Never fails: what cannot be told is an unknown device.

    Client Hints better what a browser made of Chromium says; others do not send them, so theirs are not looked at.

    The same strings come again and again, so answers are remembered; the cut bounds what that
    can cost. The first call in a process also builds the parser: about a quarter of a second.
    """
    if not user_agent:
        return _UNKNOWN
    text = user_agent[:MAX_USER_AGENT_LENGTH]
    return _hinted(text, hints) if hints is not NO_HINTS and "Chrome/" in text else _describe(text)


def _hinted(text: str, hints: ClientHints) -> Device:
    device = _describe(apply_client_hints(text, hints))
    if device.os == "Windows" and (version := windows_version(hints)):
        label = device.label.replace("on Windows", f"on Windows {version}")
        device = replace(device, label=label, os_version=version)
    if device.browser == "Chrome" and hints.brand:
        said, version = hints.brand
        if name := names.FAMILIES.get(said) or names.sane(said):
            label = device.label.replace("Chrome", name, 1)
            device = replace(device, label=label[:_MAX_LABEL].rstrip(), browser=name, browser_version=version)
    return device


@lru_cache(maxsize=2048)
def _describe(raw: str) -> Device:
    text = _printable(raw)
    if program := _program(text):
        return program
    parsed = _parser().parse(text).with_defaults()
    return _bot(text, parsed) or _compose(text, parsed)


@cache
def _parser() -> Parser:
    """Build the parser when it is first needed, or every start of every command would wait."""
    from ua_parser import Parser  # noqa: PLC0415
    from ua_parser.loaders import load_lazy_builtins  # noqa: PLC0415
    from ua_parser.regex import Resolver  # noqa: PLC0415

    # The Rust resolver, by name: its time is linear, and its absence must not go unnoticed.
    return Parser(Resolver(load_lazy_builtins()))


def _program(text: str) -> Device | None:
    """Tell a program by its first word, or by the word behind its mask."""
    word = _WORD.match(text)
    if word and (name := names.PROGRAMS.get(word[1].casefold())):
        return Device(name, DeviceKind.PROGRAM, name, _version(text, word.end(1)))
    masked = names.find(text, names.MASKED_PROGRAMS)
    if masked:
        version = _version_after(text, masked[0])
        return Device(masked[1], DeviceKind.PROGRAM, masked[1], version)
    return None


def _bot(text: str, parsed: DefaultedResult) -> Device | None:
    listed = names.find(text, names.BOTS)
    said = _VISITOR.search(text) or _BOT.search(text)
    if not (listed or said or parsed.device.family == "Spider"):
        return None
    name = listed[1] if listed else said[1].strip() if said else ""
    if not name or name.casefold() in names.NOT_BOTS:
        name = _spider(text, parsed.user_agent.family)
    return Device(name, DeviceKind.BOT, name, _version_after(text, listed[0] if listed else name))


def _spider(text: str, family: str) -> str:
    """Name a robot that only ua-parser recognised: by its product, its family or its first word."""
    word = _WORD.match(text)
    first = word[1] if word else ""
    guesses = (first if word and word[2] else "", family.partition(" (")[0], first)
    no_names = names.NOT_BOTS | _ENGINES
    sound = (name for name in guesses if names.sane(name) and name.casefold() not in no_names)
    return next(sound, "Bot")


def _compose(text: str, parsed: DefaultedResult) -> Device:
    place = _platform(text, parsed)
    software = _software(text, parsed, placed=place is not _UNKNOWN_PLATFORM)
    shown = _shown(place, software.name)
    known = None if shown == names.APP else shown
    if not (known or place.name):
        return _UNKNOWN
    return Device(
        label=" on ".join(part for part in (shown, place.name) if part)[:_MAX_LABEL].rstrip(),
        kind=_kind(place, software),
        browser=known,
        browser_version=software.version if known else None,
        os=place.os,
        os_version=_safari_ios_version(place, software) or place.os_version,
        model=place.model,
    )


def _shown(place: _Platform, browser: str | None) -> str | None:
    """Drop a browser that is only the engine of a television, or is called like its device."""
    set_top = place is not _UNKNOWN_PLATFORM and place.kind is DeviceKind.UNKNOWN
    engine = set_top and browser not in names.SET_TOP_BROWSERS
    return None if engine or browser == place.name else browser


def _safari_ios_version(place: _Platform, software: _Software) -> str | None:
    """Tell iOS 26 and later, which still call themselves 18: Safari has the same number since."""
    frozen = place.os in ("iOS", "iPadOS") and software.name == "Safari"
    return software.version if frozen and _major(software.version) >= _FROZEN_SAFARI else None


def _kind(place: _Platform, software: _Software) -> DeviceKind:
    if software.name in names.AUTOMATA:
        return DeviceKind.PROGRAM
    if software.name in names.TEXT_BROWSERS:
        return DeviceKind.DESKTOP
    if place is _UNKNOWN_PLATFORM and software.name == "Opera Mini":
        return DeviceKind.PHONE
    if software.native and (place is _UNKNOWN_PLATFORM or place.kind is DeviceKind.DESKTOP):
        return DeviceKind.PROGRAM
    return place.kind


def _platform(text: str, parsed: DefaultedResult) -> _Platform:
    finders = (_set_top, _other_handheld, _apple, _android, _computer)
    return next((place for find in finders if (place := find(text, parsed))), _UNKNOWN_PLATFORM)


def _set_top(text: str, parsed: DefaultedResult) -> _Platform | None:
    """Find televisions and consoles, before the phones that some of them claim to be like."""
    found = names.find(text.casefold(), names.SET_TOPS)
    worn = names.sane(parsed.device.model) if "OculusBrowser" in text else None
    name = found[1] if found else worn
    return _Platform(name, DeviceKind.UNKNOWN, model=name) if name else None


def _other_handheld(text: str, parsed: DefaultedResult) -> _Platform | None:
    os, version = _system(parsed)
    if os == "Kindle":
        return _Platform(os, DeviceKind.TABLET, model=os)
    if os not in names.PHONE_SYSTEMS:
        return None
    model = names.sane(parsed.device.model) if os == "Windows Phone" else names.find_model(text)
    name = "BlackBerry" if os == "BlackBerry OS" else model or os
    return _Platform(name, DeviceKind.PHONE, os, version, model)


def _apple(text: str, parsed: DefaultedResult) -> _Platform | None:
    if "Android" in text:
        return None  # copies of the iPhone run Android
    found, (os, version) = _APPLE.search(text), _system(parsed)
    if found:
        return _apple_model(found[1], version if os == "iOS" else None)
    if "CFNetwork/" in text and os != "macOS":
        return _Platform("Apple device", DeviceKind.PROGRAM)  # a Mac and an iPhone have one Darwin
    return _Platform("iOS", DeviceKind.PHONE, "iOS", version) if os == "iOS" else None


def _apple_model(said: str, version: str | None) -> _Platform:
    if said == "iPad":
        os = "iPadOS" if _major(version) >= _FIRST_IPADOS else "iOS"
        return _Platform("iPad", DeviceKind.TABLET, os, version, "iPad")
    name = "iPod touch" if said == "iPod" else said
    return _Platform(name, DeviceKind.PHONE, "iOS", version, name)


def _android(text: str, parsed: DefaultedResult) -> _Platform | None:
    os, version = _system(parsed)
    system = "HarmonyOS" if "HarmonyOS" in text or "OpenHarmony" in text else "Android"
    if os != system and system not in text and "OpenHarmony" not in text:
        return None
    model, brand = names.find_model(text), parsed.device.brand or "Generic"
    maker = None if brand.startswith("Generic") else names.sane(brand)
    name = names.model_name(model, maker) if model else None
    # Chrome hides the model behind a K, and the version behind a 10; after a slash it is the API's.
    veiled = os != system or "; K)" in text or f" Android/{version}" in text
    return _Platform(name or system, _size(text, model or ""), system, None if veiled else version, name)


def _size(text: str, model: str) -> DeviceKind:
    """Tell tablet from phone: on a tablet browsers do not say `Mobile`; applications never do."""
    if "(PC;" in text or "Chromebook" in model:
        return DeviceKind.DESKTOP
    phone = "Mobile" in text or not text.startswith("Mozilla/")
    tablet = names.is_tablet(model) or "Tablet" in text or not phone
    return DeviceKind.TABLET if tablet else DeviceKind.PHONE


def _computer(_: str, parsed: DefaultedResult) -> _Platform | None:
    os, version = _system(parsed)
    return _Platform(os, DeviceKind.DESKTOP, os, version) if os in names.COMPUTERS else None


def _system(parsed: DefaultedResult) -> tuple[str, str | None]:
    os = names.SYSTEMS.get(parsed.os.family, parsed.os.family)
    version = _joined(parsed.os.major, parsed.os.minor)
    return os, None if (os, version) in names.FROZEN_VERSIONS else version


def _software(text: str, parsed: DefaultedResult, *, placed: bool) -> _Software:
    word = _WORD.match(text)
    native = bool(word and word[2] and word[1].casefold() not in _ENGINES)
    if brand := names.find(text, names.BRANDS):
        return _Software(brand[1], _version_after(text, brand[0]), native)
    family = _family(text, parsed)
    if word and native and (word[3] or placed) and family in (None, names.APP, word[1]):
        name = names.sane(word[1].replace("%20", " "))
        return _Software(name, _version(text, word.end(1)), native)
    if family == "Electron" and (app := _ELECTRON.search(text)):
        title = names.ELECTRON_NAMES.get(app[1], app[1])
        return _Software(title, _version(text, app.end(1)), native)
    return _Software(family, _joined(parsed.user_agent.major, parsed.user_agent.minor), native)


def _family(text: str, parsed: DefaultedResult) -> str | None:
    family = parsed.user_agent.family
    if family == "Android":
        browser = text.startswith("Mozilla/") and "Safari/" in text
        return "Android Browser" if browser else names.APP
    return None if family == "Other" else names.FAMILIES.get(family) or names.sane(family)


def _version_after(text: str, needle: str) -> str | None:
    start = text.find(needle)
    return _version(text, start + len(needle.rstrip("/"))) if start >= 0 else None


def _version(text: str, start: int) -> str | None:
    found = _VERSION.match(text, start)
    return found[1] if found else None


def _joined(major: str | None, minor: str | None) -> str | None:
    version = f"{major}.{minor}" if major and minor and minor.isdecimal() else major
    return version if version and len(version) <= _MAX_VERSION and version.isascii() else None


def _major(version: str | None) -> int:
    number = (version or "").partition(".")[0]
    return int(number) if number.isdecimal() else 0


def _printable(text: str) -> str:
    """Leave out what cannot be shown: control and formatting characters, lone surrogates."""
    return (text if text.isprintable() else "".join(filter(str.isprintable, text))).strip()
