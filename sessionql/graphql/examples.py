"""The example operations in GraphiQL: one operation a file, read from a folder.

A file starts with `#` comments that explain when to use the operation. One of them may hold default variables,
`# variables: {"sessionId": "…"}`; it is shown in the variables editor and so left out of the operation's text.
"""

import json
import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from graphql import GraphQLSyntaxError, OperationDefinitionNode, parse

_ORDER = re.compile(r"^\d+[_-]+")
_VARIABLES = re.compile(r"^#\s*variables:(.*)$")


@dataclass(frozen=True, slots=True)
class Example:
    """One operation to open in a tab. `variables` is pretty-printed JSON, or empty when there are none."""

    name: str
    query: str
    variables: str


def load_examples(folder: Path) -> list[Example]:
    """The examples of all `*.graphql` files of the folder, ordered by file name. Raises ValueError for a malformed
    file: the server does not start with an example that cannot work.
    """
    return [_load(path) for path in sorted(folder.glob("*.graphql"))]


def _load(path: Path) -> Example:
    lines = path.read_text(encoding="utf-8").strip().splitlines()
    header = list(takewhile(_is_comment_or_blank, lines))
    query = "\n".join([line for line in header if not _VARIABLES.match(line)] + lines[len(header) :]).strip()
    _require_one_operation(path, query)
    return Example(_title(path), query + "\n", _variables(path, header))


def _is_comment_or_blank(line: str) -> bool:
    return not line.strip() or line.startswith("#")


def _title(path: Path) -> str:
    """`03_my_sessions.graphql` sorts by its number and is shown as `My sessions`."""
    words = re.sub(r"[_-]+", " ", _ORDER.sub("", path.stem)).strip()
    return words[:1].upper() + words[1:]


def _require_one_operation(path: Path, query: str) -> None:
    try:
        definitions = parse(query).definitions
    except GraphQLSyntaxError as error:
        raise ValueError(f"{path.name}: {error.message}") from error
    count = sum(isinstance(definition, OperationDefinitionNode) for definition in definitions)
    if count != 1:
        raise ValueError(f"{path.name}: expected one operation, found {count}")


def _variables(path: Path, header: list[str]) -> str:
    texts = [match[1] for line in header if (match := _VARIABLES.match(line))]
    if not texts:
        return ""
    if len(texts) > 1:
        raise ValueError(f"{path.name}: more than one line of variables")
    try:
        variables = json.loads(texts[0])
    except json.JSONDecodeError as error:
        raise ValueError(f"{path.name}: the variables are not JSON: {error}") from error
    if not isinstance(variables, dict):
        raise ValueError(f"{path.name}: the variables are not a JSON object")  # noqa: TRY004 - the file is at fault
    return json.dumps(variables, indent=2, ensure_ascii=False)
