"""The public vectors of C2SP/wycheproof, where SESSIONQL_TEST_WYCHEPROOF names their folder `testvectors_v1`.

What they found elsewhere is also in test_signatures.py and test_token_spelling.py, with tokens of ours.
"""

import json
import os
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sessionql.resolvers.tokens import base64url
from sessionql.resolvers.tokens.access import Signature, _is_canonical
from sessionql.resolvers.tokens.keys import KeyRing
from tests.resolvers.builders import NOW, make_tokens

TOKENS = make_tokens(KeyRing.generate(NOW))

# Vectors with another result here, by number. The valid ones contain `?`, which RFC 7515 requires a decoder to reject.
# The invalid ones have lost their padding and are the text of the valid vector 357.
STRICTER, MISLABELLED = {372, 373}, {367, 370}


def vectors(name: str, kind: str) -> list[tuple[Any, Any]]:
    """Return each test vector of this kind of group, with its group."""
    content = json.loads((Path(os.environ["SESSIONQL_TEST_WYCHEPROOF"]) / name).read_text())
    groups = [group for group in content["testGroups"] if group["type"] == kind]
    return [(group, test) for group in groups for test in group["tests"]]


SIGNATURES = vectors("json_web_signature_test.json", "JsonWebSignature")
HMACS = [(group, test) for group, test in SIGNATURES if group.get("private", {}).get("alg") == "HS256"]
CURVE = vectors("ed25519_test.json", "EddsaVerify")


def has_valid_hmac(token: Any, secret: bytes) -> bool:
    """Check the encoding, the algorithm and the HMAC of a token, as `AccessTokens` does before it reads claims."""
    if not isinstance(token, str) or not _is_canonical(token):
        return False
    try:
        jwt.PyJWS().decode_complete(token, secret, algorithms=["HS256"])
    except (jwt.InvalidTokenError, ValueError, TypeError):
        return False
    return True


def test_there_are_vectors() -> None:
    assert (len(HMACS) >= 40, len(CURVE) >= 150) == (True, True)


@pytest.mark.parametrize(("group", "test"), HMACS, ids=[f"{test['tcId']}-{test['comment']}" for _, test in HMACS])
def test_hmac_vectors(group: Any, test: Any) -> None:
    expected = test["result"] == "valid"
    if test["tcId"] in STRICTER | MISLABELLED:
        expected = not expected

    assert has_valid_hmac(test["jws"], base64url.decode(group["private"]["k"])) == expected


@pytest.mark.parametrize(("group", "test"), CURVE, ids=[f"{test['tcId']}-{test['comment']}" for _, test in CURVE])
def test_signature_vectors(group: Any, test: Any) -> None:
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(group["publicKey"]["pk"]))
    eddsa = jwt.PyJWS().get_algorithm_by_name("EdDSA")

    valid = eddsa.verify(bytes.fromhex(test["msg"]), key, bytes.fromhex(test["sig"]))
    assert valid == (test["result"] == "valid")


def test_no_vector_is_a_valid_access_token() -> None:
    """They have no `typ` and no claims; most have algorithms that the server does not accept."""
    for group, test in SIGNATURES:
        if isinstance(test["jws"], str):
            assert TOKENS.verify(test["jws"], NOW) is None
            secret = group.get("private", {}).get("k")
            shared = make_tokens(KeyRing.generate(NOW), signature=Signature("HS256", secret or "x" * 32))
            assert shared.verify(test["jws"], NOW) is None
