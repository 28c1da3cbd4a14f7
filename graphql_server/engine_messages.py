"""Error messages of graphql-core: recognise the limits that it enforces, and rewrite messages for clients.

graphql-core has one class for all syntax errors and builds messages from values and exceptions, so that its English has
to be matched. It is matched in this module only; tests/graphql_server/test_engine_messages.py fails when it changes.
"""

import re

_TOKEN_LIMIT = "Syntax Error: Document contains more than "
_NESTING_LIMIT = "Syntax Error: Document is nested too deeply"
_SUGGESTION = " Did you mean "

# The text of an exception that a scalar raised, of the interpreter too: "use sys.set_int_max_str_digits() ...".
_EXCEPTION = re.compile(r", but encountered error '.*'; found: .*", re.DOTALL)
# The rejected value, as Python or GraphQL prints it. It may be a password.
_VALUE = re.compile(r"(cannot represent [^:]*): .*|[,;.]? found: .*", re.IGNORECASE | re.DOTALL)
_ENUM_VALUE = re.compile(r"Value '.*' does not exist in ", re.DOTALL)
_STRING_TOKEN = re.compile(r"found (?:Block)?String .*", re.DOTALL)
# Longer than every name of a schema, shorter than every token.
_LONG_WORD = re.compile(r"[\w.~+/=-]{48,}")
# The result of a resolver does not fit the schema, which is a fault of the server.
_RESULT = re.compile(
    r"^(?:Expected Iterable, but did not find one|Abstract type .* (?:must resolve|was resolved)|Runtime Object type "
    r"|Expected value of type .* but got: |Expected `.*` to return |Subscription field must return "
    r"|(?:Int|Float|String|Boolean|ID) cannot represent |Enum '.*' cannot represent value)",
    re.DOTALL,
)


def is_token_limit(message: str) -> bool:
    """Whether parsing stopped at `max_tokens`."""
    return message.startswith(_TOKEN_LIMIT)


def is_nesting_limit(message: str) -> bool:
    """Whether parsing stopped at MAX_NESTING_DEPTH."""
    return message.startswith(_NESTING_LIMIT)


def without_suggestion(message: str) -> str:
    """The message without its "Did you mean ...?"."""
    return message.partition(_SUGGESTION)[0]


def is_result_error(message: str) -> bool:
    """Whether a resolver returned what the schema does not allow.

    `message` is that of an error with a path. Without a path, some of these messages are about values of a client; with
    a path, those begin with `Argument`.
    """
    return _RESULT.match(message) is not None


def for_client(message: str) -> str:
    """The message without rejected values, texts of exceptions and words of Python."""
    text = _VALUE.sub(r"\1", _EXCEPTION.sub("", message))
    text = _STRING_TOKEN.sub("found a string", _ENUM_VALUE.sub("The value does not exist in ", text))
    text = text.replace("not to be None", "not to be null")
    if text != message and not text.endswith((".", "?")):
        text += "."
    return _LONG_WORD.sub("…", text)
