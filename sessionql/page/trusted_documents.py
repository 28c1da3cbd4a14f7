"""The operations of the page and the element, read where their scripts have them."""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from sessionql.graphql_server.documents.manifests import ManifestEntry

_FOLDER = Path(__file__).parent
_FILES = (_FOLDER / "component" / "documents.js", _FOLDER / "page-documents.js")
_DOCUMENT = re.compile(r"^export const [A-Z_]+ = `((?:[^`$\\]|\$(?!\{))+)`;$", re.MULTILINE)


def page_documents() -> Iterator[ManifestEntry]:
    """Each as a trusted document, called by its hash."""
    for file in _FILES:
        for text in _DOCUMENT.findall(file.read_text(encoding="utf-8")):
            yield ManifestEntry(file, sha256(text.encode()).hexdigest(), text)
