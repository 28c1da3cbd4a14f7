"""E-mail addresses: displayed in normal form, compared so that all forms are one account."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionql.resolvers.errors import InvalidInput
from sessionql.resolvers.values.emails import email_key, normalize_email


def key_of(text: str) -> str:
    """Return the comparison key of an address."""
    normalized = normalize_email(text)
    assert isinstance(normalized, str)
    return email_key(normalized)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("ana@example.com", "ana@example.com"),
        ("  ana@example.com \n", "ana@example.com"),
        ("Ana.Maria@EXAMPLE.com", "Ana.Maria@example.com"),
        ("ana+shop@example.com", "ana+shop@example.com"),
        ("jose\u0301@example.com", "josé@example.com"),
        ("ana@bu\u0308cher.example", "ana@bücher.example"),
        ("ana@xn--bcher-kva.example", "ana@bücher.example"),
        ("用户@例子.广告", "用户@例子.广告"),
    ],
)
def test_an_address_is_displayed_in_its_normal_form(written: str, shown: str) -> None:
    assert normalize_email(written) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ana",
        "@",
        "ana@",
        "@example.com",
        "ana@@example.com",
        "ana@localhost",
        "a b@example.com",
        "ana@exa mple.com",
        "ana@example..com",
        ".ana@example.com",
        "ana@-example.com",
        "ana\x00@example.com",
        "\ud800@example.com",
        "ana@exam\ud800ple.com",
        "ana\u202e@example.com",
        "ana＠example.com",
        '"ana"@example.com',
        "Ana <ana@example.com>",
        "ana@[127.0.0.1]",
        "a" * 250 + "@example.com",
        "ana@" + "e" * 64 + ".com",
        "ana@" + "e." * 130 + "com",
        "a\n@b.com",
    ],
    ids=ascii,
)
def test_text_that_is_not_an_address_is_rejected_with_a_message(text: str) -> None:
    rejection = normalize_email(text)

    assert isinstance(rejection, InvalidInput)
    assert rejection.path == ("input", "email")
    assert rejection.message.startswith("This is not an e-mail address: ")


@settings(deadline=None, max_examples=300)
@given(text=st.text() | st.emails() | st.builds("{}@{}".format, st.text(max_size=9), st.text(max_size=9)))
def test_any_text_is_an_address_or_rejected_without_an_exception(text: str) -> None:
    normalized = normalize_email(text)

    if isinstance(normalized, str):
        assert normalize_email(normalized) == normalized
        assert email_key(normalized).encode()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ana@example.com", "ANA@EXAMPLE.COM"),
        ("josé@example.com", "JOSE\u0301@example.com"),
        ("straße@example.com", "STRASSE@example.com"),
        ("ΣΟΦΟΣ@example.com", "σοφος@example.com"),
        ("ana@bücher.example", "ANA@XN--BCHER-KVA.example"),
    ],
)
def test_forms_of_one_address_are_one_account(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ana@example.com", "anna@example.com"), ("ana@example.com", "ana@example.org"), ("a.b@x.de", "ab@x.de")],
)
def test_other_addresses_are_other_accounts(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


def test_upper_case_is_the_same_account_in_every_script() -> None:
    # Case folding may produce text that is not normalized: ΐ and its capital fold to different sequences.
    differ = [
        hex(code)
        for code in range(0xA0, 0x20000)
        if unicodedata.category(letter := chr(code)) in ("Ll", "Lu", "Lt")
        and letter != "ı"  # its capital belongs to another letter, i
        and isinstance(lower := normalize_email(f"a{letter}@x.de"), str)
        and isinstance(upper := normalize_email(f"a{letter.upper()}@x.de"), str)
        and email_key(lower) != email_key(upper)
    ]
    assert differ == []


def test_an_address_crafted_to_be_slow_is_rejected_without_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionql.resolvers.values.emails.validate_email", lambda *_, **__: pytest.fail("it was read"))

    assert isinstance(normalize_email("a" + "\u0300\u0316" * 15_000 + "@example.com"), InvalidInput)
