"""Client Hints improve the labels of Chromium browsers; invalid headers have no effect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionql.resolvers.devices.client_hints import ClientHints, read_hints
from sessionql.resolvers.devices.user_agent import describe
from sessionql.storage.records import DeviceKind

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36"
PHONE = f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36"
TABLET = f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Safari/537.36"
MAC = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {CHROME} Safari/537.36"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
NOISE = '"Not=A?Brand";v="8"'
ENGINE = f'"Chromium";v="129.0.6668.70", {NOISE}'
BRAVE = f'"Brave";v="129.0.6668.70", {ENGINE}'


def hints(platform: str = "", version: str = "", model: str = "", brands: str = "") -> ClientHints:
    """Build hints from raw header values."""
    said = {
        "sec-ch-ua": brands and brands.replace(".0.6668.70", ""),
        "sec-ch-ua-full-version-list": brands,
        "sec-ch-ua-mobile": "?0",
        "sec-ch-ua-platform": platform and f'"{platform}"',
        "sec-ch-ua-platform-version": version and f'"{version}"',
        "sec-ch-ua-model": f'"{model}"',
    }
    return read_hints(tuple((name.encode(), value.encode("latin-1")) for name, value in said.items() if value))


@pytest.mark.parametrize(
    ("user_agent", "said", "label", "system", "version"),
    [
        (WINDOWS, hints("Windows", "15.0.0"), "Chrome on Windows 11", "Windows", "11"),
        (WINDOWS, hints("Windows", "13.0.0"), "Chrome on Windows 11", "Windows", "11"),
        (WINDOWS, hints("Windows", "10.0.0"), "Chrome on Windows 10", "Windows", "10"),
        (WINDOWS, hints("Windows", "0.3.0"), "Chrome on Windows", "Windows", None),
        (WINDOWS, hints("Windows"), "Chrome on Windows", "Windows", None),
        (f"{WINDOWS} Edg/129.0.0.0", hints("Windows", "15.0.0"), "Edge on Windows 11", "Windows", "11"),
        (PHONE, hints("Android", "14.0.0", "Pixel 8"), "Chrome on Pixel 8", "Android", "14"),
        (PHONE, hints("Android", "14", "SM-S911B"), "Chrome on Galaxy S23", "Android", "14"),
        (PHONE, hints("Android", "14.0.0", "K) Evil ("), "Chrome on Android", "Android", None),
        (TABLET, hints("Android", "13.0.0", "SM-X710"), "Chrome on Galaxy Tab S9", "Android", "13"),
        (MAC, hints("macOS", "14.5.0"), "Chrome on macOS", "macOS", "14.5"),
        (MAC, hints("Windows", "15.0.0"), "Chrome on macOS", "macOS", None),
        (FIREFOX, hints("Windows", "15.0.0", brands=BRAVE), "Firefox on Windows", "Windows", None),
    ],
)
def test_client_hints_add_what_the_user_agent_hides(
    user_agent: str, said: ClientHints, label: str, system: str, version: str | None
) -> None:
    device = describe(user_agent, said)
    assert (device.label, device.os, device.os_version) == (label, system, version)


@pytest.mark.parametrize(
    ("brands", "name", "version"),
    [
        (BRAVE, "Brave", "129.0"),
        (f'{ENGINE}, "YaBrowser";v="24.7.6668.70"', "YaBrowser", "24.7"),
        (f'"Google Chrome";v="129.0.6668.70", {ENGINE}', "Chrome", "129.0"),
        (f'" Not A;Brand";v="99", {ENGINE}', "Chrome", "129.0"),
        (f'"<b>Evil</b>";v="1", {ENGINE}', "Chrome", "129.0"),
        ("nonsense", "Chrome", "129.0"),
    ],
)
def test_a_chromium_browser_has_its_own_name(brands: str, name: str, version: str) -> None:
    device = describe(WINDOWS, hints("Windows", "15.0.0", brands=brands))
    assert (device.label, device.browser, device.browser_version) == (f"{name} on Windows 11", name, version)


def test_a_tablet_stays_a_tablet() -> None:
    assert describe(TABLET, hints("Android", "13.0.0", "SM-X710")).kind is DeviceKind.TABLET
    assert describe(PHONE, hints("Android", "14.0.0", "Pixel 8")).kind is DeviceKind.PHONE


def test_headers_that_are_not_hints_are_ignored() -> None:
    said = [(b"sec-ch-ua-platform", b"Windows"), (b"sec-ch-ua-model", b'"' * 9000), (b"sec-ch-ua-odd", b"\xff")]
    assert read_hints(tuple(said)) == ClientHints()


NAMES = [b"sec-ch-ua" + end for end in (b"", b"-full-version-list", b"-model", b"-platform", b"-platform-version")]


@given(
    st.dictionaries(
        st.sampled_from(NAMES), st.binary(max_size=80) | st.text(max_size=40).map(lambda t: f'"{t}"'.encode())
    ),
    st.sampled_from([WINDOWS, PHONE, MAC, FIREFOX, "", "Chrome/"]),
)
def test_no_header_raises_or_makes_a_long_label(said: dict[bytes, bytes], user_agent: str) -> None:
    device = describe(user_agent, read_hints(tuple(said.items())))
    assert 0 < len(device.label) <= 80
    assert device.label.isprintable()
