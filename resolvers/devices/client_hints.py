"""What browsers like Chrome leave out of their User-Agent, and say in headers of their own: User-Agent Client Hints.

Chrome calls every phone `K`, every Windows 10 and every Mac 10.15.7; browsers made of it do not say that they are
other ones. All of it can be forged like the User-Agent, so it too is good for a label only.
Source: W3C Community Group, "User-Agent Client Hints"; the values are Structured Fields (RFC 9651).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

ACCEPT_CH = "Sec-CH-UA-Full-Version-List, Sec-CH-UA-Model, Sec-CH-UA-Platform-Version"
"""What a page has to ask for (`Accept-CH`); brands and platform come without."""

_MAX_VALUE = 512
_TEXT = re.compile(r'"([^"\\]{1,64})"')
_BRAND = re.compile(r'"([^"\\]{1,64})"; ?v="(\d{1,8}(?:\.\d{1,8})?)')
# Part of a User-Agent's comment, which it must not end.
_MODEL = re.compile(r"[A-Za-z\d][\w .+/-]{1,40}", re.ASCII)
_VERSION = re.compile(r"(\d{1,4})(?:\.(\d{1,4}))?")
_ENGINES = frozenset({"Chromium", "Google Chrome", "Android WebView"})


@dataclass(frozen=True, slots=True)
class ClientHints:
    """What a request says in its `Sec-CH-UA` headers. A version has two numbers, or none."""

    brands: tuple[tuple[str, str], ...] = ()
    platform: str | None = None
    version: tuple[int, int] | None = None
    model: str | None = None

    @property
    def brand(self) -> tuple[str, str] | None:
        """The browser's own name and version, beside those of what it is made of."""
        return next(((name, version) for name, version in self.brands if _is_own(name)), None)


NO_HINTS = ClientHints()


@lru_cache(maxsize=512)
def read_hints(headers: tuple[tuple[bytes, bytes], ...]) -> ClientHints:
    """Read headers whose names, in lower case, begin with `sec-ch-ua`. What is no hint is none: nothing fails."""
    said = {name: value[:_MAX_VALUE].decode("latin-1") for name, value in headers}
    brands = said.get(b"sec-ch-ua-full-version-list") or said.get(b"sec-ch-ua", "")
    model = _text(said.get(b"sec-ch-ua-model"))
    return ClientHints(
        brands=tuple(_BRAND.findall(brands)),
        platform=_text(said.get(b"sec-ch-ua-platform")),
        version=_version(_text(said.get(b"sec-ch-ua-platform-version"))),
        model=model if model and _MODEL.fullmatch(model) else None,
    )


def apply_client_hints(user_agent: str, hints: ClientHints) -> str:
    """The User-Agent as it would read if its browser hid nothing in it."""
    if hints.version is None:
        return user_agent
    major, minor = hints.version
    if hints.platform == "Android" and hints.model:
        return user_agent.replace("Android 10; K)", f"Android {major}; {hints.model})", 1)
    if hints.platform == "macOS":
        return user_agent.replace("Mac OS X 10_15_7", f"Mac OS X {major}_{minor}", 1)
    return user_agent


def windows_version(hints: ClientHints) -> str | None:
    """Which Windows it is: the hint counts interfaces, of which 13 and later are Windows 11's."""
    first_of_11 = 13
    if hints.platform != "Windows" or hints.version is None or not hints.version[0]:
        return None
    return "11" if hints.version[0] >= first_of_11 else "10"


def _is_own(brand: str) -> bool:
    # One brand is noise, `Not A Brand` with signs that change, so that nobody expects a certain list.
    return brand not in _ENGINES and re.sub("[^a-z]", "", brand.lower()) != "notabrand"


def _text(value: str | None) -> str | None:
    found = _TEXT.fullmatch(value.strip()) if value else None
    return found[1] if found else None


def _version(text: str | None) -> tuple[int, int] | None:
    found = _VERSION.match(text or "")
    return (int(found[1]), int(found[2] or 0)) if found else None
