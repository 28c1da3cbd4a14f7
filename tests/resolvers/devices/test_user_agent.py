"""Devices: the labels of real User-Agents of browsers, programs and attackers.

`user_agents.tsv` holds the strings and the expected label of each; add a line when a user
does not recognize a device.
"""

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sessionql.resolvers.devices.user_agent import MAX_USER_AGENT_LENGTH, clean_user_agent, describe
from sessionql.storage.records import Device, DeviceKind

ROOT = Path(__file__).parents[3]
UNKNOWN = Device("Unknown device", DeviceKind.UNKNOWN)
MAX_PART_LENGTH = 80

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0"
WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


def read_rows() -> list[tuple[str, str, str]]:
    """Read rows of label, kind and User-Agent; a line that starts with # is a heading."""
    table = (Path(__file__).parent / "user_agents.tsv").read_text(encoding="utf-8")
    lines = [line for line in table.splitlines()[1:] if not line.startswith("#")]
    return [(label, kind, text) for label, kind, text in (line.split("\t") for line in lines)]


ROWS = read_rows()


def parts(device: Device) -> list[str]:
    """List all displayed parts of a device."""
    shown = (
        device.label,
        device.browser,
        device.browser_version,
        device.os,
        device.os_version,
        device.model,
    )
    return [part for part in shown if part is not None]


def assert_presentable(device: Device) -> None:
    """Check the invariants of every device, for any User-Agent."""
    for part in parts(device):
        assert 0 < len(part) <= MAX_PART_LENGTH
        assert part == part.strip()
        assert part.isprintable()
        assert part.encode()


@pytest.mark.parametrize(
    ("label", "kind", "text"),
    [pytest.param(*row, id=f"{number:03} {row[0]}: {row[2][:40]}") for number, row in enumerate(ROWS, 1)],
)
def test_users_recognize_their_device(label: str, kind: str, text: str) -> None:
    device = describe(text)

    assert (device.label, device.kind) == (label, kind)
    assert_presentable(device)


def test_the_table_is_broad_and_has_no_duplicates() -> None:
    texts = [text for _, _, text in ROWS]

    assert len(texts) > 350
    assert len(set(texts)) == len(texts)
    assert {kind for _, kind, _ in ROWS} == set(DeviceKind)


@pytest.mark.parametrize("text", [None, "", " ", "\t\r\n", "\x00", "\x00\x7f\x85", "\ud800"])
def test_an_empty_user_agent_is_an_unknown_device(text: str | None) -> None:
    assert describe(text) == UNKNOWN


@pytest.mark.parametrize("text", [text for _, _, text in ROWS if "iPhone" in text or "iPad" in text or "iPod" in text])
def test_a_user_agent_with_an_apple_handheld_is_never_a_mac(text: str) -> None:
    device = describe(text)

    assert device.os != "macOS"
    assert "macOS" not in device.label
    assert device.kind is not DeviceKind.DESKTOP


