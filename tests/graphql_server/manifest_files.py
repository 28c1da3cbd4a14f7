"""Manifests in the exact format of the tools of the clients. Only the documents in them are ours."""

import json
from hashlib import md5, sha1, sha256
from pathlib import Path


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def apollo(*texts: str) -> str:
    """As written by `generate-persisted-query-manifest`: with name and type, and the plain hash of the body."""
    operations = [{"id": hashed(text), "name": "Some", "type": "query", "body": text} for text in texts]
    return json.dumps({"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}, indent=2)


def relay(*texts: str) -> str:
    """As written by `relay-compiler` with `persistConfig.file`. The hash is MD5 by default."""
    return json.dumps({md5(text.encode()).hexdigest(): text for text in texts}, indent=2) + "\n"


def relay_server(*texts: str) -> str:
    """As written by the persisting server in the guide of Relay."""
    return json.dumps([[md5(text.encode()).hexdigest(), text] for text in texts], separators=(",", ":"))


def client_preset(*texts: str) -> str:
    """As written by the client preset with `persistedDocuments`, and by gql.tada."""
    return json.dumps({f"sha256:{hashed(text)}": text for text in texts}, indent=2)


def older_client_preset(*texts: str) -> str:
    """With SHA-1, the earlier default of the client preset, which can still be configured."""
    return json.dumps({sha1(text.encode()).hexdigest(): text for text in texts}, indent=2)


KINDS = {
    "apollo": apollo,
    "relay": relay,
    "relay's server": relay_server,
    "client preset": client_preset,
    "older client preset": older_client_preset,
}


def write(folder: Path, **manifests: str) -> Path:
    """Create a folder with these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in manifests.items():
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return folder
