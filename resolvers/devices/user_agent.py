"""Describe the device of a User-Agent with a label that its owner recognizes.

The only module that imports ua-parser, which covers most browsers and systems; the tables in `names` correct it.
A User-Agent can be forged: use the result for labels, never for decisions.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sessionql.resolvers.devices import names
from sessionql.resolvers.devices.client_hints import NO_HINTS, ClientHints, apply_client_hints, windows_version
from sessionql.resolvers.devices.platforms import UNKNOWN_PLATFORM, Platform, find_platform, join_version, major
from sessionql.resolvers.values.visible import is_visible
from sessionql.storage.records import Device, DeviceKind

if TYPE_CHECKING:
    from ua_parser import DefaultedResult, Parser

MAX_USER_AGENT_LENGTH = 512
"""In characters; longer text is cut."""
_MAX_LABEL_LENGTH = 80
_UNKNOWN = Device("Unknown device", DeviceKind.UNKNOWN)

# Every repetition is bounded, so that the time is linear in the length of the text.
_VERSION = re.compile(r"[/ ]?v?(\d{1,8}(?:\.\d{1,8})?)", re.ASCII)
_WORD = re.compile(r"(?:Python/[\d.]{1,9} )?([A-Za-z\d][\w.%+-]{0,31})(/?)(v?\d)?", re.ASCII)
_BOT = re.compile(  # a CUBOT is a phone
    r"(?<![\w.!/@-])([a-z\d][\w.!-]{0,30}?(?<!cu)(?:bot|spider|crawler)(?![a-z])[\w-]{0,20})",
    re.ASCII | re.IGNORECASE,
)
_BOT_WITH_URL = re.compile(  # (compatible; Name/1.0; +https://...): bots send the URL of their documentation
    r"compatible; ?(?!MSIE|Mozilla)([A-Za-z][\w.! -]{1,31}?) ?(?:[/;,(+][^)]{0,80}?)?https?:",
    re.ASCII,
)
_ELECTRON = re.compile(r"like Gecko\) ([A-Za-z][\w.-]{0,31})/", re.ASCII)
_ENGINES = frozenset({"mozilla", "opera", "dalvik", "applecoremedia", "hbbtv"})
_FIRST_FROZEN_SAFARI = 26


class _Software(NamedTuple):
    """The software that sent the User-Agent. `native`: its own name comes first, unlike in browsers."""

    name: str | None
    version: str | None
    native: bool


def clean_user_agent(raw: bytes | None) -> str | None:
    """Return up to 512 printable characters of the header, to store and display; None if they show nothing."""
    text = _printable((raw or b"").decode("utf-8", "replace"))[:MAX_USER_AGENT_LENGTH].strip()
    return text if is_visible(text) else None


def describe(user_agent: str | None, hints: ClientHints = NO_HINTS) -> Device:
    """Describe the device of a User-Agent. Raises nothing; the default is an unknown device.

    Client Hints are used for Chromium browsers only, because other browsers do not send them.

    Results are cached. The first call in a process also builds the parser, which takes about 0.25 s.
    """
    if not user_agent:
        return _UNKNOWN
    text = user_agent[:MAX_USER_AGENT_LENGTH]
    return _describe_with_hints(text, hints) if hints is not NO_HINTS and "Chrome/" in text else _describe(text)


def _describe_with_hints(text: str, hints: ClientHints) -> Device:
    device = _describe(apply_client_hints(text, hints))
    if device.os == "Windows" and (version := windows_version(hints)):
        label = device.label.replace("on Windows", f"on Windows {version}")
        device = replace(device, label=label, os_version=version)
    if device.browser == "Chrome" and hints.brand:
        brand, version = hints.brand
        if name := names.FAMILIES.get(brand) or names.plausible_name(brand):
            label = device.label.replace("Chrome", name, 1)
            device = replace(device, label=label[:_MAX_LABEL_LENGTH].rstrip(), browser=name, browser_version=version)
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
    """Build the parser at the first use: it would add about 0.2 s to the start of every command (measured)."""
    from ua_parser import Parser  # noqa: PLC0415
    from ua_parser.loaders import load_lazy_builtins  # noqa: PLC0415
    from ua_parser.regex import Resolver  # noqa: PLC0415

    # Select the Rust resolver explicitly: its time is linear, and the import fails if it is not installed.
    return Parser(Resolver(load_lazy_builtins()))


def _program(text: str) -> Device | None:
    """Recognize programs by their first word, and programs that imitate a browser."""
    word = _WORD.match(text)
    if word and (name := names.PROGRAMS.get(word[1].casefold())):
        return Device(name, DeviceKind.PROGRAM, name, _version(text, word.end(1)))
    disguised = names.find(text, names.DISGUISED_PROGRAMS)
    if disguised:
        version = _version_after(text, disguised[0])
        return Device(disguised[1], DeviceKind.PROGRAM, disguised[1], version)
    return None


def _bot(text: str, parsed: DefaultedResult) -> Device | None:
    listed = names.find(text, names.BOTS)
    match = _BOT_WITH_URL.search(text) or _BOT.search(text)
    if not (listed or match or parsed.device.family == "Spider"):
        return None
    name = listed[1] if listed else match[1].strip() if match else ""
    if not name or name.casefold() in names.NOT_BOTS:
        name = _bot_name(text, parsed.user_agent.family)
    return Device(name, DeviceKind.BOT, name, _version_after(text, listed[0] if listed else name))


def _bot_name(text: str, family: str) -> str:
    """Name a bot that only ua-parser recognized: by its product, its family or its first word."""
    word = _WORD.match(text)
    first = word[1] if word else ""
    candidates = (first if word and word[2] else "", family.partition(" (")[0], first)
    no_names = names.NOT_BOTS | _ENGINES
    plausible = (name for name in candidates if names.plausible_name(name) and name.casefold() not in no_names)
    return next(plausible, "Bot")


def _compose(text: str, parsed: DefaultedResult) -> Device:
    platform = find_platform(text, parsed)
    software = _software(text, parsed, has_platform=platform is not UNKNOWN_PLATFORM)
    displayed = _displayed_software(platform, software.name)
    browser = None if displayed == names.APP else displayed
    if not (browser or platform.name):
        return _UNKNOWN
    return Device(
        label=" on ".join(part for part in (displayed, platform.name) if part)[:_MAX_LABEL_LENGTH].rstrip(),
        kind=_kind(platform, software),
        browser=browser,
        browser_version=software.version if browser else None,
        os=platform.os,
        os_version=_safari_ios_version(platform, software) or platform.os_version,
        model=platform.model,
    )


def _displayed_software(platform: Platform, browser: str | None) -> str | None:
    """Leave out a browser that is only the engine of a television, or has the same name as its device."""
    set_top = platform is not UNKNOWN_PLATFORM and platform.kind is DeviceKind.UNKNOWN
    engine = set_top and browser not in names.SET_TOP_BROWSERS
    return None if engine or browser == platform.name else browser


def _safari_ios_version(platform: Platform, software: _Software) -> str | None:
    """Return the version of iOS 26 and later: they report iOS 18, but Safari has the version of iOS since then."""
    frozen = platform.os in ("iOS", "iPadOS") and software.name == "Safari"
    return software.version if frozen and major(software.version) >= _FIRST_FROZEN_SAFARI else None


def _kind(platform: Platform, software: _Software) -> DeviceKind:
    if software.name in names.AUTOMATA:
        return DeviceKind.PROGRAM
    if software.name in names.TEXT_BROWSERS:
        return DeviceKind.DESKTOP
    if platform is UNKNOWN_PLATFORM and software.name == "Opera Mini":
        return DeviceKind.PHONE
    if software.native and (platform is UNKNOWN_PLATFORM or platform.kind is DeviceKind.DESKTOP):
        return DeviceKind.PROGRAM
    return platform.kind


def _software(text: str, parsed: DefaultedResult, *, has_platform: bool) -> _Software:
    word = _WORD.match(text)
    native = bool(word and word[2] and word[1].casefold() not in _ENGINES)
    if brand := names.find(text, names.BRANDS):
        return _Software(brand[1], _version_after(text, brand[0]), native)
    family = _family(text, parsed)
    if word and native and (word[3] or has_platform) and family in (None, names.APP, word[1]):
        name = names.plausible_name(word[1].replace("%20", " "))
        return _Software(name, _version(text, word.end(1)), native)
    if family == "Electron" and (app := _ELECTRON.search(text)):
        title = names.ELECTRON_NAMES.get(app[1], app[1])
        return _Software(title, _version(text, app.end(1)), native)
    return _Software(family, join_version(parsed.user_agent.major, parsed.user_agent.minor), native)


def _family(text: str, parsed: DefaultedResult) -> str | None:
    family = parsed.user_agent.family
    if family == "Android":
        browser = text.startswith("Mozilla/") and "Safari/" in text
        return "Android Browser" if browser else names.APP
    return None if family == "Other" else names.FAMILIES.get(family) or names.plausible_name(family)


def _version_after(text: str, needle: str) -> str | None:
    start = text.find(needle)
    return _version(text, start + len(needle.rstrip("/"))) if start >= 0 else None


def _version(text: str, start: int) -> str | None:
    match = _VERSION.match(text, start)
    return match[1] if match else None


def _printable(text: str) -> str:
    """Remove characters that cannot be displayed: control and formatting characters, lone surrogates."""
    return (text if text.isprintable() else "".join(filter(str.isprintable, text))).strip()