DESKTOP, PHONE, TABLET = DeviceKind.DESKTOP, DeviceKind.PHONE, DeviceKind.TABLET
SAFARI = "Mobile/15E148 Safari/604.1"
SAMSUNG = "SamsungBrowser/24.0 Chrome/117.0.0.0 Mobile Safari/537.36"
WHOLE = {
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0": Device(
        "Firefox on Ubuntu", DESKTOP, "Firefox", "128.0", "Ubuntu"
    ),
    f"Mozilla/5.0 (Windows NT 6.1; Win64; x64) {CHROME} Safari/537.36 Edg/109.0.1518.140": Device(
        "Edge on Windows", DESKTOP, "Edge", "109.0", "Windows", "7"
    ),
    f"Mozilla/5.0 (Windows NT 6.3; Win64; x64) {CHROME} Safari/537.36": Device(
        "Chrome on Windows", DESKTOP, "Chrome", "128.0", "Windows", "8.1"
    ),
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) {WEBKIT} Version/17.5 {SAFARI}": (
        Device("Safari on iPhone", PHONE, "Safari", "17.5", "iOS", "17.5", "iPhone")
    ),
    f"Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) {WEBKIT} CriOS/126.0.6478.54 {SAFARI}": (
        Device("Chrome on iPad", TABLET, "Chrome", "126.0", "iPadOS", "17.4", "iPad")
    ),
    f"Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) {WEBKIT} Version/12.1 {SAFARI}": (
        Device("Safari on iPad", TABLET, "Safari", "12.1", "iOS", "12.5", "iPad")
    ),
    f"Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S911B) {WEBKIT} {SAMSUNG}": Device(
        *("Samsung Internet on Galaxy S23", PHONE, "Samsung Internet", "24.0"),
        *("Android", "14", "Galaxy S23"),
    ),
    f"Mozilla/5.0 (Linux; Android 13; SM-X999) {CHROME} Safari/537.36": Device(
        *("Chrome on Samsung SM-X999", TABLET, "Chrome", "128.0"),
        *("Android", "13", "Samsung SM-X999"),
    ),
    "Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ3A.230805.001)": Device(
        "App on Pixel 7", PHONE, None, None, "Android", "13", "Pixel 7"
    ),
    "curl/8.5.0": Device("curl", DeviceKind.PROGRAM, "curl", "8.5"),
    "Python/3.11 aiohttp/3.9.5": Device("aiohttp", DeviceKind.PROGRAM, "aiohttp", "3.9"),
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": Device(
        "Googlebot", DeviceKind.BOT, "Googlebot", "2.1"
    ),
}


@pytest.mark.parametrize(("text", "device"), WHOLE.items())
def test_all_fields_of_a_device(text: str, device: Device) -> None:
    assert describe(text) == device


@pytest.mark.parametrize(
    ("text", "os"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36", "Windows"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {CHROME} Safari/537.36", "macOS"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36", "ChromeOS"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36", "Android"),
        ("Spotify/8.8.0.347 Android/33 (Pixel 6)", "Android"),
    ],
)
def test_a_version_that_every_release_repeats_is_not_reported(text: str, os: str) -> None:
    device = describe(text)

    assert (device.os, device.os_version) == (os, None)


def test_the_version_of_safari_reveals_a_newer_ios() -> None:
    said = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {WEBKIT} Version/{{}} Mobile"

    assert describe(said.format("18.6") + "/15E148 Safari/604.1").os_version == "18.6"
    assert describe(said.format("26.1") + "/15E148 Safari/604.1").os_version == "26.1"


# Parts that the patterns search for, combined at random.
PIECES = st.sampled_from(
    [
        *("Mozilla/5.0 ", "Opera/9.80 ", "Dalvik/2.1.0 ", "AppleWebKit/537.36 ", "Version/4.0 "),
        *("(KHTML, like Gecko) ", "Chrome/", "Safari/", "Firefox/", "Mobile ", "Build/", "Tablet"),
        *("(Linux; ", "Android ", "Android/33 (", "U; ", "en-us; ", "iPhone", "iPad; ", "like "),
        *("Windows NT 10.0; ", "Mac OS X 10_15_7", "CrOS ", "OpenHarmony ", "Kindle/", "rv:"),
        *("compatible; ", "bot", "spider", "+http://", "CFNetwork/", "Electron/", "Instagram "),
        *("1080x2340; ", "SM-", "SM-S911B", "GT-I9505", "KF", "KFTT", "PlayStation 5", "; aft"),
        *("FBAN/FBIOS;", "MicroMessenger", "HeadlessChrome", "PowerShell/", "curl/", "python/"),
        *(";", "(", ")", "/", " ", "%20", "_", "\x00", "\u202e", "\ufffd", "\ud800", "٣", "é"),
        *("999999999999", "1.", "v2", "<b>", "{0}", "%s", "a" * 90),
    ]
)
HOSTILE = st.lists(PIECES | st.text(max_size=8), max_size=60).map("".join)


