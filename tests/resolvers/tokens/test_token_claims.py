"""Claims of access tokens: a token with a valid signature is rejected if a claim is missing or invalid."""

import json
from typing import Any

import pytest

from sessionql.resolvers.tokens.keys import KeyRing
from tests.resolvers.builders import NOW, a_session, make_tokens
from tests.resolvers.handmade_tokens import forge, signed, valid_claims, valid_header

RING = KeyRing.generate(NOW)
TOKENS = make_tokens(RING)
SESSION = a_session()
CLAIMS = ("iss", "aud", "sub", "sid", "jti", "iat", "exp", "auth_time")
TIMES = ("iat", "exp", "auth_time")


def token_with(claim: str, value: Any) -> str:
    """Build a token that is valid except for this claim; `...` removes the claim."""
    return signed(RING, valid_claims(SESSION, NOW, **{claim: value}))


def is_rejected(token: str) -> bool:
    """Whether the token is rejected."""
    return TOKENS.verify(token, NOW) is None


def test_the_unchanged_handmade_tokens_are_valid() -> None:
    assert TOKENS.verify(signed(RING, valid_claims(SESSION)), NOW) is not None


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_is_required(claim: str) -> None:
    assert is_rejected(token_with(claim, ...))
    assert is_rejected(token_with(claim, None))


ODD: list[object] = [True, 1.5, {}, [], [1], {"a": 1}, 10**30, -(10**30)]


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_a_claim_of_another_type_or_out_of_range_is_rejected(claim: str, value: object) -> None:
    assert is_rejected(token_with(claim, value))


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("value", ["", "x", "1795432870", "2026-11-23T11:16:10Z"])
def test_a_claim_with_invalid_text_is_rejected(claim: str, value: str) -> None:
    assert is_rejected(token_with(claim, value))


@pytest.mark.parametrize("claim", TIMES)
@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), float("-inf"), 1e300, 1795432870.0, False, -1, -(2**63), 2**63, 10**300, "0"],
    ids=repr,
)
def test_a_time_in_another_form_is_rejected(claim: str, value: object) -> None:
    assert is_rejected(token_with(claim, value))


@pytest.mark.parametrize("claims", [b"[]", b"7", b"null", b'"x"', b"{", b"\xff\xfe", b"[" * 500, b"1" * 1000, b" "])
def test_claims_that_are_not_an_object_are_rejected(claims: bytes) -> None:
    assert is_rejected(forge(valid_header(RING), claims, RING.signing[0].private.sign))


@pytest.mark.parametrize("claim", ["iss", "aud"])
@pytest.mark.parametrize(
    "value",
    ["SessionQL", "sessionql ", "sessionql\0", "sessionql.evil.example", ["sessionql"], ["sessionql", "else"], "", []],
    ids=repr,
)
def test_another_issuer_or_audience_or_a_list_is_rejected(claim: str, value: object) -> None:
    assert is_rejected(token_with(claim, value))


@pytest.mark.parametrize("claim", ["sub", "sid", "jti"])
@pytest.mark.parametrize("spelling", ["{}", "{{{}}}", "urn:uuid:{}", " {}", "{}\n", "{}\0", "{}-"], ids=repr)
def test_an_id_has_one_form_in_a_token(claim: str, spelling: str) -> None:
    id_ = str(SESSION.id)
    written = {id_.upper(), id_.replace("-", ""), spelling.format(id_)} - {id_}

    assert all(is_rejected(token_with(claim, text)) for text in written)


@pytest.mark.parametrize("claim", CLAIMS)
def test_of_a_duplicate_claim_the_last_one_counts(claim: str) -> None:
    """RFC 7519, section 4, allows this or to reject both. The server signs no token like this."""
    good = json.dumps(valid_claims(SESSION)).encode()
    twice = good[:-1] + b', "%s": "else"}' % claim.encode()

    assert is_rejected(forge(valid_header(RING), twice, RING.signing[0].private.sign))


def test_a_token_that_expired_now_or_before_is_rejected() -> None:
    now = int(NOW.timestamp())

    assert [is_rejected(token_with("exp", now + seconds)) for seconds in (-300, -1, 0, 1)] == [True, True, True, False]
