"""Values that no input type accepts, as JSON for variables and as GraphQL literals, and words of Python that no
message may contain.
"""

import re
from typing import Any

DIGITS = "9" * 5_000
DEPTH = 150

VALUES: dict[str, tuple[Any, str]] = {
    "null": (None, "null"),
    "true": (True, "true"),
    "false": (False, "false"),
    "an integer": (7, "7"),
    "a negative integer": (-7, "-7"),
    "an integer of 32 bits and one": (2**31, str(2**31)),
    "an integer of 64 bits": (2**63 - 1, str(2**63 - 1)),
    "an integer of 5,000 digits": (1e308, DIGITS),
    "a negative integer of 5,000 digits": (-1e308, f"-{DIGITS}"),
    "a fraction": (1.5, "1.5"),
    "a huge exponent": (1e308, "1e999999"),
    "a tiny exponent": (5e-324, "1e-999999"),
    "a fraction of 5,000 digits": (0.1, f"0.{DIGITS}"),
    "an empty string": ("", '""'),
    "a string": ("some text", '"some text"'),
    "a string of digits": ("12", '"12"'),
    "a string of 5,000 digits": (DIGITS, f'"{DIGITS}"'),
    "a block string": ("some\ntext", '"""some\ntext"""'),
    "a NUL": ("\0", '"\\u0000"'),
    "a lone surrogate": ("\ud800", '"\\uD800"'),
    "an enum value": ("NOWHERE", "NOWHERE"),
    "an empty list": ([], "[]"),
    "a list with null": ([None], "[null]"),
    "a list of types": ([1, "a", True, None, {}], '[1, "a", true, null, {}]'),
    "deep lists": (None, "[" * DEPTH + "]" * DEPTH),
    "an empty object": ({}, "{}"),
    "an object with null": ({"id": None}, "{id: null}"),
    "an object with an unknown field": ({"unknown": 1}, "{unknown: 1}"),
    "an object in a list": ([{"a": [{}]}], "[{a: [{}]}]"),
    "deep objects": (None, "{a: " * DEPTH + "1" + "}" * DEPTH),
}
for _ in range(DEPTH):
    VALUES["deep lists"] = ([VALUES["deep lists"][0]], VALUES["deep lists"][1])
    VALUES["deep objects"] = ({"a": VALUES["deep objects"][0]}, VALUES["deep objects"][1])

INTERPRETER = re.compile(
    r"\b(?:None|True|False|dict|list|tuple|str|int|float|bool|NoneType|Undefined|object at|sys\.|set_int_max_str_digits"
    r"|ValueError|TypeError|Exception|Traceback|encountered error|digits\) for integer|codec|surrogates not allowed)"
    r"(?![\w'])|\bint\(|<class|[Ii]terable"
)
"""Words of Python and of graphql-core's implementation. GraphQL's own types begin with a capital letter."""


def problems(messages: list[str]) -> list[str]:
    """Return the messages that contain a word of Python or a rejected value."""
    return [each for each in messages if INTERPRETER.search(each) or "9999" in each or "some text" in each]
