"""Forged access tokens: rejected, whatever their header contains."""

import json
from itertools import product

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionql.resolvers.tokens.access import MAX_TOKEN_LENGTH, Signature
from sessionql.resolvers.tokens.keys import KeyRing
from tests.resolvers.builders import NOW, a_session, make_tokens
from tests.resolvers.handmade_tokens import base64url, forge, hs256, signed, valid_claims, valid_header

RING = KeyRing.generate(NOW)
THEIRS = KeyRing.generate(NOW)
TOKENS = make_tokens(RING)
SECRET = b"0123456789abcdef0123456789abcdef"
SHARED = make_tokens(RING, signature=Signature("HS256", SECRET.decode()))
SHARED_HEADER = {"alg": "HS256", "typ": "at+jwt"}
SESSION = a_session()
PUBLIC = RING.signing[0].public
JWK = RING.signing[0].to_jwk()


def is_rejected(token: str) -> bool:
    """Whether the token is rejected under EdDSA."""
    return TOKENS.verify(token, NOW) is None


def test_the_unchanged_handmade_tokens_are_valid() -> None:
    assert TOKENS.verify(signed(RING, valid_claims(SESSION)), NOW) is not None
    assert SHARED.verify(forge(SHARED_HEADER, valid_claims(SESSION), hs256(SECRET)), NOW) is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None, max_examples=60)
@given(alg=JSON, typ=JSON, kid=JSON, name=st.sampled_from(["crit", "b64", "jwk", "x5u", "zip", "enc"]), more=JSON)
def test_no_header_makes_an_unsigned_token_valid_or_raises(
    alg: object, typ: object, kid: object, name: str, more: object
) -> None:
    for header in (
        {"alg": alg, "typ": "at+jwt", "kid": RING.signing[0].kid},
        {"alg": "EdDSA", "typ": typ, "kid": RING.signing[0].kid},
        {"alg": "EdDSA", "typ": "at+jwt", "kid": kid},
        {**valid_header(RING), name: more},
    ):
        assert is_rejected(forge(header, valid_claims(SESSION), lambda _: b"\0" * 64))


@pytest.mark.parametrize("header", [b"[" * 1400, b'{"a":' * 280, b"[]", b"7", b"null", b"\xff\xfe", b'"at+jwt"', b"{"])
def test_a_header_that_is_not_an_object_is_rejected(header: bytes) -> None:
    token = f"{base64url(header)}.{base64url(b'{}')}.{base64url(bytes(64))}"

    assert len(token) <= MAX_TOKEN_LENGTH, "or it would be rejected for its length"
    assert is_rejected(token)


@pytest.mark.parametrize(
    "typ", ["JWT", "jwt", "AT+JWT", "at+jwt ", "application/at+jwt", "refresh", "", None, 1, ["at+jwt"], ...]
)
def test_another_type_of_token_is_rejected(typ: object) -> None:
    assert is_rejected(signed(RING, valid_claims(SESSION), typ=typ))


def test_the_type_is_required_with_a_shared_secret_too() -> None:
    for typ in ("JWT", "AT+JWT", "application/at+jwt", "", None, ["at+jwt"]):
        assert SHARED.verify(forge(SHARED_HEADER | {"typ": typ}, valid_claims(SESSION), hs256(SECRET)), NOW) is None
    assert SHARED.verify(forge({"alg": "HS256"}, valid_claims(SESSION), hs256(SECRET)), NOW) is None


KIDS: list[object] = [
    *("", "unknown", "../keys", "../../../../dev/null", "/dev/null", "file:///dev/null", "keys.json\0"),
    *("' OR '1'='1", "x' UNION SELECT 'secret' --", "https://evil.example/key", "| cat /etc/passwd", "\ud800"),
    *(None, 0, 1, -1, True, 1.5, [], {}, ["kid"], {"kid": "kid"}, ...),
]


