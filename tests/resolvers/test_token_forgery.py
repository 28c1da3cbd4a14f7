"""Access tokens that somebody changed, or made: none of them is taken for one of ours."""

import string
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from resolvers.keys import KeyRing
from resolvers.tokens import LONGEST, Signature
from tests.resolvers.builders import (
    BASE64URL,
    NOW,
    a_session,
    base64url,
    forge,
    good_claims,
    good_header,
    hs256,
    make_tokens,
    signed,
)

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
CLAIMS = ("iss", "aud", "sub", "sid", "jti", "iat", "exp", "auth_time")

each_algorithm = pytest.mark.parametrize("algorithm", sorted(GOOD))


def claiming(claim: str, value: Any) -> str:
    """A token that is good but for this claim; ... takes the claim away."""
    return signed(RING, good_claims(SESSION, NOW, **{claim: value}))


def refused(token: str) -> bool:
    """Whether EdDSA tokens are checked and this is none."""
    return TOKENS.verify(token, NOW) is None


@each_algorithm
def test_no_character_can_be_any_other_base64url_character(algorithm: str) -> None:
    tokens, good = GOOD[algorithm]
    assert tokens.verify(good, NOW) is not None

    for place, there in enumerate(good):
        in_signature = place > good.rindex(".")
        # Elsewhere the next few are enough: they differ in the lowest bits, which a lax decoder drops.
        others = BASE64URL if in_signature else (BASE64URL * 2)[BASE64URL.find(there) + 1 :][:4] + "."
        for other in set(others) - {there}:
            assert tokens.verify(good[:place] + other + good[place + 1 :], NOW) is None, (place, other)


@each_algorithm
def test_every_cut_is_refused(algorithm: str) -> None:
    tokens, good = GOOD[algorithm]

    for place in range(len(good)):
        assert tokens.verify(good[:place], NOW) is None
        assert tokens.verify(good[place + 1 :], NOW) is None
        assert tokens.verify(good[:place] + good[place + 1 :], NOW) is None


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
@given(place=st.integers(0, LEN - 1), other=CHARACTERS)
def test_any_character_changed_to_any_other_is_refused(place: int, other: str) -> None:
    good = GOOD["EdDSA"][1]
    assume(good[place] != other)

    assert refused(good[:place] + other + good[place + 1 :])


@settings(deadline=None, max_examples=200)
@given(place=st.integers(0, LEN), more=st.text(CHARACTERS, min_size=1, max_size=8))
def test_any_insertion_is_refused(place: int, more: str) -> None:
    good = GOOD["EdDSA"][1]

    assert refused(good[:place] + more + good[place:])


@settings(deadline=None, max_examples=200)
@given(text=st.text() | st.from_regex(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", fullmatch=True))
def test_any_text_is_refused_and_never_an_exception(text: str) -> None:
    assert refused(text)
    assert SHARED.verify(text, NOW) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None, max_examples=200)
@given(alg=JSON, typ=JSON, kid=JSON, name=st.sampled_from(["crit", "b64", "jwk", "x5u", "zip", "enc"]), more=JSON)
def test_no_header_makes_an_unsigned_token_good_or_raises(
    alg: object, typ: object, kid: object, name: str, more: object
) -> None:
    for header in (
        {"alg": alg, "typ": "at+jwt", "kid": RING.signing[0].kid},
        {"alg": "EdDSA", "typ": typ, "kid": RING.signing[0].kid},
        {"alg": "EdDSA", "typ": "at+jwt", "kid": kid},
        {**good_header(RING), name: more},
    ):
        assert refused(forge(header, good_claims(SESSION), lambda _: b"\0" * 64))


@pytest.mark.parametrize("header", [b"[" * 1400, b'{"a":' * 280, b"[]", b"7", b"null", b"\xff\xfe", b'"at+jwt"', b"{"])
def test_a_header_that_is_no_header_is_refused(header: bytes) -> None:
    token = f"{base64url(header)}.{base64url(b'{}')}.{base64url(bytes(64))}"

    assert len(token) <= LONGEST, "or its length would be what is refused"
    assert refused(token)


def test_the_tokens_made_by_hand_are_good_so_what_follows_is_refused_for_its_one_fault() -> None:
    assert TOKENS.verify(signed(RING, good_claims(SESSION)), NOW) is not None
    assert SHARED.verify(
        forge({"alg": "HS256", "typ": "at+jwt"}, good_claims(SESSION), hs256(b"0123456789abcdef0123456789abcdef")), NOW
    )


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_is_required(claim: str) -> None:
    assert refused(claiming(claim, ...))
    assert refused(claiming(claim, None))


ODD: list[object] = [True, 1.5, {}, [], [1], {"a": 1}, 10**30, -(10**30)]


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_a_claim_of_another_type_or_out_of_range_is_refused(claim: str, value: object) -> None:
    assert refused(claiming(claim, value))


@pytest.mark.parametrize("claim", sorted({*CLAIMS} - {"jti"}))
@pytest.mark.parametrize("value", ["", "x", "1795432870", "2026-11-23T11:16:10Z"])
def test_a_claim_of_some_text_is_refused(claim: str, value: str) -> None:
    assert refused(claiming(claim, value))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 1e300], ids=repr)
