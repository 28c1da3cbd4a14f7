"""Reads manifests of persisted documents, as the tools of clients write them.

Apollo's tool writes an object with a `format`; Relay's compiler, the client preset and gql.tada write an
object of ids and documents; the persisting server of Relay's guide writes the same as a list of pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from sessionql.graphql_server.documents.ids import may_identify

_APOLLO = "apollo-persisted-query-manifest"
_SUPPORTED = (
    f'Supported are Apollo\'s ("format": "{_APOLLO}", "version": 1) and a JSON object of ids and documents, '
    "as of Relay, the client preset and gql.tada. Write it again with the tool, or remove the file."
)


class ManifestError(Exception):
    """A manifest cannot be used. The message names the file and what to do."""


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
    entries: dict[str, ManifestEntry] = {}
    for file in sorted(folder.glob("*.json")):
        for entry in _entries(file):
            first = entries.setdefault(entry.id, entry)
            if first.text != entry.text:
                raise ManifestError(
                    f'{file}: the id "{entry.id}" is the id of another document in {first.file}. '
                    "Let one of the tools use other ids: hashes of documents never collide."
                )
    return list(entries.values())


def _entries(file: Path) -> Iterator[ManifestEntry]:
    for identifier, text in _pairs(file, _parsed(file)):
        if not isinstance(identifier, str) or not identifier or not isinstance(text, str):
            raise ManifestError(f"{file} has an entry that is no id with a document: both are strings. {_SUPPORTED}")
        if not may_identify(identifier, text):
            raise ManifestError(
                f'{file}: the document of the id "{identifier}" has another hash, so one of the two was changed. '
                "Write the file again with the tool."
            )
        yield ManifestEntry(file, identifier, text)


def _parsed(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except OSError as error:
        raise ManifestError(f"{file} cannot be read: {error.strerror}.") from None
    except orjson.JSONDecodeError as error:
        message = f"{file} is not valid JSON in UTF-8: {error}. Write the file again with the tool."
        raise ManifestError(message) from None


def _pairs(file: Path, manifest: Any) -> list[tuple[Any, Any]]:
    """Ids and documents, not yet checked, by the format of the manifest."""
    match manifest:
        case {"format": kind, "version": version, "operations": list(operations)} if kind == _APOLLO:
            if version != 1:
                raise ManifestError(f"{file} has the version {version}, which is not supported. {_SUPPORTED}")
            return [_apollo_pair(each) for each in operations]
        case dict() if "format" not in manifest:
            return list(manifest.items())
        case list() if all(isinstance(pair, list) and len(pair) == len(("id", "text")) for pair in manifest):
            return [(identifier, text) for identifier, text in manifest]
        case _:
            raise ManifestError(f"{file} is not a manifest of a supported format. {_SUPPORTED}")


def _apollo_pair(operation: Any) -> tuple[Any, Any]:
    return (operation.get("id"), operation.get("body")) if isinstance(operation, dict) else (None, None)