@pytest.mark.parametrize("kid", KIDS, ids=repr)
def test_an_unknown_key_id_is_rejected_and_never_fetched(kid: object) -> None:
    assert is_rejected(signed(RING, valid_claims(SESSION), kid=kid))
    header = {
        name: value for name, value in (valid_header(RING) | {"alg": "HS256", "kid": kid}).items() if value is not ...
    }
    for secret in (b"", b"secret", b"\0"):
        assert is_rejected(forge(header, valid_claims(SESSION), hs256(secret))), "like /dev/null as a key file"


def test_a_key_id_is_compared_exactly() -> None:
    kid = RING.signing[0].kid
    others: tuple[object, ...] = (kid + " ", " " + kid, kid + "\n", kid + "\0", kid[:-1], kid * 2, [kid], {"kid": kid})
    for other in others:
        assert is_rejected(signed(RING, valid_claims(SESSION), kid=other)), other


def test_a_duplicate_header_name_does_not_validate_a_forgery() -> None:
    """RFC 7515, section 4: the last one counts, or none. Here the last one is wrong."""
    good = json.dumps(valid_header(RING)).encode()
    for name, wrong in (("kid", "unknown"), ("alg", "none"), ("alg", "HS256"), ("typ", "JWT"), ("crit", ["exp"])):
        twice = good[:-1] + json.dumps({name: wrong}).replace("{", ", ").encode()
        assert is_rejected(forge(twice, valid_claims(SESSION), RING.signing[0].private.sign)), name
    for unsigned in (b'{"alg": "none", ' + good[1:], good[:-1] + b', "alg": "none"}'):
        assert is_rejected(forge(unsigned, valid_claims(SESSION), lambda _: b""))
        assert is_rejected(forge(unsigned, valid_claims(SESSION), lambda _: bytes(64)))
        assert is_rejected(forge(unsigned, valid_claims(SESSION), THEIRS.signing[0].private.sign))


@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "", "HS256", "ES256", "RS256", "eddsa", "Ed448", None, 5, [], ["EdDSA"], ...]
)
def test_a_valid_signature_under_another_algorithm_is_rejected(alg: object) -> None:
    assert is_rejected(signed(RING, valid_claims(SESSION), alg=alg))


def test_a_valid_hmac_under_another_algorithm_is_rejected() -> None:
    for alg in ("EdDSA", "HS384", "HS512", "hs256", "Hs256", "none", "", None, ["HS256"]):
        assert SHARED.verify(forge(SHARED_HEADER | {"alg": alg}, valid_claims(SESSION), hs256(SECRET)), NOW) is None


NONES = ["".join(letters) for letters in product("nN", "oO", "nN", "eE")]


@pytest.mark.parametrize("alg", [*NONES, "none ", "none\0", "nоne", "", "null"])
def test_an_unsigned_token_is_rejected_in_every_spelling_of_none(alg: str) -> None:
    for tokens, header in ((TOKENS, valid_header(RING)), (SHARED, SHARED_HEADER)):
        unsigned = forge(header | {"alg": alg}, valid_claims(SESSION), lambda _: b"")
        assert tokens.verify(unsigned, NOW) is None
        assert tokens.verify(unsigned.removesuffix("."), NOW) is None
        for signature in ("A", "AAAA", base64url(bytes(32)), base64url(bytes(64))):
            assert tokens.verify(unsigned + signature, NOW) is None


PUBLIC_KEYS: dict[str, bytes] = {
    "its bytes": PUBLIC.public_bytes_raw(),
    "its bytes in hexadecimal": PUBLIC.public_bytes_raw().hex().encode(),
    "its x": JWK["x"].encode(),
    "its JWK": json.dumps(JWK).encode(),
    "its JWK without a space": json.dumps(JWK, separators=(",", ":")).encode(),
    "its JWK in the order of names": json.dumps(JWK, separators=(",", ":"), sort_keys=True).encode(),
    "the key set": json.dumps(RING.to_jwks(), separators=(",", ":")).encode(),
    "its PEM": PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "its PEM without the last newline": PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).strip(),
    "its DER": PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "its line for OpenSSH": PUBLIC.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
    "its id": RING.signing[0].kid.encode(),
    "nothing": b"",
    "None": b"None",
}


