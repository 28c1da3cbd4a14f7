#!/bin/sh
# Some tests need another graphql-core than ours: $1 names a lock file, which gets an environment of its own in .build.
# Without it those tests do not run.
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
    echo "It could not be installed: tests that need it will not run."
