"""The text of an access token: rejected if it is changed, truncated or extended anywhere."""

import json
import string
from base64 import urlsafe_b64decode
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sessionql.resolvers.tokens.access import MAX_TOKEN_LENGTH, Signature
from sessionql.resolvers.tokens.keys import KeyRing
from sessionql.resolvers.tokens.refresh import RefreshClaims, sign
from tests.resolvers.builders import NOW, a_session, make_tokens
from tests.resolvers.handmade_tokens import BASE64URL, base64url, signed, valid_claims

RING = KeyRing.generate(NOW)
TOKENS = make_tokens(RING)
SHARED = make_tokens(RING, signature=Signature("HS256", "0123456789abcdef0123456789abcdef"))
SESSION = a_session()
TOKEN_ID = UUID("019ab000-0000-7000-8000-0000000000a3")
GOOD = {
    "EdDSA": (TOKENS, TOKENS.sign(SESSION, TOKEN_ID, NOW + timedelta(days=30), NOW).text),
    "HS256": (SHARED, SHARED.sign(SESSION, TOKEN_ID, NOW + timedelta(days=30), NOW).text),
}
LEN = len(GOOD["EdDSA"][1])
CHARACTERS = st.sampled_from(BASE64URL) | st.sampled_from(string.printable) | st.characters()

each_algorithm = pytest.mark.parametrize("algorithm", sorted(GOOD))


def is_rejected(token: str) -> bool:
    """Whether the token is rejected under EdDSA."""
    return TOKENS.verify(token, NOW) is None


@each_algorithm
def test_no_character_can_be_any_other_base64url_character(algorithm: str) -> None:
    tokens, good = GOOD[algorithm]
    assert tokens.verify(good, NOW) is not None

    for position, there in enumerate(good):
        in_signature = position > good.rindex(".")
        # At other positions the next few are enough: they differ in the lowest bits, which a lenient decoder drops.
        others = BASE64URL if in_signature else (BASE64URL * 2)[BASE64URL.find(there) + 1 :][:4] + "."
        for other in set(others) - {there}:
            assert tokens.verify(good[:position] + other + good[position + 1 :], NOW) is None, (position, other)


@each_algorithm
def test_every_truncation_is_rejected(algorithm: str) -> None:
    tokens, good = GOOD[algorithm]

    for position in range(len(good)):
        assert tokens.verify(good[:position], NOW) is None
        assert tokens.verify(good[position + 1 :], NOW) is None
        assert tokens.verify(good[:position] + good[position + 1 :], NOW) is None


@each_algorithm
def test_every_truncation_of_the_bytes_is_rejected(algorithm: str) -> None:
    """The canonical encoding of fewer or more bytes: the whole signature or HMAC is compared."""
    tokens, good = GOOD[algorithm]
    head, _, signature = good.rpartition(".")
    raw = urlsafe_b64decode(signature + "==")

    for length in range(len(raw)):
        assert tokens.verify(f"{head}.{base64url(raw[:length])}", NOW) is None
        assert tokens.verify(f"{head}.{base64url(raw[length + 1 :])}", NOW) is None
    for more in (b"\0", b"\0" * 32, raw[:1], raw):
        assert tokens.verify(f"{head}.{base64url(raw + more)}", NOW) is None
        assert tokens.verify(f"{head}.{base64url(more + raw)}", NOW) is None


@each_algorithm
def test_the_standard_base64_alphabet_is_rejected(algorithm: str) -> None:
    tokens, _ = GOOD[algorithm]
    for number in range(64):
        token_id = UUID(int=TOKEN_ID.int + number)
        good = tokens.sign(SESSION, token_id, NOW + timedelta(days=30), NOW).text
        standard = good.translate(str.maketrans("-_", "+/"))
        padded = ".".join(part + "=" * (-len(part) % 4) for part in good.split("."))
        for other in {standard, padded} - {good}:
            assert tokens.verify(other, NOW) is None, other