@pytest.mark.parametrize("form", list(PUBLIC_KEYS))
@pytest.mark.parametrize("alg", ["HS256", "EdDSA", "hs256"])
def test_a_token_signed_with_the_public_key_as_hmac_secret_is_rejected(form: str, alg: str) -> None:
    mac = hs256(PUBLIC_KEYS[form])

    assert is_rejected(forge({**valid_header(RING), "alg": alg}, valid_claims(SESSION), mac))
    assert (
        SHARED.verify(forge({**SHARED_HEADER, "kid": JWK["kid"], "alg": alg}, valid_claims(SESSION), mac), NOW) is None
    )


@pytest.mark.parametrize(
    "crit", [["exp"], ["b64"], [], "exp", None, {}, [1], ["http://example.com/unknown"], ["alg"]], ids=repr
)
def test_an_unknown_critical_header_is_rejected(crit: object) -> None:
    assert is_rejected(signed(RING, valid_claims(SESSION), crit=crit))


@pytest.mark.parametrize("crit", [["b64"], [], None, ...], ids=repr)
def test_a_payload_that_is_not_encoded_is_rejected(crit: object) -> None:
    """RFC 7797: with `b64` false the signature covers the text itself, which may also be detached."""
    claims = valid_claims(SESSION)
    assert is_rejected(signed(RING, claims, b64=False, crit=crit))
    header = {
        name: value for name, value in (valid_header(RING) | {"b64": False, "crit": crit}).items() if value is not ...
    }
    head, text = base64url(json.dumps(header).encode()), json.dumps(claims)
    signature = base64url(RING.signing[0].private.sign(f"{head}.{text}".encode()))
    for payload in ("", text, base64url(text.encode())):
        assert is_rejected(f"{head}.{payload}.{signature}")


EMBEDDED: dict[str, object] = {
    "jwk": THEIRS.signing[0].to_jwk(),
    "jku": "https://evil.example/jwks.json",
    "x5u": "https://evil.example/chain.pem",
    "x5c": [base64url(THEIRS.signing[0].public.public_bytes_raw())],
    "x5t": base64url(bytes(20)),
    "x5t#S256": base64url(bytes(32)),
    "keys": [THEIRS.signing[0].to_jwk()],
}


@pytest.mark.parametrize("name", [*EMBEDDED, "all of them"])
def test_a_key_embedded_in_the_token_is_not_used(name: str) -> None:
    """CVE-2018-0114: a sender that chooses the key can sign."""
    header = valid_header(RING) | (EMBEDDED if name not in EMBEDDED else {name: EMBEDDED[name]})
    sign = THEIRS.signing[0].private.sign

    assert is_rejected(forge(header, valid_claims(SESSION), sign))
    assert is_rejected(forge(header | {"kid": THEIRS.signing[0].kid}, valid_claims(SESSION), sign))
    del header["kid"]
    assert is_rejected(forge(header, valid_claims(SESSION), sign))
    oct_ = {"kty": "oct", "k": base64url(b"theirs" * 6), "alg": "HS256"}
    assert is_rejected(forge(header | {"alg": "HS256", "jwk": oct_}, valid_claims(SESSION), hs256(b"theirs" * 6)))


def test_a_token_of_another_server_is_rejected_even_under_our_names() -> None:
    assert make_tokens(THEIRS).verify(signed(THEIRS, valid_claims(SESSION)), NOW) is not None

    assert is_rejected(signed(THEIRS, valid_claims(SESSION)))
    assert is_rejected(signed(THEIRS, valid_claims(SESSION), kid=RING.signing[0].kid))