@pytest.mark.parametrize("claim", ["iat", "exp", "auth_time"])
def test_a_time_that_is_no_whole_number_is_refused(claim: str, value: float) -> None:
    assert refused(claiming(claim, value))


@pytest.mark.parametrize("claim", ["iss", "aud"])
@pytest.mark.parametrize(
    "value", ["SessionQL", "sessionql ", "sessionql.evil.example", "someone-else", ["someone-else"]]
)
def test_another_issuer_or_audience_is_refused(claim: str, value: object) -> None:
    assert refused(claiming(claim, value))


@pytest.mark.parametrize(
    "typ", ["JWT", "jwt", "AT+JWT", "at+jwt ", "application/at+jwt", "refresh", "", None, 1, ["at+jwt"], ...]
)
def test_another_type_of_token_is_refused(typ: object) -> None:
    assert refused(signed(RING, good_claims(SESSION), typ=typ))


@pytest.mark.parametrize(
    "kid", ["", "unknown", None, 0, True, [], {}, [RING.signing[0].kid], {"kid": 1}, ..., "../keys"]
)
def test_an_unknown_key_or_one_of_an_odd_type_is_refused(kid: object) -> None:
    assert refused(signed(RING, good_claims(SESSION), kid=kid))


@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "", "HS256", "ES256", "RS256", "eddsa", "Ed448", None, 5, [], ["EdDSA"], ...]
)
def test_a_good_signature_under_another_algorithm_is_refused(alg: object) -> None:
    assert refused(signed(RING, good_claims(SESSION), alg=alg))


@pytest.mark.parametrize("alg", ["none", "None", "nOnE"])
@pytest.mark.parametrize("signature", ["", "A", "AAAA", base64url(bytes(64))])
def test_an_unsigned_token_is_refused(alg: str, signature: str) -> None:
    unsigned = forge({**good_header(RING), "alg": alg}, good_claims(SESSION), lambda _: b"")

    assert refused(unsigned + signature)
    assert refused(jwt.encode(good_claims(SESSION), "", algorithm="none", headers={"typ": "at+jwt"}))


def test_a_token_sealed_with_the_public_key_as_a_secret_is_refused() -> None:
    public = RING.signing[0].public
    header = {**good_header(RING), "alg": "HS256"}
    for secret in (
        public.public_bytes_raw(),
        base64url(public.public_bytes_raw()).encode(),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        b"",
    ):
        assert refused(forge(header, good_claims(SESSION), hs256(secret)))


@pytest.mark.parametrize(
    "crit", [["exp"], ["b64"], [], "exp", None, {}, [1], ["http://example.com/unknown"], ["alg"]], ids=repr
)
def test_a_critical_header_that_we_do_not_know_is_refused(crit: object) -> None:
    assert refused(signed(RING, good_claims(SESSION), crit=crit))


def test_a_key_that_the_token_brings_along_is_not_used() -> None:
    own = KeyRing.generate(NOW)
    header = {**good_header(RING), "jwk": own.signing[0].to_jwk(), "jku": "https://evil.example/jwks.json"}

    assert refused(forge(header, good_claims(SESSION), own.signing[0].private.sign))
    assert refused(forge({**header, "kid": own.signing[0].kid}, good_claims(SESSION), own.signing[0].private.sign))


@pytest.mark.parametrize("claim", ["sub", "sid"])
@pytest.mark.parametrize("spelling", ["{}", "{{{}}}", "urn:uuid:{}", " {}", "{}\n", "{}-"], ids=repr)
def test_an_id_has_one_spelling_in_a_token(claim: str, spelling: str) -> None:
    id_ = str(SESSION.id)
    written = {id_.upper(), id_.replace("-", ""), spelling.format(id_)} - {id_}

    assert all(refused(claiming(claim, text)) for text in written)


def test_parts_of_two_good_tokens_make_no_third() -> None:
    other = signed(RING, good_claims(a_session(id=UUID("019ab000-0000-7000-8000-0000000000b2")))).split(".")
    ours = signed(RING, good_claims(SESSION)).split(".")

    assert TOKENS.verify(".".join(other), NOW) is not None
    assert refused(".".join([*ours[:2], other[2]]))
    assert refused(".".join([ours[0], other[1], ours[2]]))


def test_a_very_long_token_is_refused_unread() -> None:
    good = signed(RING, good_claims(SESSION, more="x" * LONGEST))

    assert len(good) > LONGEST
    assert refused(good)
