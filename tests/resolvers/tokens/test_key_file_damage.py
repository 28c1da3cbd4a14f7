"""Unusable keys files: each is a clear error, and none is overwritten."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from sessionql.resolvers.tokens.key_file import KeyFile, KeysError
from tests.resolvers.builders import NOW, make_key_file
from tests.resolvers.handmade_tokens import base64url


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "keys.json"


def test_a_truncated_file_is_an_error_and_stays_unchanged(path: Path) -> None:
    make_key_file(path)
    content = path.read_bytes()

    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(KeysError, match=r"damaged\. Restore it"):
            KeyFile(path).load_or_create(NOW)
        assert path.read_bytes() == content[:length]


def without(part: str) -> Callable[[Any], Any]:
    return lambda content: {name: value for name, value in content.items() if name != part}


def with_key(**changes: object) -> Callable[[Any], Any]:
    return lambda content: content | {"signing": [content["signing"][0] | changes]}


DAMAGES: dict[str, Callable[[Any], Any]] = {
    "a list": lambda _: [],
    "a number": lambda _: 5,
    "null": lambda _: None,
    "a text": lambda _: "keys",
    "no signing keys": without("signing"),
    "no refresh secrets": without("refresh"),
    "an empty list of signing keys": lambda content: content | {"signing": []},
    "an empty list of secrets": lambda content: content | {"refresh": []},
    "signing keys of another type": lambda content: content | {"signing": "abc"},
    "a signing key that is none": lambda content: content | {"signing": [7]},
    "refresh secrets of another type": lambda content: content | {"refresh": [7]},
    "a short refresh secret": lambda content: content | {"refresh": ["c2hvcnQ"]},
    "an empty refresh secret": lambda content: content | {"refresh": [*content["refresh"], ""]},
    "a private key that is too short": with_key(d="c2hvcnQ"),
    "a private key that is no text": with_key(d=5),
    "a private key that is not base64": with_key(d="ü" * 43),
    "a time that is none": with_key(signs_from="yesterday"),
    "a time that is no text": with_key(signs_from=5),
    "a time before time": with_key(signs_from="0001-01-01T00:00:00+14:00"),
    "a key id that is no text": with_key(kid=7),
    "a key without an id": lambda content: content | {"signing": [{"d": content["signing"][0]["d"]}]},
}


@pytest.mark.parametrize("damage", list(DAMAGES))
def test_a_file_with_other_content_is_an_error_and_stays_unchanged(path: Path, damage: str) -> None:
    make_key_file(path)
    spoilt = json.dumps(DAMAGES[damage](json.loads(path.read_text())))
    path.write_text(spoilt)

    with pytest.raises(KeysError, match=r"keys\.json (is not a keys file|lacks)") as raised:
        KeyFile(path).load_or_create(NOW)
    assert path.read_text() == spoilt
    assert "d" not in str(raised.value).split(), "no content in the message"


ZEROS = base64url(bytes(32))
OTHER_KEY = base64url(sha256(b"another key").digest())
WEAKNESSES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a signing key of zeros": (with_key(d=ZEROS), "can be guessed"),
    "a signing key that counts": (with_key(d=base64url(bytes(range(32)))), "can be guessed"),
    "a refresh secret of zeros": (lambda content: content | {"refresh": [ZEROS]}, "can be guessed"),
    "a second refresh secret of zeros": (
        lambda content: content | {"refresh": [*content["refresh"], ZEROS]},
        "can be guessed",
    ),
    "a refresh secret of one word": (lambda content: content | {"refresh": [base64url(b"secret" * 8)]}, "guessed"),
    "a refresh secret that counts down": (
        lambda content: content | {"refresh": [base64url(bytes(range(255, 200, -1)))]},
        "can be guessed",
    ),
    "one refresh secret twice": (lambda content: content | {"refresh": content["refresh"] * 2}, "same secret twice"),
    "a signing key as the refresh secret": (
        lambda content: content | {"refresh": [content["signing"][0]["d"]]},
        "same secret twice",
    ),
    "one signing key twice": (
        lambda content: content | {"signing": [content["signing"][0], content["signing"][0] | {"kid": "other"}]},
        "same secret twice",
    ),
    "two signing keys of one id": (
        lambda content: content | {"signing": [*content["signing"], content["signing"][0] | {"d": OTHER_KEY}]},
        "two keys with the same key ID",
    ),
}


@pytest.mark.parametrize("weakness", list(WEAKNESSES))
def test_a_file_with_weak_secrets_is_rejected_with_the_remedy(path: Path, weakness: str) -> None:
    change, words = WEAKNESSES[weakness]
    make_key_file(path)
    weak = json.dumps(change(json.loads(path.read_text())))
    path.write_text(weak)

    with pytest.raises(KeysError, match=rf"has .*{words}\. Restore it from a backup copy, or move it away") as raised:
        KeyFile(path).load_or_create(NOW)
    assert path.read_text() == weak
    assert not any(text in str(raised.value) for text in (ZEROS, *json.loads(weak)["refresh"]))


def test_the_keys_of_a_first_start_are_never_reported_as_weak(path: Path) -> None:
    for _ in range(200):
        make_key_file(path)
        path.unlink()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00" * 200, b"[" * 100_000, b'{"signing": NaN}'], ids=len)
def test_a_binary_file_is_an_error(path: Path, content: bytes) -> None:
    make_key_file(path)
    path.write_bytes(content)

    with pytest.raises(KeysError, match=r"keys\.json"):
        KeyFile(path).load_or_create(NOW)
    assert path.read_bytes() == content


def test_an_error_never_shows_a_secret(path: Path) -> None:
    make_key_file(path)
    content = json.loads(path.read_text())
    secrets = [content["refresh"][0], content["signing"][0]["d"]]
    path.write_text(json.dumps(content | {"signing": [content["signing"][0] | {"signs_from": "?"}]}))

    with pytest.raises(KeysError) as raised:
        KeyFile(path).load_or_create(NOW)
    assert not any(secret in str(raised.value) for secret in secrets)


def test_a_folder_that_cannot_be_created_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    path = tmp_path / "file" / "keys.json"

    with pytest.raises(KeysError, match=r"Cannot write .*keys\.json"):
        KeyFile(path).load_or_create(NOW)


def test_a_folder_without_write_permission_is_a_clear_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("sessionql.resolvers.tokens.key_file.os.open", fail)

    with pytest.raises(KeysError, match=r"Cannot write .*keys\.json: Permission denied"):
        KeyFile(path).load_or_create(NOW)


def test_a_file_system_without_hard_links_gets_keys_or_a_clear_error(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("sessionql.resolvers.tokens.key_file.os.link", fail)

    try:
        make_key_file(path)
    except KeysError as error:
        assert "keys.json" in str(error)  # noqa: PT017 - both outcomes are fine
    assert not [each for each in path.parent.iterdir() if each != path], "no draft with secrets is left"


def test_a_full_disk_leaves_no_temporary_and_no_partial_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sessionql.resolvers.tokens.key_file.os.fsync", fail)

    with pytest.raises((KeysError, OSError)):
        make_key_file(path)
    assert list(path.parent.iterdir()) == [], "no draft with secrets is left"


def test_a_full_disk_is_a_keys_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sessionql.resolvers.tokens.key_file.os.fsync", fail)

    with pytest.raises(KeysError, match="No space left"):
        make_key_file(path)


def test_a_missing_file_is_an_error(path: Path) -> None:
    with pytest.raises(KeysError, match=r"Cannot read .*keys\.json: No such file"):
        _ = KeyFile(path).ring
