"""Manifests: the files in which clients' tools write down the documents of an app, read as they are.

Apollo's tool writes an object with a `format`; Relay's compiler, the client preset and gql.tada write an
object of ids and documents; the persisting server of Relay's guide writes the same as a list of pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from sessionql.graphql_server.documents.ids import may_name

_APOLLO = "apollo-persisted-query-manifest"
_KNOWN = (
    f'Known are Apollo\'s ("format": "{_APOLLO}", "version": 1) and a JSON object of ids and documents, '
    "as of Relay, the client preset and gql.tada. Have the tool write it again, or take the file away."
)


class ManifestError(Exception):
    """A manifest that cannot be relied upon. Says which, and what to do."""


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """A document of a manifest."""

    file: Path
    id: str
    text: str


def read_manifests(folder: Path) -> list[ManifestEntry]:
    """The documents of every `*.json` file in a folder. Raises ManifestError."""
    if not folder.is_dir():
        raise ManifestError(f"There is no folder {folder}.")
    found: dict[str, ManifestEntry] = {}
    for file in sorted(folder.glob("*.json")):
        for entry in _entries(file):
            known = found.setdefault(entry.id, entry)
            if known.text != entry.text:
                raise ManifestError(
                    f'{file}: the id "{entry.id}" stands for another document in {known.file}. '
                    "Have one of the tools choose other ids: a hash of the document never meets another."
                )
    return list(found.values())


def _entries(file: Path) -> Iterator[ManifestEntry]:
    for identifier, text in _pairs(file, _parsed(file)):
        if not isinstance(identifier, str) or not identifier or not isinstance(text, str):
            raise ManifestError(f"{file} has an entry that is no id with a document: both are strings. {_KNOWN}")
        if not may_name(identifier, text):
            raise ManifestError(
                f'{file}: the document of the id "{identifier}" has another hash, so one of the two was changed. '
                "Have the tool write the file again."
            )
        yield ManifestEntry(file, identifier, text)


def _parsed(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except OSError as error:
        raise ManifestError(f"{file} cannot be read: {error.strerror}.") from None
    except orjson.JSONDecodeError as error:
        raise ManifestError(f"{file} is not valid JSON in UTF-8: {error}. Have the tool write it again.") from None


def _pairs(file: Path, manifest: Any) -> list[tuple[Any, Any]]:
    """What claims to be ids and documents, by the manifest's looks."""
    match manifest:
        case {"format": kind, "version": version, "operations": list(operations)} if kind == _APOLLO:
            if version != 1:
                raise ManifestError(f"{file} is of version {version}, which is not known here. {_KNOWN}")
            return [_of_apollo(each) for each in operations]
        case dict() if "format" not in manifest:
            return list(manifest.items())
        case list() if all(isinstance(pair, list) and len(pair) == len(("id", "text")) for pair in manifest):
            return [(identifier, text) for identifier, text in manifest]
        case _:
            raise ManifestError(f"{file} is none of the manifests that are known. {_KNOWN}")


def _of_apollo(operation: Any) -> tuple[Any, Any]:
    return (operation.get("id"), operation.get("body")) if isinstance(operation, dict) else (None, None)
