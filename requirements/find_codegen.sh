#!/bin/sh
# Install the generator of the Python client into its own environment: it needs another graphql-core than SessionQL.
set -eu
python="${PYTHON:-.venv/bin/python}"
from=requirements/codegen.lock
to=.build/codegen

if cmp -s "$from" "$to/installed.lock"; then
    exit 0
fi
echo "Installing the generator of the Python client for its tests (once) ..."
rm -rf "$to"
"$python" -m venv "$to" &&
    "$to/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$from" &&
    cp "$from" "$to/installed.lock" ||
    echo "It could not be installed: the tests of the generator of the Python client are left out."
