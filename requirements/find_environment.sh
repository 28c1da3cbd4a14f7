#!/bin/sh
# Install the lock file requirements/$1.lock into its own environment .build/$1: some tests need another graphql-core than
# SessionQL has. If that fails, those tests are left out.
set -eu
python="${PYTHON:-.venv/bin/python}"
from="requirements/$1.lock"
to=".build/$1"

if cmp -s "$from" "$to/installed.lock"; then
    exit 0
fi
echo "Installing $from into $to (once) ..."
rm -rf "$to"
"$python" -m venv "$to" &&
    "$to/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$from" &&
    cp "$from" "$to/installed.lock" ||
    echo "It could not be installed: the tests that need it are left out."
