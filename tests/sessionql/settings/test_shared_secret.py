"""A shared secret that can be guessed stops the start, with a command that generates a strong one."""

import re
import secrets
import shlex
import string
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from sessionql.settings.settings import Settings
from sessionql.settings.shared_secret import check_shared_secret, is_guessable

GUESSABLE = {
    "one character": "a" * 64,
    "spaces": " " * 64,
    "NULs": "\0" * 64,
    "zeros and a one": "0" * 63 + "1",
    "two characters by chance": "abbabaaabbababbabbaaabababbaabba",
    "a short pattern": "abc" * 20,
    "a longer pattern": "x9$Kq2" * 10,
    "digits that count": "0123456789" * 4,
    "hexadecimal digits that count": "0123456789abcdef" * 4,
    "the alphabet": "abcdefghijklmnopqrstuvwxyz0123456789",
    "rows of a keyboard": "qwertyuiopasdfghjklzxcvbnm123456",
    "columns of a keyboard": "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,",
    "signs of a keyboard": "!@#$%^&*()_+" * 3,
    "runs": "aaaaaaaabbbbbbbbccccccccdddddddd",
    "a password again and again": "Iloveyou2" * 4,
    "a password in disguise": "S3cr3tK3y" * 4,
    "a date again and again": "2026-11-23T11:16:10 2026-11-23T11:16:10",
    "base64 of one letter": b64encode(b"a" * 48).decode(),
    "jwt.io, formerly": "your-256-bit-secret-your-256-bit-secret",
    "jwt.io": "a-string-secret-at-least-256-bits-long",
    "a well-known .env file": "your-super-secret-jwt-token-with-at-least-32-characters-long",
    "change me": "change-me-change-me-change-me-change-me",
    "change me, at length": "please-change-this-secret-in-production-environment",
    "replace me": "REPLACE_ME_WITH_A_LONG_RANDOM_STRING",
    "what it is for": "my-super-secret-key-for-sessionql-2026",
    "what it is for, in capitals": "ThisIsMySuperSecretKeyForJwtAuthentication123!",
    "what it is for, without a space": "thisisasecretkeythatislongenoughforhs256",
    "a framework's mark": "django-insecure-secret-key-do-not-use",
    "a sentence": "this is the secret of my server, do not publish it",
    "four words": "correct horse battery staple correct horse",
    "FastAPI's tutorial": "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    "FastAPI's tutorial, in capitals": "09D25E094FAA6CA2556C818166B7A9563B93F7099F6F0F4CAA6CF63B88E8D3E7\n",
}
BY_CHANCE: dict[str, Callable[[], str]] = {
    "16 bytes as hexadecimal digits": lambda: secrets.token_hex(16),
    "32 bytes as hexadecimal digits": lambda: secrets.token_hex(32),
    "24 bytes as base64url": lambda: secrets.token_urlsafe(24),
    "48 bytes as base64url": lambda: secrets.token_urlsafe(48),
    "32 bytes as base64": lambda: b64encode(secrets.token_bytes(32)).decode(),
    "a random UUID": lambda: str(UUID(bytes=secrets.token_bytes(16))),
    "what a password manager makes": lambda: "".join(secrets.choice(string.printable[:94]) for _ in range(32)),
    "much longer than any": lambda: secrets.token_urlsafe(3000),
}


def error_of(**given: Any) -> ValidationError:
    """The error of settings with this secret and HS256."""
    with pytest.raises(ValidationError) as caught:
        Settings(access_token_algorithm="HS256", **given)
    return caught.value


@pytest.mark.parametrize("name", list(GUESSABLE))
def test_a_secret_that_can_be_guessed_is_rejected(name: str) -> None:
    assert len(GUESSABLE[name]) >= 32, "or its length would be what is rejected"
    assert is_guessable(GUESSABLE[name])


@pytest.mark.parametrize("name", list(BY_CHANCE))
def test_a_random_secret_is_never_rejected(name: str) -> None:
    for _ in range(40):
        check_shared_secret(BY_CHANCE[name]())


def test_a_passphrase_of_many_words_is_accepted() -> None:
    check_shared_secret("Rumpelstiltskin and seven dwarves ate 14 apples in Minsk")
    check_shared_secret("tangible-osprey-uncork-mildew-thirteen-gravel-quartz")


@pytest.mark.parametrize("name", list(GUESSABLE))
def test_the_error_has_the_command_and_not_the_secret(name: str) -> None:
    error = error_of(access_token_secret=GUESSABLE[name])
    (problem,) = error.errors(include_input=False)
    assert problem["msg"].startswith("Value error, this access_token_secret can be guessed: generate one with `python3")
    assert "input" not in str(error), "not even a part of it in a traceback"
    assert GUESSABLE[name].strip() not in str(error) or name == "spaces"


@pytest.mark.parametrize("secret", [None, "", "short", "ü" * 15, "v7QmX2rKd0pWzL5tYc9HbNf3sGjAe8U"], ids=repr)
def test_the_error_of_a_short_secret_has_the_command(secret: str | None) -> None:
    error = error_of(access_token_secret=secret)
    assert "at least 32 bytes: generate one with `python3" in str(error)
    assert not secret or secret not in str(error)


def test_invalid_utf_8_is_rejected_at_the_start() -> None:
    assert "is not valid text: generate one" in str(error_of(access_token_secret=secrets.token_urlsafe(48) + "\udcff"))


def test_the_command_of_the_error_generates_a_valid_secret() -> None:
    found = re.search("`(python3 .*)`", str(error_of(access_token_secret="changeme")))
    assert found
    _, *arguments = shlex.split(found[1])
    made = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True, timeout=30)
    check_shared_secret(made.stdout.strip())


def test_without_a_shared_secret_the_word_list_is_not_loaded() -> None:
    program = (
        "import sys; from sessionql.settings.settings import Settings; Settings(); sys.exit('zxcvbn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