@each_algorithm
@pytest.mark.parametrize("extra", ["=", "==", " ", "\t", "\n", "\r\n", "\0", "A", ".", "\u00a0", "\ud800", "é"])
def test_nothing_can_be_added_at_either_end_or_to_a_part(algorithm: str, extra: str) -> None:
    tokens, good = GOOD[algorithm]
    header, claims, signature = good.split(".")

    assert tokens.verify(good + extra, NOW) is None
    assert tokens.verify(extra + good, NOW) is None
    assert tokens.verify(f"{header}{extra}.{claims}.{signature}", NOW) is None
    assert tokens.verify(f"{header}.{claims}{extra}.{signature}", NOW) is None


@settings(deadline=None, max_examples=300)
@given(position=st.integers(0, LEN - 1), other=CHARACTERS)
def test_any_character_changed_to_any_other_is_rejected(position: int, other: str) -> None:
    good = GOOD["EdDSA"][1]
    assume(good[position] != other)

    assert is_rejected(good[:position] + other + good[position + 1 :])


@settings(deadline=None, max_examples=200)
@given(position=st.integers(0, LEN), more=st.text(CHARACTERS, min_size=1, max_size=8))
def test_any_insertion_is_rejected(position: int, more: str) -> None:
    good = GOOD["EdDSA"][1]

    assert is_rejected(good[:position] + more + good[position:])


@settings(deadline=None, max_examples=200)
@given(text=st.text() | st.from_regex(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", fullmatch=True))
def test_any_text_is_rejected_without_an_exception(text: str) -> None:
    assert is_rejected(text)
    assert SHARED.verify(text, NOW) is None


@each_algorithm
def test_a_token_of_other_than_three_parts_is_rejected(algorithm: str) -> None:
    tokens, good = GOOD[algorithm]
    header, claims, signature = good.split(".")
    encrypted = base64url(b'{"alg":"dir","enc":"A256GCM"}')

    for token in (
        f"{encrypted}..{base64url(bytes(12))}.{claims}.{base64url(bytes(16))}",
        f"{header}.{claims}.{signature}.{claims}.{signature}",
        f"{header}..{claims}.{signature}.",
        f"{header}.{claims}.{signature}.",
        f".{header}.{claims}.{signature}",
        f"{header}..{signature}",
        f"{header}.{claims}.",
        f"{header}.{claims}",
        header,
        "..",
        "....",
    ):
        assert tokens.verify(token, NOW) is None, token


@each_algorithm
def test_a_token_in_the_other_serialization_is_rejected(algorithm: str) -> None:
    tokens, good = GOOD[algorithm]
    header, claims, signature = good.split(".")
    flat = {"protected": header, "payload": claims, "signature": signature}

    assert tokens.verify(json.dumps(flat), NOW) is None
    assert tokens.verify(json.dumps({"payload": claims, "signatures": [flat]}), NOW) is None


@each_algorithm
def test_a_refresh_token_is_no_access_token(algorithm: str) -> None:
    tokens, _ = GOOD[algorithm]
    refresh = sign(RefreshClaims(SESSION.user_id, SESSION.id, 0), RING.refresh[0])

    for token in (refresh, refresh.removeprefix("sqlr_"), f"{refresh}.{refresh}.{refresh}"):
        assert tokens.verify(token, NOW) is None


def test_parts_of_two_valid_tokens_are_not_a_third() -> None:
    other = signed(RING, valid_claims(a_session(id=UUID("019ab000-0000-7000-8000-0000000000b2")))).split(".")
    ours = signed(RING, valid_claims(SESSION)).split(".")

    assert TOKENS.verify(".".join(other), NOW) is not None
    assert is_rejected(".".join([*ours[:2], other[2]]))
    assert is_rejected(".".join([ours[0], other[1], ours[2]]))


def test_a_very_long_token_is_rejected_without_decoding() -> None:
    good = signed(RING, valid_claims(SESSION, more="x" * MAX_TOKEN_LENGTH))

    assert len(good) > MAX_TOKEN_LENGTH
    assert is_rejected(good)
    assert is_rejected("A" * 10_000_000)
    assert is_rejected("." * 10_000_000)
    assert TOKENS.verify(signed(RING, valid_claims(SESSION, more="x" * 500)), NOW) is not None, "only the length was"
