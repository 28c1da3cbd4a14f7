#!/bin/sh
# The generator of the Python client wants another graphql-core than ours. Give it an environment, or say what is left out.
set -eu
python="${PYTHON:-.venv/bin/python}"
from=requirements/codegen.lock
to=.build/codegen

if cmp -s "$from" "$to/installed.lock"; then
    exit 0
fi
echo "Installing the generator of Python clients, for the tests with it (once) ..."
rm -rf "$to"
"$python" -m venv "$to" &&
    "$to/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$from" &&
    cp "$from" "$to/installed.lock" ||
    echo "It could not be installed: the tests with the generator of Python clients will not run."
