"""Manifests as clients' tools write them, byte for byte but for the documents in them."""

import json
from hashlib import md5, sha1, sha256
from pathlib import Path


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def apollo(*texts: str) -> str:
    """As of `generate-persisted-query-manifest`: names and types are there, and bodies with their plain hash."""
    operations = [{"id": hashed(text), "name": "Some", "type": "query", "body": text} for text in texts]
    return json.dumps({"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}, indent=2)


def relay(*texts: str) -> str:
    """As of `relay-compiler` with `persistConfig.file`: MD5, unless told otherwise."""
    return json.dumps({md5(text.encode()).hexdigest(): text for text in texts}, indent=2) + "\n"


def relay_server(*texts: str) -> str:
    """As of the persisting server of Relay's guide."""
    return json.dumps([[md5(text.encode()).hexdigest(), text] for text in texts], separators=(",", ":"))


def client_preset(*texts: str) -> str:
    """As of the client preset's `persistedDocuments`, which is also what gql.tada writes."""
    return json.dumps({f"sha256:{hashed(text)}": text for text in texts}, indent=2)


def older_client_preset(*texts: str) -> str:
    """With the hash that was its default before, and still can be asked for."""
    return json.dumps({sha1(text.encode()).hexdigest(): text for text in texts}, indent=2)


KINDS = {
    "apollo": apollo,
    "relay": relay,
    "relay's server": relay_server,
    "client preset": client_preset,
    "older client preset": older_client_preset,
}


def write(folder: Path, **manifests: str) -> Path:
    """A folder with these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in manifests.items():
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return folder
