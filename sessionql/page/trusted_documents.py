"""The operations of the page and the custom element, read from their JavaScript files."""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from sessionql.graphql_server.documents.manifests import ManifestEntry

_FOLDER = Path(__file__).parent
_FILES = (_FOLDER / "component" / "operations.js", _FOLDER / "page-operations.js")
_DOCUMENT = re.compile(r"^export const [A-Z_]+ = `((?:[^`$\\]|\$(?!\{))+)`;$", re.MULTILINE)


def page_documents() -> Iterator[ManifestEntry]:
    """The operations as trusted documents; their id is the SHA-256 of their text."""
    for file in _FILES:
        for text in _DOCUMENT.findall(file.read_text(encoding="utf-8")):
            yield ManifestEntry(file, sha256(text.encode()).hexdigest(), text)
