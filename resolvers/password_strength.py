"""Estimates how many guesses an attacker needs for a password, with zxcvbn (decision 31)."""

import re
from collections.abc import Iterable

MIN_GUESSES = 10**8
"""Fewer guesses are too few: as many as for eight characters without any pattern."""

WINDOW, SHORT_WINDOW, MAX_SUBSTITUTES = 24, 12, 6
"""How many characters are estimated at once. zxcvbn tries every substitution (`4` for `a`, `$` for `s`): with more than
MAX_SUBSTITUTES different ones in a text its time grows, and the window is short. Measured by
`benchmarks/password_strength.py`: 1 ms for usual passwords, and at most about 25 ms."""

PRODUCT = "sessionql"

_SUBSTITUTES = frozenset("4@8({[<3691!|0$5+7%2")

_YEARS = [str(year) for year in range(2020, 2040)]
"""Years that zxcvbn does not know as such: its list ends in 2019."""

_SHORTEST_WORD = 3


def is_guessable(password: str, context: Iterable[str]) -> bool:
    """Whether MIN_GUESSES guesses suffice: a common password, words, names, dates, repeats, sequences, or `context`.

    `context` are texts that an attacker tries first: the e-mail address, names of the service. Of a long password, one
    part has to be hard to guess.
    """
    words = _words([*context, PRODUCT])
    text = password[: _period(password.lower())]
    for word in words:
        if len(word) > SHORT_WINDOW:
            text = re.sub(re.escape(word), "", text, flags=re.IGNORECASE)
    size = WINDOW if len(_SUBSTITUTES.intersection(text)) <= MAX_SUBSTITUTES else SHORT_WINDOW
    return all(_guesses(text[start : start + size], words) < MIN_GUESSES for start in range(0, len(text), size))


def _words(texts: Iterable[str]) -> list[str]:
    """The texts in lower case, their parts around the `@`, and their words, longest first."""
    found = {text.lower() for text in texts}
    found |= {part for text in found for part in text.split("@")}
    found |= {word for text in found for word in re.split(r"[\W_]+", text)}
    return sorted((word for word in found if len(word) >= _SHORTEST_WORD), key=lambda word: (-len(word), word))


def _period(text: str) -> int:
    """The length of the shortest beginning that gives the text when it is repeated: 3 for `abcabca`."""
    periods = (length for length in range(1, len(text) // 2 + 1) if text.startswith(text[length:]))
    return next(periods, len(text))


def _guesses(text: str, words: list[str]) -> int:
    # Imported here, because it takes 0.1 s of each start. `zxcvbn.zxcvbn` changes a dictionary that all threads share.
    from zxcvbn.matching import RANKED_DICTIONARIES, build_ranked_dict, omnimatch  # noqa: PLC0415
    from zxcvbn.scoring import most_guessable_match_sequence  # noqa: PLC0415 - the same

    dictionaries = {**RANKED_DICTIONARIES, "user_inputs": build_ranked_dict([*words, *_YEARS])}
    return int(most_guessable_match_sequence(text, omnimatch(text, dictionaries))["guesses"])
