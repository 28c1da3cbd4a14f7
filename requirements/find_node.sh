#!/bin/sh
# Tests with the ecosystem's own clients want node. Install what they need where there is one, or say what is left out.
set -eu
from=tests/clients
to=.build/clients

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "No node here: the tests with JavaScript clients will not run. To run them: install node 20 or newer"
    exit 0
fi
if ! cmp -s "$from/package-lock.json" "$to/installed.json"; then
    echo "Installing JavaScript clients, for the tests with them (once) ..."
    mkdir -p "$to"
    cp "$from/package.json" "$from/package-lock.json" "$from/.npmrc" "$to"
    (cd "$to" && npm ci --silent) && cp "$from/package-lock.json" "$to/installed.json" ||
        echo "They could not be installed: the tests with JavaScript clients will not run."
fi
