"""Manifests are read in the format of their tools. An invalid one is rejected with an explanation."""

import json
from pathlib import Path

import pytest

from sessionql.graphql_server.documents.manifests import ManifestError, read_manifests
from tests.graphql_server.manifest_files import KINDS, apollo, client_preset, hashed, relay, write

TEXTS = ("query Some { hello }", "query Some($t: String!) {\n  echo(text: $t) # ü 🦊\n}\n")


def error_of(folder: Path) -> str:
    with pytest.raises(ManifestError) as caught:
        read_manifests(folder)
    return str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_the_manifest_of_every_tool_is_read_unchanged(tmp_path: Path, kind: str) -> None:
    entries = read_manifests(write(tmp_path, one=KINDS[kind](*TEXTS)))
    assert [entry.text for entry in entries] == list(TEXTS)
    assert len({entry.id for entry in entries}) == 2
    assert {entry.file for entry in entries} == {tmp_path / "one.json"}


def test_all_manifests_of_a_folder_are_read_and_no_other_file(tmp_path: Path) -> None:
    write(tmp_path, apollo=apollo(TEXTS[0]), relay=relay(TEXTS[1]), same=apollo(TEXTS[0]), new="{}", newer="[]")
    (tmp_path / "README.md").write_text("no manifest")
    write(tmp_path / "below", other="broken")
    assert [entry.text for entry in read_manifests(tmp_path)] == list(TEXTS)


@pytest.mark.parametrize("file", ["missing", "file.json"])
def test_a_missing_folder_is_named(tmp_path: Path, file: str) -> None:
    (tmp_path / "file.json").write_text("{}")
    assert error_of(tmp_path / file) == f"There is no folder {tmp_path / file}."


MANIFEST = json.loads(apollo(*TEXTS))
UNKNOWN: dict[str, object] = {
    "nothing": None,
    "a number": 1,
    "a string": "x",
    "a list of documents": ["{ hello }"],
    "pairs that are threes": [["a", "{ hello }", 1]],
    "another format": {**MANIFEST, "format": "apollo-operation-manifest"},
    "no version": {name: value for name, value in MANIFEST.items() if name != "version"},
    "a later version": {**MANIFEST, "version": 2},
    "a version of another type": {**MANIFEST, "version": "1"},
    "no operations": {**MANIFEST, "operations": None},
    "operations that are an object": {**MANIFEST, "operations": {}},
    "an operation that is none": {**MANIFEST, "operations": ["{ hello }"]},
    "an operation without an id": {**MANIFEST, "operations": [{"body": "{ hello }"}]},
    "an operation without a body": {**MANIFEST, "operations": [{"id": "a"}]},
    "an operation whose id is a number": {**MANIFEST, "operations": [{"id": 1, "body": "{ hello }"}]},
    "an empty id": {"": "{ hello }"},
    "an id that is null": [[None, "{ hello }"]],
    "a document that is an object": {"a": {"text": "{ hello }"}},
    "a document that is null": {"a": None},
    "a package.json": {"name": "app", "version": "1.0.0", "dependencies": {}},
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_format_is_rejected_with_the_formats_that_are_accepted(tmp_path: Path, name: str) -> None:
    problem = error_of(write(tmp_path, valid=apollo(*TEXTS), strange=json.dumps(UNKNOWN[name])))
    assert problem.startswith(str(tmp_path / "strange.json"))
    assert "apollo-persisted-query-manifest" in problem
    assert "Write it again with the tool, or remove the file." in problem


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe{}", b"\xef\xbb\xbf{}", b'{"a": "\\ud800"}', b"[" * 100_000, b"// no\n{}"]
)
def test_invalid_json_is_rejected(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.json").write_bytes(content)
    assert error_of(tmp_path).startswith(f"{tmp_path / 'broken.json'} is not valid JSON in UTF-8: ")


def test_an_unreadable_file_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    assert error_of(tmp_path) == f"{tmp_path / 'folder.json'} cannot be read: Is a directory."


@pytest.mark.parametrize(
    "identifier",
    [
        f"sha256:{hashed('{ hello }')}",
        f"sha256:{hashed(TEXTS[0]).upper()}",
        f"sha256:{hashed(TEXTS[0])[:63]}",
        f"sha256:{hashed(TEXTS[0])} ",
        "sha256:",
        "sha256:placeholder",
    ],
)
def test_a_document_whose_hash_is_not_its_id_is_never_served(tmp_path: Path, identifier: str) -> None:
    """gql.tada writes any id of the source, and a file that was edited by hand does not match its hashes."""
    problem = error_of(write(tmp_path, valid=client_preset(TEXTS[0]), wrong=json.dumps({identifier: TEXTS[0]})))
    assert problem.startswith(f'{tmp_path / "wrong.json"}: the document of the id "{identifier}" has another hash')


@pytest.mark.parametrize("identifier", ["1", "md5:x", "x-ours:1", "SHA256:1", "0" * 64, "ü", "a b", "i" * 10_000])
def test_an_id_that_is_not_a_hash_is_only_a_name(tmp_path: Path, identifier: str) -> None:
    (entry,) = read_manifests(write(tmp_path, names=json.dumps({identifier: TEXTS[0]})))
    assert entry.id == identifier


def test_an_id_identifies_one_document(tmp_path: Path) -> None:
    problem = error_of(write(tmp_path, a=json.dumps({"1": TEXTS[0]}), b=json.dumps({"1": TEXTS[1]})))
    assert problem.startswith(
        f'{tmp_path / "b.json"}: the id "1" is the id of another document in {tmp_path / "a.json"}'
    )
    pairs = [["1", TEXTS[0]], ["1", TEXTS[1]]]
    assert 'the id "1" is the id of another' in error_of(write(tmp_path / "one", a=json.dumps(pairs)))
