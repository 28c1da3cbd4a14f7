"""Measures the processor time of estimating a new password, for usual passwords and for hostile ones.

    .venv/bin/python benchmarks/password_strength.py

Hostile: texts of characters that zxcvbn reads as several letters each. Prints the median and the maximum by length.
"""

import random
import time
from statistics import median

from sessionql.resolvers.password_strength import is_guessable

SUBSTITUTES = "4@8({[<3691!|0$5+7%2"
CONTEXT = ("ana.maria@blumenladen.example", "sessionql")
USUAL = ("P@ssw0rd", "Summer2026", "correct horse battery", "my cat likes fish", "zq7-xkvm", "a" * 128)
SAMPLES = 30


def milliseconds(password: str) -> float:
    """The processor time of one estimate."""
    before = time.process_time()
    is_guessable(password, CONTEXT)
    return (time.process_time() - before) * 1000


def hostile(length: int, different: int) -> str:
    """A text of so many different substitutes, and the letter a."""
    letters = [*random.sample(SUBSTITUTES, different), "a"]
    return "".join(random.choices(letters, k=length))  # noqa: S311 - test data


def show(name: str, times: list[float]) -> None:
    """Print one line of the table."""
    print(f"{name:24} median {median(times):6.1f} ms   maximum {max(times):6.1f} ms")


milliseconds("loads the dictionaries")
random.seed(1)
show("usual", [milliseconds(password) for password in USUAL for _ in range(SAMPLES)])
for length in (8, 16, 24, 32, 64, 128):
    texts = [hostile(length, different) for different in (4, 6, 7, 10, 20) for _ in range(SAMPLES)]
    show(f"hostile, {length} characters", [milliseconds(text) for text in texts])