@given(st.text() | HOSTILE)
@example("Mozilla/5.0 (Linux; Android 10; " + "(" * 480)
@example("bot" * 170)
@settings(deadline=None, max_examples=500)
def test_any_text_is_described_presentably(text: str) -> None:
    assert_presentable(describe(text))


@given(st.sampled_from([text for _, _, text in ROWS]), st.integers(0, 400), HOSTILE)
@settings(deadline=None, max_examples=300)
def test_a_real_string_that_was_tampered_with_is_described_presentably(text: str, where: int, pieces: str) -> None:
    assert_presentable(describe(text[:where] + pieces + text[where:]))


@pytest.mark.parametrize(
    "template",
    [
        "{}",
        "{}/1.0",
        "{}/1 CFNetwork/1410.0.3 Darwin/22.6.0",
        "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
        f"Mozilla/5.0 (Linux; Android 14; {{}}) {CHROME} Mobile Safari/537.36",
        f"Mozilla/5.0 (Linux; Android 14; {{}} Build/UP1A) {CHROME} Mobile Safari/537.36",
        "Mozilla/5.0 (compatible; {}; +https://evil.example/)",
        "Mozilla/5.0 (X11; Linux) (KHTML, like Gecko) {}/1.0 Chrome/128.0.0.0 Electron/30.0.0",
        "Instagram 415.0.0.36.76 Android (33/13; 320dpi; 720x1600; x; {}; a; b; en_US; 1)",
        "{} bot/1.0",
        "{}Spider/1.0",
    ],
)
@pytest.mark.parametrize(
    "message",
    [
        "Your account is locked, call +1 555 0100 and tell them your password",
        "<a href=https://evil.example>Sign in again</a>",
        "https://evil.example/sign-in-again-now",
        "Windows\u202eexe.evil",
    ],
)
def test_a_message_does_not_get_into_the_label(template: str, message: str) -> None:
    label = describe(template.format(message)).label

    assert message not in label
    assert "evil.example" not in label
    assert "call +1" not in label
    assert "\u202e" not in label


def test_only_the_beginning_of_a_string_counts_and_is_cached() -> None:
    begin = f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {CHROME} Mobile Safari/537.36".ljust(512, "x")

    once = describe(begin)

    assert len(begin) == MAX_USER_AGENT_LENGTH
    assert describe(begin + "Googlebot/2.1 " * 100_000) is once
    assert describe(begin + "curl/8.5.0") is once


def test_importing_the_module_does_not_wait_for_the_parser() -> None:
    code = "import sys, sessionql.resolvers.devices.user_agent; sys.exit('ua_parser' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (None, None),
        (b"", None),
        (b" \t ", None),
        (b"\x00\x01\x7f", None),
        (b"curl/8.5.0", "curl/8.5.0"),
        (b"  curl/8.5.0\r\n", "curl/8.5.0"),
        (b"cu\x00rl/8\x1b[31m.5", "curl/8[31m.5"),
        ("Caf\u00e9/1.0 \u7ea2\u7c73".encode(), "Caf\u00e9/1.0 \u7ea2\u7c73"),
        ("a\u202eb\u200bc\u0085d".encode(), "abcd"),
        (b"caf\xe9/1.0", "caf\ufffd/1.0"),
        (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),
        (b"x" * 10_000, "x" * 512),
        (b"\x00" * 600 + b"curl", "curl"),
        (b"x" * 511 + b" y", "x" * 511),
    ],
)
def test_a_header_is_cleaned(raw: bytes | None, text: str | None) -> None:
    assert clean_user_agent(raw) == text


@given(st.binary(max_size=1200) | st.text(max_size=700).map(lambda text: text.encode("utf-8", "replace")))
def test_any_header_can_be_stored_and_displayed(raw: bytes) -> None:
    text = clean_user_agent(raw)

    if text is not None:
        assert 0 < len(text) <= MAX_USER_AGENT_LENGTH
        assert text == text.strip()
        assert not any(unicodedata.category(letter).startswith("C") for letter in text)
        assert clean_user_agent(text.encode()) == text
