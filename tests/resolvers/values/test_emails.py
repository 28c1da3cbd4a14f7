"""E-mail addresses: displayed in normal form, compared so that all forms are one account."""

import unicodedata
from unicodedata import normalize

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
        ("straße@example.com", "STRAẞE@example.com"),
        ("ΣΟΦΟΣ@example.com", "σοφος@example.com"),
        ("ana@bücher.example", "ANA@XN--BCHER-KVA.example"),
        ("ana@faß.example.de", "ana@xn--fa-hia.example.de"),
        ("ana@faß.example.de", "ANA@FA\u1e9e.example.de"),
    ],
)
def test_forms_of_one_address_are_one_account(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ana@example.com", "anna@example.com"),
        ("ana@example.com", "ana@example.org"),
        ("a.b@x.de", "ab@x.de"),
        ("ana@faß.example.de", "ana@fass.example.de"),
        ("ana@ςas.example", "ana@σas.example"),
        ("straße@x.de", "strasse@x.de"),
        ("ﬁnn@x.de", "finn@x.de"),
        ("ſam@x.de", "sam@x.de"),
        ("µ@x.de", "μ@x.de"),
    ],
)
def test_other_addresses_are_other_accounts(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


def test_no_letter_is_compared_as_two_letters_or_as_a_letter_of_another_form() -> None:
    for code in (*range(0x80, 0xD800), *range(0xE000, 0x110000)):
        letter = chr(code)
        [folded] = {email_key(f"{form}@x.de").removesuffix("@x.de") for form in (letter, normalize("NFC", letter))}
        # Nothing but the letter itself, in canonical composition, and its one lower-case letter.
        allowed = {letter, letter.lower() if len(letter.lower()) == 1 else letter, "σ" if letter == "ς" else letter}
        assert folded in {normalize("NFC", each) for each in allowed}, ascii(letter)


def test_a_letter_and_its_capital_are_the_same_account_in_every_script() -> None:
    differ = [
        letter
        for letter in map(chr, range(0xA0, 0x20000))
        if unicodedata.category(letter) in ("Ll", "Lu", "Lt")
        and len(letter.upper()) == 1
        # Not where the capital is that of another letter, as with the dotless i and the long s.
        and normalize("NFC", letter.upper().lower()) == normalize("NFC", letter.lower())
        and email_key(f"a{letter}@x.de") != email_key(f"a{letter.upper()}@x.de")
    ]
    assert differ == []


@settings(deadline=None)
@given(local=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9))
def test_a_key_is_the_key_of_itself(local: str) -> None:
    key = email_key(f"{local}@bücher.example")

    assert email_key(key) == key
    assert key.endswith("@xn--bcher-kva.example")


NONSTANDARD = {
    "ana@box.local": "ana@box.local",
    "Ana@BOX.Local": "Ana@box.local",
    "ana@home.arpa": "ana@home.arpa",
    "ana@nas.HOME.ARPA": "ana@nas.home.arpa",
    "ana@localhost": "ana@localhost",
    "josé@bücher.local": "josé@bücher.local",
    "a..b@docomo.ne.jp": "a..b@docomo.ne.jp",
    "a.@docomo.ne.jp": "a.@docomo.ne.jp",
    "a...@localhost": "a...@localhost",
    "jose\u0301..b@docomo.ne.jp": "josé..b@docomo.ne.jp",
}


@pytest.mark.parametrize("text", NONSTANDARD)
def test_a_nonstandard_address_is_accepted_only_where_it_is_allowed(text: str) -> None:
    assert isinstance(normalize_email(text), InvalidInput)
    assert normalize_email(text, nonstandard=True) == NONSTANDARD[text]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@localhost",
        ".a@docomo.ne.jp",
        "..@x.de",
        "a@x..de",
        "a@x.de.",
        "a@.local",
        "a@x.arpa",
        "a@xlocal",
        "a b@localhost",
    ],
)
def test_what_is_no_address_is_none_where_nonstandard_ones_are_allowed(text: str) -> None:
    assert isinstance(normalize_email(text, nonstandard=True), InvalidInput)


@settings(deadline=None, max_examples=300)
@given(
    text=st.text() | st.emails() | st.builds("{}@{}".format, st.text("ab.é", max_size=5), st.text("a.loc", max_size=9))
)
def test_where_nonstandard_addresses_are_allowed_standard_ones_stay_the_same(text: str) -> None:
    standard, found = normalize_email(text), normalize_email(text, nonstandard=True)

    if isinstance(standard, str):
        assert found == standard
    elif isinstance(found, str):
        assert normalize_email(found, nonstandard=True) == found
        assert email_key(found).encode()


def test_an_address_crafted_to_be_slow_is_rejected_without_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionql.resolvers.values.emails.validate_email", lambda *_, **__: pytest.fail("it was read"))

    assert isinstance(normalize_email("a" + "\u0300\u0316" * 15_000 + "@example.com"), InvalidInput)
