"""User-Agent Client Hints: headers with the details that Chromium browsers leave out of their User-Agent.

Chrome sends every phone model as `K`, every Windows as 10 and every macOS as 10.15.7; other Chromium browsers send
Chrome's User-Agent. Hints can be forged like the User-Agent, so they are used for labels only.
Source: W3C Community Group, "User-Agent Client Hints"; the values are Structured Fields (RFC 9651).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

ACCEPT_CH = "Sec-CH-UA-Full-Version-List, Sec-CH-UA-Model, Sec-CH-UA-Platform-Version"
"""The value of the `Accept-CH` response header. Browsers send brands and platform without it."""

HINT_HEADERS = frozenset(
    {
        b"sec-ch-ua",
        b"sec-ch-ua-full-version-list",
        b"sec-ch-ua-model",
        b"sec-ch-ua-platform",
        b"sec-ch-ua-platform-version",
    }
)
"""The lower-case names of the headers that `read_hints` uses."""

MAX_HINT_LENGTH = 512
"""The longest value, in bytes, that `read_hints` uses."""

_TEXT = re.compile(r'"([^"\\]{1,64})"')
_BRAND = re.compile(r'"([^"\\]{1,64})"; ?v="(\d{1,8}(?:\.\d{1,8})?)')
# The model is inserted into a comment of the User-Agent and must not contain its end.
_MODEL = re.compile(r"[A-Za-z\d][\w .+/-]{1,40}", re.ASCII)
_VERSION = re.compile(r"(\d{1,4})(?:\.(\d{1,4}))?")
_ENGINES = frozenset({"Chromium", "Google Chrome", "Android WebView"})


@dataclass(frozen=True, slots=True)
class ClientHints:
    """The values of the `Sec-CH-UA` headers. `version` is the platform's: major and minor."""

    brands: tuple[tuple[str, str], ...] = ()
    platform: str | None = None
    version: tuple[int, int] | None = None
    model: str | None = None

    @property
    def brand(self) -> tuple[str, str] | None:
        """The name and version of the browser itself, without those of its engine."""
        return next(((name, version) for name, version in self.brands if _is_browser(name)), None)


NO_HINTS = ClientHints()


@lru_cache(maxsize=512)
def read_hints(headers: tuple[tuple[bytes, bytes], ...]) -> ClientHints:
    """Parse headers with names from HINT_HEADERS. Ignores invalid values; raises nothing.

    Results are cached with their arguments: pass each name once, and at most MAX_HINT_LENGTH bytes of its value.
    """
    values = {name: value.decode("latin-1") for name, value in headers}
    brands = values.get(b"sec-ch-ua-full-version-list") or values.get(b"sec-ch-ua", "")
    model = _text(values.get(b"sec-ch-ua-model"))
    return ClientHints(
        brands=tuple(_BRAND.findall(brands)),
        platform=_text(values.get(b"sec-ch-ua-platform")),
        version=_version(_text(values.get(b"sec-ch-ua-platform-version"))),
        model=model if model and _MODEL.fullmatch(model) else None,
    )


def apply_client_hints(user_agent: str, hints: ClientHints) -> str:
    """Insert the hints into the User-Agent in place of Chrome's fixed values."""
    if hints.version is None:
        return user_agent
    major, minor = hints.version
    if hints.platform == "Android" and hints.model:
        return user_agent.replace("Android 10; K)", f"Android {major}; {hints.model})", 1)
    if hints.platform == "macOS":
        return user_agent.replace("Mac OS X 10_15_7", f"Mac OS X {major}_{minor}", 1)
    return user_agent


def windows_version(hints: ClientHints) -> str | None:
    """Return the Windows version. The hint is the version of an API contract: 13 and later mean Windows 11."""
    first_of_11 = 13
    if hints.platform != "Windows" or hints.version is None or not hints.version[0]:
        return None
    return "11" if hints.version[0] >= first_of_11 else "10"


def _is_browser(brand: str) -> bool:
    # Browsers add a random brand like `Not;A=Brand`, so that servers do not depend on a fixed list.
    return brand not in _ENGINES and re.sub("[^a-z]", "", brand.lower()) != "notabrand"


def _text(value: str | None) -> str | None:
    match = _TEXT.fullmatch(value.strip()) if value else None
    return match[1] if match else None


def _version(text: str | None) -> tuple[int, int] | None:
    match = _VERSION.match(text or "")
    return (int(match[1]), int(match[2] or 0)) if match else None
